import { build } from './build.mjs';
import { install } from './install.mjs';
import { run } from './run.mjs';

// Compiles, restarts and reloads on every change: the service on its own port, the screen on the one that Vite prints.
await install();
await build();
await Promise.all([
  run('tsc', ['-p', 'tsconfig.build.json', '--watch', '--preserveWatchOutput']),
  run('node', ['--watch', 'dist/main.js']),
  run('vite', ['web']),
]);
