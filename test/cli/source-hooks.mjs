import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// For children that run the service from its sources: transformed as Jest transforms them, decorators included. What was
// transformed once is kept for the rest of the test run, so that a child starts about as fast as the built service.
const kept = join(process.env.ACCORD_TEST_RUN, 'transformed');
mkdirSync(kept, { recursive: true });
let swc;

registerHooks({
  resolve(specifier, context, next) {
    const ours = /^\.{1,2}\//.test(specifier) && !context.parentURL?.includes('/node_modules/');
    return next(ours ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
  load(url, context, next) {
    if (!url.endsWith('.ts') || url.includes('/node_modules/')) return next(url, context);
    return { format: 'module', source: transformed(fileURLToPath(url)), shortCircuit: true };
  },
});

function transformed(filename) {
  const source = readFileSync(filename, 'utf8');
  const file = join(kept, createHash('sha256').update(filename).update('\0').update(source).digest('hex'));
  try {
    return readFileSync(file, 'utf8');
  } catch {
    swc ??= process.getBuiltinModule('node:module').createRequire(import.meta.url)('@swc/core');
    const { code } = swc.transformSync(source, { filename, swcrc: true });
    // Threads of one process load the same files at the same time.
    const own = `${file}.${randomUUID()}`;
    writeFileSync(own, code);
    renameSync(own, file);
    return code;
  }
}
