import type { Pool } from 'pg';
import { lineagePartition } from './lineage-partitions.js';

/** Per cent of a page. The rest is more than a gap can be: longer rows are stored out of line. */
const OPEN_TO_EDITS = 80;
const LOCK_NOT_AVAILABLE = '55P03';

/** What the tables need once a first load has filled them: whatever looks at records by key must know how many there are. */
export async function tendLoadedTables(database: Pool, now: Date): Promise<void> {
  for (const table of ['link', 'shadow']) await database.query(`analyze ${table}`);
  await closeFilledPages(database, now);
}

/**
 * Closes the pages that a first load has filled. Its rows hold whole records and leave gaps, into which the shorter rows of edits would go,
 * each to a page of its own that has to be read, and written into the log as a whole; and the place of a row would not follow its time,
 * by which `lineage_recent` finds it. A part of the page that is as large as the largest gap stays free from now on, in the partition of
 * `now`; rows that are there do not move.
 *
 * Does nothing where something else, such as a vacuum, holds the table for longer.
 */
async function closeFilledPages(database: Pool, now: Date): Promise<void> {
  const name = lineagePartition(now);
  const option = `fillfactor=${String(OPEN_TO_EDITS)}`;
  const { rows } = await database.query<{ closed: boolean }>(
    'select reloptions @> array[$2] as closed from pg_class where oid = to_regclass($1) and reloptions is not null',
    [name, option],
  );
  if (rows[0]?.closed === true) return;
  try {
    await database.query(
      `set local lock_timeout = '5s'; alter table ${name} set (fillfactor = ${String(OPEN_TO_EDITS)})`,
    );
  } catch (error) {
    if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw error;
  }
}
