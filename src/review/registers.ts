import type { ClientBase } from 'pg';
import { parseJson } from '../core/canon/parse-json.js';
import { readUnit, writeUnit } from '../core/at-rest.js';
import type { UnitPlan } from '../core/plan.js';
import type { Unit } from '../core/unit.js';
import {
  lockDeletedRegisters,
  lockRegisters,
  writeRegisters,
  type RegistersRow,
} from '../database/sql/review/registers.js';
import { run, type Statement } from '../database/sql/statement.js';

/** One unit's registers, locked until the transaction ends. */
export interface LockedUnit {
  readonly linkId: number;
  readonly rev: number;
  readonly clock: string;
  readonly unit: Unit;
}

/** `null` when the record's registers are gone. To be called before the conflict is locked: the engine locks in this order too. */
export async function lockUnit(
  client: Pick<ClientBase, 'query'>,
  linkId: number,
  key: string,
): Promise<LockedUnit | null> {
  return lockWith(client, lockRegisters, linkId, key);
}

/** The same of a record whose link has ended because it was deleted on both sides. */
export async function lockUnitOfDeleted(
  client: Pick<ClientBase, 'query'>,
  linkId: number,
  key: string,
): Promise<LockedUnit | null> {
  return lockWith(client, lockDeletedRegisters, linkId, key);
}

async function lockWith(
  client: Pick<ClientBase, 'query'>,
  statement: Statement<RegistersRow>,
  linkId: number,
  key: string,
): Promise<LockedUnit | null> {
  const [row] = await run(client, statement, [linkId, key]);
  if (row === undefined) return null;
  const field = row.field === null ? undefined : parseJson(row.field);
  return { linkId, rev: row.rev, clock: row.clock, unit: readUnit(row.clock, field, row.open ?? undefined) };
}

/** Writes the unit back. The lock makes the compare-and-set certain to succeed; it stays as the proof that nothing was overwritten. */
export async function writeLocked(
  client: Pick<ClientBase, 'query'>,
  locked: LockedUnit,
  plan: UnitPlan,
  next: Unit,
): Promise<void> {
  const { field, open } = writeUnit(plan, locked.clock, next);
  const written = await run(client, writeRegisters, [
    locked.linkId,
    locked.rev,
    plan.key,
    JSON.stringify(field),
    open === null ? null : JSON.stringify(open),
  ]);
  if (written.length !== 1)
    throw new Error(`the registers of link ${locked.linkId} moved while they were locked`);
}
