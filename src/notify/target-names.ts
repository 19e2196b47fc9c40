import type { PoolClient } from 'pg';
import { readUnit } from '../core/at-rest.js';
import type { CompileInput } from '../core/pipeline/compile-input.js';
import { personalData } from '../core/pipeline/personal-data.js';
import { linkedTarget, targetOf } from '../core/reference.js';
import { recordTitle } from '../core/title.js';
import type { MailConflictRow } from '../database/sql/notify/new-conflicts.js';
import { specsInForce, targetRecords } from '../database/sql/references.js';
import { run } from '../database/sql/statement.js';
import { maySee } from './events.js';
import type { Recipient } from './recipient.js';
import { namedBy } from './title-units.js';

/**
 * With the names of the records that their values point to, where the field is a reference: those that the recipient may see, and whose
 * name is no personal data. In the transaction of the mail: it must not wait for a connection.
 */
export async function withTargetNames(
  client: PoolClient,
  rows: readonly MailConflictRow[],
  { person }: Recipient,
): Promise<readonly MailConflictRow[]> {
  const links = new Set(rows.flatMap(linksOf));
  if (links.size === 0) return rows;
  const records = await run(client, targetRecords, [[...links]]);
  const seen = records.filter(({ pipeline }) => person === null || maySee(person.grants, pipeline));
  const specs = await run(client, specsInForce, [[...new Set(seen.map((row) => row.pipeline_id))]]);
  const units = new Map(specs.map(({ id, spec }) => [id, nameUnit(spec as unknown as CompileInput)]));
  const names = new Map<string, string>();
  for (const { link_id, pipeline_id, clock, fields, open } of seen) {
    const unit = units.get(pipeline_id) ?? null;
    if (unit === null) continue;
    const id = linkedTarget(link_id);
    const { head, A } = readUnit(clock, fields[unit], open?.[unit]);
    names.set(id, recordTitle(head.value ?? A.value, id));
  }
  return rows.map((row) => (linksOf(row).length === 0 ? row : { ...row, names }));
}

function linksOf({ fields, unit, candidates }: MailConflictRow): readonly number[] {
  if (fields?.[unit]?.reference === undefined) return [];
  return candidates.flatMap(({ v }) => {
    const target = targetOf(v);
    return target?.kind === 'linked' ? [target.link] : [];
  });
}

/** `null`: what names its records must not be in a mail, or there is nothing that does. */
function nameUnit(input: CompileInput): string | null {
  const unit = namedBy(input);
  return unit === undefined || personalData(input.spec, unit).title ? null : unit;
}
