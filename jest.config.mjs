/** @type {import('jest').Config} */
export default {
  testEnvironment: './test/support/environment.mjs',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  moduleNameMapper: { '^(\\.{1,2}/.*)(?<!\\.json)\\.js$': '$1' },
  globalSetup: './test/support/global-setup.mjs',
  globalTeardown: './test/support/global-teardown.mjs',
  testTimeout: 30_000,
  testSequencer: './test/support/sequencer.mjs',
  // Twice the cores of a small machine: suites wait for processes and clocks longer than they compute.
  maxWorkers: 4,
  fakeTimers: { doNotFake: ['nextTick'] },
};
