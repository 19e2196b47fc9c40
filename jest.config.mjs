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
  // One more than the cores of a small machine: suites wait for processes and clocks as long as they compute.
  maxWorkers: 3,
  fakeTimers: { doNotFake: ['nextTick'] },
};
