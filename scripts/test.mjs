import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './root.mjs';
import { run } from './run.mjs';
import { say } from './say.mjs';
import { missingForTests } from './system-packages.mjs';

// Runs Jest with the arguments given (`npm test -- test/core`), and says at the end what was not run and why.

const missing = missingForTests();
const requireAll = process.env.ACCORD_TEST_REQUIRE === 'all';
const folder = mkdtempSync(join(tmpdir(), 'accord-result-'));
const resultFile = join(folder, 'result.json');

const skipped = missing.map((need) => ({ ...need, files: suitesMatching(new RegExp(need.suites)) }));
const { code } = await run(process.execPath, [
  '--experimental-vm-modules',
  '--no-warnings=ExperimentalWarning',
  join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
  '--json',
  `--outputFile=${resultFile}`,
  ...missing.flatMap(({ suites }) => ['--testPathIgnorePatterns', suites]),
  ...process.argv.slice(2),
]);
const result = readResult();
rmSync(folder, { recursive: true, force: true });

for (const { name, debian, variable, files } of skipped) {
  say(
    `\n${'!'.repeat(72)}\nNOT RUN, because ${name} is not here:\n${files.map((file) => `  ${file}`).join('\n')}`,
  );
  say(
    `To run them: apt-get install ${debian}, or set ${variable} to the program; then npm test.\n${'!'.repeat(72)}`,
  );
}
const notRun = result.numPendingTests + result.numTodoTests;
const forbidden = requireAll && (notRun > 0 || skipped.some(({ files }) => files.length > 0));
if (forbidden) say('ACCORD_TEST_REQUIRE=all: what was not run counts as failed.');

// A suite that cannot be loaded has no tests to count, and is a failure all the same; so is leaving something out.
const failed = result.numFailedTests + result.numRuntimeErrorTestSuites + (forbidden ? 1 : 0);
console.log(`${result.numPassedTests} passed, ${failed} failed, ${notRun} skipped`);
process.exit(code !== 0 ? code : forbidden ? 1 : 0);

function readResult() {
  try {
    return JSON.parse(readFileSync(resultFile, 'utf8'));
  } catch {
    return {
      numPassedTests: 0,
      numFailedTests: 0,
      numRuntimeErrorTestSuites: 1,
      numPendingTests: 0,
      numTodoTests: 0,
    };
  }
}

function suitesMatching(pattern) {
  return readdirSync(join(root, 'test'), { recursive: true })
    .map((file) => join('test', file))
    .filter((file) => pattern.test(file))
    .sort();
}
