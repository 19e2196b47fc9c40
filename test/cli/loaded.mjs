import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

// Loaded before a process that a test starts: writes down, at its end, what the process has loaded.
const loaded = new Set();

registerHooks({
  load(url, context, next) {
    loaded.add(url);
    return next(url, context);
  },
});

process.once('exit', () => writeFileSync(process.env.ACCORD_TEST_LOADED, [...loaded].join('\n')));
