import { build } from './build.mjs';
import { install } from './install.mjs';
import { installForTests } from './system-packages.mjs';

// Before `npm start` and `npm test`: whatever a fresh clone lacks. Says nothing, and takes no time, when nothing is missing.
await install();
await build();
if (process.argv[2] === 'test') await installForTests();
