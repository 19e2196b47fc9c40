import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './root.mjs';

const FOLDERS = new Set(
  '.ci bench docker docs examples migrations schemas scripts src templates test web'.split(' '),
);
/** What a build, a test or a service leaves behind, wherever it was started. */
const LEFT_BEHIND = new Set('node_modules dist coverage .accord PG_VERSION postmaster.pid'.split(' '));

/** What is tracked and must not be, in words, a folder at a time: a service's data was once committed, with its keys. */
export function trackedFaults(files) {
  const faults = new Set();
  for (const file of files) {
    const parts = file.split('/');
    const [top] = parts;
    const left = parts.findIndex((part) => LEFT_BEHIND.has(part));
    if (parts.length > 1 && !FOLDERS.has(top))
      faults.add(
        `${top}/ is tracked and no folder of the sources; a new one is named in scripts/check-tracked.mjs`,
      );
    else if (left !== -1)
      faults.add(`${parts.slice(0, left + 1).join('/')} is tracked, and left behind by a build or a server`);
  }
  return [...faults];
}

// An archive of the sources tracks nothing.
if (import.meta.url === pathToFileURL(process.argv[1]).href && existsSync(join(root, '.git'))) {
  const listed = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 });
  const faults = trackedFaults(listed.split('\0').filter((file) => file !== ''));
  for (const fault of faults) console.error(fault);
  process.exit(faults.length === 0 ? 0 : 1);
}
