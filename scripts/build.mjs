import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './root.mjs';
import { run } from './run.mjs';
import { fail, say } from './say.mjs';

/** What is built, from what, and how. A part is built again when the content of its sources has changed. */
const parts = [
  {
    name: 'service',
    from: ['src', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'],
    result: 'dist/main.js',
    clean: () => removeAllBut(join(root, 'dist'), ['web', 'examples', 'bench', '.stamps']),
    command: ['tsc', '-p', 'tsconfig.build.json'],
  },
  {
    name: 'demo',
    from: ['examples/demo', 'tsconfig.json', 'package-lock.json'],
    result: 'dist/examples/demo/set-up-demo.js',
    clean: () => rmSync(join(root, 'dist', 'examples'), { recursive: true, force: true }),
    command: ['tsc', '-p', 'examples/demo/tsconfig.json'],
  },
  {
    name: 'screen',
    from: ['web', 'package-lock.json'],
    result: 'dist/web/index.html',
    clean: () => undefined,
    command: ['vite', 'build', 'web', '--logLevel', 'warn'],
  },
];

/** Builds what has changed since it was built last; nothing, within some milliseconds, when nothing has. */
export async function build() {
  const stamps = join(root, 'dist', '.stamps');
  mkdirSync(stamps, { recursive: true });
  const results = parts.map(async ({ name, from, result, clean, command: [command, ...args] }) => {
    const stamp = join(stamps, name);
    const hash = contentHash(from);
    const built = existsSync(join(root, result)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
    if (built) return true;
    say(`Building the ${name} …`);
    rmSync(stamp, { force: true });
    clean();
    const { code, output } = await run(command, args, { capture: true });
    if (code === 0) writeFileSync(stamp, hash);
    else say(output.trim());
    return code === 0;
  });
  if ((await Promise.all(results)).includes(false)) fail('The build failed; what is wrong stands above.');
}

function removeAllBut(folder, kept) {
  for (const name of readdirSync(folder)) {
    if (!kept.includes(name)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** Of names and contents, so that a fresh clone, a branch switch and a touched file all mean what they should. */
function contentHash(paths) {
  const hash = createHash('sha256').update(process.platform);
  for (const path of paths) {
    for (const file of filesOf(join(root, path))) hash.update(`\0${file}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

function filesOf(path) {
  try {
    return readdirSync(path, { withFileTypes: true })
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((entry) => (entry.isDirectory() ? filesOf(join(path, entry.name)) : [join(path, entry.name)]));
  } catch (error) {
    if (error.code === 'ENOTDIR') return [path];
    throw error;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await build();
