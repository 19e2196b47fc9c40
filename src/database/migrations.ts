import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { MigrationObject } from '@mikro-orm/core';
import { Migration } from '@mikro-orm/migrations';

/** `migrations/` of the package, seen from `src/database` and from `dist/database` alike. */
export const migrationsFolder = fileURLToPath(new URL('../../migrations/', import.meta.url));

/**
 * The migrations of this version of the code, oldest first: one per `NNNN_name.sql`, recorded under the file's name
 * without its ending. They only go forward, and a file that was released is never edited.
 */
export async function readMigrations(folder: string = migrationsFolder): Promise<MigrationObject[]> {
  const files = (await readdir(folder)).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name)).sort();
  return Promise.all(
    files.map(async (file) => ({
      name: file.replace(/\.sql$/, ''),
      class: sqlMigration(await readFile(`${folder}/${file}`, 'utf8')),
    })),
  );
}

function sqlMigration(sql: string): MigrationObject['class'] {
  return class extends Migration {
    override up(): void {
      this.addSql(sql);
    }
  };
}
