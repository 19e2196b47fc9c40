import type { ClientBase, Pool } from 'pg';

/** Months for which a partition exists beforehand: this one and the next two. */
const monthsAhead = 2;

/**
 * Creates the monthly partitions of `lineage` from the month of `now` on, where they do not exist. There is no default
 * partition: a row that fits nowhere is an error, not a row that blocks the creation of its partition later.
 *
 * Idempotent and safe to run at the same time from several processes, and beside writers: a partition is made apart and
 * attached, which locks out other schema changes only.
 *
 * @returns the names of the partitions that were created
 */
export async function createLineagePartitions(database: ClientBase | Pool, now: Date): Promise<string[]> {
  const created: string[] = [];
  for (let ahead = 0; ahead <= monthsAhead; ahead += 1) {
    const from = monthStart(now, ahead);
    const name = partitionName(from);
    const missing = 'select to_regclass($1) is null as missing';
    const { rows } = await database.query<{ missing: boolean }>(missing, [name]);
    if (rows[0]?.missing !== true) continue;
    // Several statements in one message are one transaction. The lock serialises those who come at once and, unlike an
    // advisory one, makes each see what the one before has made; writers do not conflict with it.
    await database.query(
      `lock table lineage in share update exclusive mode;
       do $$ begin
         if to_regclass('${name}') is null then
           create table ${name} (like lineage including defaults including constraints including storage including compression);
           alter table lineage attach partition ${name}
             for values from ('${midnight(from)}') to ('${midnight(monthStart(now, ahead + 1))}');
         end if;
       end $$`,
    );
    created.push(name);
  }
  return created;
}

/** The first moment of the month that lies `ahead` months after that of `now`, UTC. */
function monthStart(now: Date, ahead: number): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1));
}

/** Name of the partition for what is recorded at a time. */
export function lineagePartition(at: Date): string {
  return partitionName(monthStart(at, 0));
}

function partitionName(month: Date): string {
  return `lineage_${month.getUTCFullYear()}_${String(month.getUTCMonth() + 1).padStart(2, '0')}`;
}

function midnight(date: Date): string {
  return `${date.toISOString().slice(0, 10)} 00:00:00+00`;
}
