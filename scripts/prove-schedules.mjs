import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { root } from './root.mjs';
import { run } from './run.mjs';

// Random schedules on the real worker and the real database, between two systems in memory:
// `npm run prove:schedules -- --histories 100000 --seed 7`. Prints the figures and the seed of any world that broke a promise.

const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '20000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const { code } = await run(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--no-warnings=ExperimentalWarning',
    join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
    'test/proof/schedules.db.spec.ts',
  ],
  { env: { ACCORD_TEST_HISTORIES: values.histories, ACCORD_TEST_SEED: values.seed } },
);
process.exitCode = code;
