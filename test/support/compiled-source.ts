import { mkdir, mkdtemp, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { transformFile } from '@swc/core';
import { runFolder } from './test-database.js';

let compiled: Promise<string> | undefined;

/**
 * The product's source and the test support as JavaScript in the folder of this run, for processes that tests start and kill: Node
 * alone cannot run decorators, and a child should start as fast as the real service.
 *
 * @returns the folder that holds `src/` and `test/support/`
 */
export function compiledSource(): Promise<string> {
  compiled ??= compile();
  return compiled;
}

async function compile(): Promise<string> {
  const root = resolve(import.meta.dirname, '../..');
  const out = await mkdtemp(join(runFolder(), 'compiled-'));
  await writeFile(join(out, 'package.json'), '{"type":"module"}');
  await symlink(join(root, 'node_modules'), join(out, 'node_modules'));
  await symlink(join(root, 'migrations'), join(out, 'migrations'));
  for (const folder of ['src', 'test/support']) {
    const files = (await readdir(join(root, folder), { recursive: true })).filter(
      (name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'),
    );
    await Promise.all(
      files.map(async (name) => {
        const { code } = await transformFile(join(root, folder, name), {
          configFile: join(root, '.swcrc'),
          sourceMaps: 'inline',
        });
        const target = join(out, folder, name.replace(/\.ts$/, '.js'));
        await mkdir(dirname(target), { recursive: true });
        await writeFile(target, code);
      }),
    );
  }
  return out;
}
