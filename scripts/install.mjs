import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';
import { npm, run } from './run.mjs';
import { fail, say } from './say.mjs';

/** Major and minor: argon2 is part of Node since 24.7. */
const needed = [24, 7];

/** Installs what package-lock.json names, unless it is installed already. */
export async function install() {
  if (missingPackages().length > 0) {
    say('Installing dependencies (about a minute the first time) …');
    // No package needs its install script; not running any is safer and faster.
    const { code } = await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
    if (code !== 0) fail('The dependencies could not be installed (npm ci failed, see above).');
    const missing = missingPackages();
    if (missing.length > 0) {
      fail(
        `npm ci did not install ${missing.length === 1 ? 'this package' : 'these packages'}: ${missing.join(', ')}`,
        'It leaves optional packages out in silence when their download fails, or when npm is set to omit them',
        '(npm config get omit). Run npm ci --include=dev --include=optional and look at what it says.',
      );
    }
  }
  await checkNode();
}

function missingPackages() {
  const read = (...path) => JSON.parse(readFileSync(join(root, ...path), 'utf8'));
  const installed = existsSync(join(root, 'node_modules', '.package-lock.json'))
    ? read('node_modules', '.package-lock.json')
    : { packages: {} };
  return packagesMissing(read('package-lock.json'), installed);
}

/** Packages of the lock that belong on this machine and are not installed, or in another version. */
export function packagesMissing(wanted, installed) {
  return Object.entries(wanted.packages)
    .filter(
      ([path, one]) => path !== '' && belongsHere(one) && installed.packages[path]?.version !== one.version,
    )
    .map(([path]) => path.replace(/^.*node_modules\//, ''));
}

function belongsHere({ os, cpu, libc, optional }) {
  const fits = (list, own) => list !== undefined && [list].flat().includes(own);
  return !optional || (fits(os, process.platform) && fits(cpu, process.arch) && libc === undefined);
}

/** Makes sure that the Node which npm scripts find first is new enough and runs here. */
async function checkNode() {
  const packaged = join(root, 'node_modules', '.bin', 'node');
  if (existsSync(packaged)) {
    const { code, output } = await run(packaged, ['--version'], { capture: true });
    if (code === 0 && isEnough(output.trim().slice(1))) return;
    // The packaged Node is for glibc; elsewhere it must not hide the machine's own.
    rmSync(packaged, { force: true });
  }
  if (isEnough(process.versions.node)) return;
  fail(
    `Accord needs Node ${needed.join('.')}; this is Node ${process.versions.node}.`,
    'On Linux with glibc and on Windows it comes as an npm package, but that one is missing or does not run here.',
    `Run npm ci --include=optional, or install Node ${needed.join('.')} yourself.`,
  );
}

function isEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > needed[0] || (major === needed[0] && minor >= needed[1]);
}
