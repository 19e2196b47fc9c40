import { install } from './install.mjs';
import { run } from './run.mjs';
import { say } from './say.mjs';

// Everything that can be said about the sources without running them. CI runs the same.
await install();

const checks = {
  'package-lock.json': ['node', 'scripts/check-lock.mjs'],
  'tracked files': ['node', 'scripts/check-tracked.mjs'],
  'container files': ['node', 'scripts/check-docker.mjs'],
  prettier: ['prettier', '--check', '--log-level', 'warn', '.'],
  'types of the service, tests and benchmarks': ['tsc', '-p', 'tsconfig.json'],
  'types of the screen': ['tsc', '-p', 'web/tsconfig.json'],
  'import rules': ['depcruise', '--config', '.dependency-cruiser.cjs', 'src', 'test', 'web/src'],
  eslint: ['eslint', '--max-warnings', '0', '.'],
};

let failed = 0;
const queue = Object.entries(checks).reverse();
async function worker() {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const [name, [command, ...args]] = next;
    const start = Date.now();
    const { code, output } = await run(command, args, { capture: true });
    say(`${code === 0 ? '✓' : '✗'} ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
    if (code === 0) continue;
    failed += 1;
    say(output.trimEnd());
  }
}
// Two at a time: eslint takes as long as all others together.
await Promise.all([worker(), worker()]);
process.exit(failed === 0 ? 0 : 1);
