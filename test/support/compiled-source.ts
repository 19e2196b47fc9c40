import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { transformFile } from '@swc/core';
import { runFolder } from './test-database.js';

/** Whatever the product finds beside its source. */
const besides = ['node_modules', 'migrations', 'templates', 'schemas', 'examples', 'dist', 'package.json'];

let compiled: Promise<string> | undefined;

/**
 * The product's source and the test support as JavaScript in the folder of this run, for processes that tests start and kill: Node
 * alone cannot run decorators, and a child should start as fast as the real service. Made once in a run, by whoever asks first.
 *
 * @returns the folder that holds `src/` and `test/support/`
 */
export function compiledSource(): Promise<string> {
  compiled ??= compile();
  return compiled;
}

async function compile(): Promise<string> {
  const done = join(runFolder(), 'compiled');
  if (existsSync(done)) return done;
  const root = resolve(import.meta.dirname, '../..');
  const out = await mkdtemp(`${done}-`);
  for (const name of besides) await symlink(join(root, name), join(out, name));
  for (const folder of ['src', 'test/support']) {
    const files = (await readdir(join(root, folder), { recursive: true })).filter(
      (name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'),
    );
    await Promise.all(
      files.map(async (name) => {
        const { code } = await transformFile(join(root, folder, name), {
          configFile: join(root, '.swcrc'),
          sourceMaps: 'inline',
        });
        const target = join(out, folder, name.replace(/\.ts$/, '.js'));
        await mkdir(dirname(target), { recursive: true });
        await writeFile(target, code);
      }),
    );
  }
  await rename(out, done).catch((error: unknown) => {
    if (!existsSync(done)) throw error;
  });
  return done;
}
