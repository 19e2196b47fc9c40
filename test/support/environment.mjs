import { TestEnvironment } from 'jest-environment-node';

// A worker that has come to its end would first take down all that it has loaded, for longer than Jest waits for it.
if (process.send !== undefined) process.once('beforeExit', () => process.exit());

export default TestEnvironment;
