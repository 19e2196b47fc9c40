import type { PoolClient } from 'pg';
import { PlanError } from '../core/errors.js';
import { compile } from '../core/pipeline/compile.js';
import type { CompileInput } from '../core/pipeline/compile-input.js';
import { personalData } from '../core/pipeline/personal-data.js';
import { titleUnit } from '../core/title.js';
import type { MailConflictRow } from '../database/sql/notify/new-conflicts.js';
import { specsOfRevisions } from '../database/sql/references.js';
import { run } from '../database/sql/statement.js';

/**
 * With the unit that their titles were taken from, where it matters: whether a title is personal data is known only with the columns. In
 * the transaction of the mail: it must not wait for a connection.
 */
export async function withTitleUnits(
  client: PoolClient,
  rows: readonly MailConflictRow[],
): Promise<readonly MailConflictRow[]> {
  const doubtful = rows.filter(({ fields }) => fields !== null && personalData({ fields }).any);
  if (doubtful.length === 0) return rows;
  const specs = await run(client, specsOfRevisions, [
    doubtful.map((row) => row.pipeline_id),
    doubtful.map((row) => row.revision),
  ]);
  const units = new Map(
    specs.map(({ id, revision, spec }) => [
      `${String(id)}.${String(revision)}`,
      namedBy(spec as unknown as CompileInput),
    ]),
  );
  return rows.map((row) => {
    const unit = units.get(`${String(row.pipeline_id)}.${String(row.revision)}`);
    return unit === undefined ? row : { ...row, title_unit: unit };
  });
}

/** The unit that names records; `null`: none does; `undefined`: that cannot be said. */
export function namedBy({ spec, schemas, sides }: CompileInput): string | null | undefined {
  try {
    return titleUnit(compile(spec, schemas, sides, 1))?.key ?? null;
  } catch (error) {
    if (error instanceof PlanError) return undefined;
    throw error;
  }
}
