import type { ClientBase } from 'pg';
import { SIDES, type Side } from '../../core/clock.js';
import type { RecordResult } from '../../core/record.js';
import { clearDue, forgetDue, setDue } from '../../database/sql/lane/due.js';
import { run } from '../../database/sql/statement.js';
import type { Intake } from './intake.js';
import type { RecordState } from './record-state.js';
import type { WorkingSet } from './working-set.js';

export interface Due {
  readonly inMs: number;
  readonly reason: string;
}

/** When and why to look at a record again; what waits for a side that cannot be written is woken when it can. */
export function lookAgain(
  record: RecordState,
  result: RecordResult,
  unsettled: boolean,
  intake: Intake,
  spent: boolean,
): Due | null {
  if (record.linkState !== 'live') return null;
  if (unsettled) return { inMs: 100, reason: UNSETTLED };
  if (result.waitsForReferrers) return { inMs: REFERRERS_MS, reason: REFERRERS };
  if (result.lookAgainAt === null) return record.due ? { inMs: 0, reason: 'receipt' } : null;
  if (result.lookAgainAt > 0)
    return { inMs: Math.max(0, result.lookAgainAt - intake.now), reason: 'undo window' };
  const closed = SIDES.filter((side) => !intake.writable[side]);
  return closed.length > 0 && !record.due
    ? { inMs: FAR_MS, reason: waitsFor(closed) }
    : { inMs: spent ? 100 : 0, reason: spent ? 'budget spent' : 'side busy' };
}

const UNSETTLED = 'write unsettled';
/** A deletion that waits for those of others, which wake it when they are done; not when they come to wait for a person themselves. */
const REFERRERS = 'waits-for-referrers';
const REFERRERS_MS = 10_000;
const FAR_MS = 100 * 365 * 86_400_000;

/** The reason of a due record that waits for sides to be writable again. */
function waitsFor(sides: readonly Side[]): string {
  return `waits for ${sides.join(' and ')}`;
}

/** Stores what is due, and forgets what was done. What somebody asked for since this transaction began stays. */
export async function writeDue(
  client: Pick<ClientBase, 'query'>,
  pipelineId: number,
  intake: Intake,
  set: WorkingSet,
  written: ReadonlySet<number>,
  due: ReadonlyMap<number, Due>,
  began: string,
): Promise<void> {
  const done = [...intake.due.keys()].filter((id) => !due.has(id));
  const ended = done.filter((id) => set.records.get(id)?.linkState !== 'live');
  if (ended.length > 0) await run(client, forgetDue, [ended]);
  const revOf = (id: number): number => (set.records.get(id)?.rev ?? 0) + (written.has(id) ? 1 : 0);
  const live = done.filter((id) => set.records.get(id)?.linkState === 'live');
  if (live.length > 0)
    await run(client, clearDue, [pipelineId, live, live.map(revOf), live.map((id) => intake.due.get(id))]);
  if (due.size === 0) return;
  const ids = [...due.keys()].sort((x, y) => x - y);
  await run(client, setDue, [
    pipelineId,
    ids,
    ids.map(revOf),
    ids.map((id) => due.get(id)?.inMs ?? 0),
    ids.map((id) => due.get(id)?.reason ?? ''),
    began,
    JSON.stringify(Object.fromEntries(intake.due)),
    ids.filter((id) => due.get(id)?.reason === UNSETTLED),
  ]);
}
