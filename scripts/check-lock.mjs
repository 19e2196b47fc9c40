import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './root.mjs';

/**
 * What is wrong with the lock, in words. npm sometimes writes a lock without the packages for other platforms, which
 * `npm ci` then refuses there; and a version that is not pinned makes two clones differ.
 */
export function lockFaults(manifest, lock) {
  const { packages } = lock;
  const faults = [];
  for (const [path, { version, integrity, resolved, link, optionalDependencies = {} }] of Object.entries(
    packages,
  )) {
    for (const name of Object.keys(optionalDependencies)) {
      if (!isLocked(packages, path, name))
        faults.push(`${path || 'package.json'} names ${name}, which is not in the lock`);
    }
    if (path === '' || link) continue;
    if (integrity === undefined) faults.push(`${path} ${version} has no integrity`);
    if (resolved !== undefined) faults.push(`${path} names a registry; set omit-lockfile-registry-resolved`);
  }
  for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies']) {
    for (const [name, version] of Object.entries(manifest[kind] ?? {})) {
      const locked = packages[`node_modules/${name}`]?.version;
      if (locked !== version)
        faults.push(`package.json asks for ${name} ${version}, the lock has ${locked ?? 'none'}`);
    }
  }
  return faults;
}

/** As Node looks a package up: beside the one that asks for it, then in every folder above. */
function isLocked(packages, from, name) {
  for (let path = from; ; path = path.slice(0, Math.max(0, path.lastIndexOf('/node_modules/')))) {
    if (packages[`${path === '' ? '' : `${path}/`}node_modules/${name}`] !== undefined) return true;
    if (path === '') return false;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const read = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));
  const faults = lockFaults(read('package.json'), read('package-lock.json'));
  for (const fault of faults) console.error(fault);
  process.exit(faults.length === 0 ? 0 : 1);
}
