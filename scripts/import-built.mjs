import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './root.mjs';

// Some faults of ES modules show only when Node itself loads what was built: cycles, missing exports, wrong extensions.
// The entry points start things when loaded; tests start them.
const entries = [
  'main.js',
  'cli.js',
  join('examples', 'demo', 'traffic.js'),
  join('simulate', 'main.js'),
  join('simulate', 'worker.js'),
  join('simulate', 'pipeline', 'play-worker.js'),
];

const dist = join(root, 'dist');
const files = readdirSync(dist, { recursive: true })
  .filter((file) => file.endsWith('.js') && !/^(web|bench)\b/.test(file) && !entries.includes(file))
  .sort();
for (const file of files) await import(pathToFileURL(join(dist, file)).href);
console.log(`${files.length} built modules can be loaded`);
