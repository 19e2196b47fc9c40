import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { root } from './root.mjs';
import { run } from './run.mjs';

// Kills the service at failpoints and at any moment while people edit both sides, and looks at everything afterwards:
// `npm run prove:kills -- --kills 200 --random 100 --seed 7`. Prints a table; exits with 1 when anything was lost, invented or left open.

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    random: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    points: { type: 'string', default: '.' },
    look: { type: 'string', default: '25' },
  },
});
const { code } = await run(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--no-warnings=ExperimentalWarning',
    join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
    'test/proof/kills.db.spec.ts',
  ],
  {
    env: {
      ACCORD_TEST_KILLS: values.kills,
      ACCORD_TEST_KILLS_AT_RANDOM: values.random,
      ACCORD_TEST_SEED: values.seed,
      ACCORD_TEST_KILL_POINTS: values.points,
      ACCORD_TEST_LOOK_EVERY: values.look,
    },
  },
);
process.exitCode = code;
