import type { ClientBase } from 'pg';
import { isWaiting, targetOf, targetsIn, WAITING_FOR } from '../../core/reference.js';
import { SIDES, type Side } from '../../core/clock.js';
import { LIFE } from '../../core/plan.js';
import { image, type Unit } from '../../core/unit.js';
import { setAllDue } from '../../database/sql/lane/due.js';
import { forgetUses, insertUses, lockTargets, wakeReferrers } from '../../database/sql/references.js';
import { run } from '../../database/sql/statement.js';
import type { RecordState } from '../lane/record-state.js';
import type { RunningPipeline } from '../running-pipeline.js';
import { Wanted } from './crosswalk.js';

type Client = Pick<ClientBase, 'query'>;

export interface Use {
  readonly linkId: number;
  readonly unit: string;
  readonly target: string;
}

/** A unit that waits, and for what: for its targets to be linked, and for head's to be there on the sides that lack it. */
export interface Wait {
  readonly linkId: number;
  readonly unit: string;
  readonly targets: readonly string[];
  readonly absentOn: readonly (readonly [side: Side, target: string])[];
}

/** What points to what after a transaction, beside what did before it. */
export interface UseChanges {
  readonly gone: readonly Use[];
  readonly made: readonly Use[];
  readonly waits: readonly Wait[];
}

export function useChanges(pipeline: RunningPipeline, records: readonly RecordState[]): UseChanges {
  const changes = { gone: [] as Use[], made: [] as Use[], waits: [] as Wait[] };
  for (const record of records) {
    if (pipeline.references.size === 0) break;
    for (const unit of pipeline.references.keys()) {
      const before = record.initial.get(unit);
      const after = record.units.get(unit);
      if (before === undefined || after === undefined || before === after) continue;
      const { linkId } = record;
      const [old, now] = [targetsIn(before), targetsIn(after)];
      changes.gone.push(...old.filter((t) => !now.includes(t)).map((target) => ({ linkId, unit, target })));
      changes.made.push(...now.filter((t) => !old.includes(t)).map((target) => ({ linkId, unit, target })));
      if (isWaiting(after)) changes.waits.push(waitOf(linkId, unit, after));
    }
  }
  return changes;
}

export function waitOf(linkId: number, key: string, unit: Unit): Wait {
  const { blocked, head } = unit;
  const absent = blocked?.code === WAITING_FOR && targetOf(head.value)?.kind === 'linked';
  const sides = !absent ? [] : blocked.both === true ? SIDES : [blocked.side];
  return {
    linkId,
    unit: key,
    targets: targetsIn(unit).filter((value) => targetOf(value)?.kind === 'alone'),
    absentOn: sides.map((side) => [side, head.value as string] as const),
  };
}

/** To be called before anything is stored: whoever links a record meanwhile waits, and then finds who waits for it. */
export async function lockWaits(
  client: Client,
  pipeline: RunningPipeline,
  waits: readonly Pick<Wait, 'unit'>[],
): Promise<void> {
  const targets = new Set(waits.flatMap(({ unit }) => pipeline.references.get(unit)?.targetId ?? []));
  if (targets.size > 0) await run(client, lockTargets, [[...targets], []]);
}

/** Stores who points to what. What has come to be there since it was looked up is looked at again. */
export async function writeUses(
  client: Client,
  pipeline: RunningPipeline,
  changes: UseChanges,
): Promise<void> {
  const { gone, made, waits } = changes;
  if (made.length > 0) await insert(client, pipeline, made);
  if (gone.length > 0)
    await run(client, forgetUses, [
      gone.map(({ linkId }) => linkId),
      gone.map(({ unit }) => unit),
      gone.map(({ target }) => target),
    ]);
  await lookAgain(client, pipeline, waits);
}

export async function insert(client: Client, pipeline: RunningPipeline, uses: readonly Use[]): Promise<void> {
  await run(client, insertUses, [
    pipeline.id,
    uses.map(({ linkId }) => linkId),
    uses.map(({ unit }) => unit),
    uses.map(({ target }) => target),
    uses.map(({ unit }) => pipeline.references.get(unit)?.targetId),
  ]);
}

/** Under the locks of `lockWaits`. */
export async function lookAgain(
  client: Client,
  pipeline: RunningPipeline,
  waits: readonly Wait[],
): Promise<void> {
  if (waits.length === 0) return;
  const wanted = new Wanted(pipeline);
  for (const { unit, targets, absentOn } of waits) {
    for (const target of targets) wanted.addTarget(unit, target);
    for (const [, target] of absentOn) wanted.addTarget(unit, target);
  }
  const found = await wanted.lookUp(client);
  const due = waits.filter(({ unit, targets, absentOn }) => {
    const crosswalk = found.get(unit);
    if (crosswalk === undefined) return false;
    return (
      targets.some((value) => {
        const target = targetOf(value);
        return target?.kind === 'alone' && crosswalk.linkOf(target.side, target.id) !== null;
      }) ||
      absentOn.some(([side, value]) => {
        const target = targetOf(value);
        return target?.kind === 'linked' && crosswalk.idOf(side, target.link) !== null;
      })
    );
  });
  if (due.length > 0)
    await run(client, setAllDue, [
      pipeline.id,
      [...new Set(due.map(({ linkId }) => linkId))].sort((x, y) => x - y),
      'reference',
    ]);
}

/**
 * Records of this pipeline that have come back, or gone, on a side: whoever points to them is looked at again. Also those that were gone
 * and back before anybody looked: somebody's write may have met the moment in between.
 */
export async function wakeByLife(
  client: Client,
  pipeline: RunningPipeline,
  records: readonly RecordState[],
): Promise<void> {
  if (!pipeline.isReferredTo) return;
  const moved = records.filter(({ units, initial, appeared }) => {
    const [life, before] = [units.get(LIFE), initial.get(LIFE)];
    return (
      appeared ||
      (life !== undefined &&
        life !== before &&
        SIDES.some(
          (side) => image(life, side).value !== (before === undefined ? 'live' : image(before, side).value),
        ))
    );
  });
  if (moved.length > 0)
    await run(client, wakeReferrers, [pipeline.id, moved.map(({ linkId }) => `rec_${String(linkId)}`)]);
}
