import type { ClientBase } from 'pg';
import { CanonError } from '../../core/errors.js';
import { otherSide, type Side } from '../../core/clock.js';
import { fromOneSide } from '../../core/linking.js';
import { withImage } from '../../core/observe.js';
import { isWaiting, targetOf, targetsIn, WAITING_FOR } from '../../core/reference.js';
import type { UnitPlan } from '../../core/plan.js';
import { image, type Unit } from '../../core/unit.js';
import type { Canon, Raw } from '../../core/value.js';
import { insertNewcomerWaits, lockTargets } from '../../database/sql/references.js';
import { run } from '../../database/sql/statement.js';
import { setUnmatched } from '../../database/sql/load/match.js';
import type { RunningPipeline } from '../running-pipeline.js';
import { Wanted } from './crosswalk.js';
import { leftBlank } from '../../core/left-blank.js';
import { isRequired } from './required-column.js';
import { insert, lookAgain, waitOf } from './uses.js';
import { WaitsForRecord } from './waits-for-record.js';

type Client = Pick<ClientBase, 'query'>;

/**
 * A reference of a record that is being made on the other side. Where the record that it points to is not there, the column is left blank
 * and filled by a second write; where the column must hold something, or the other record is just being made, this one is made after it.
 * @throws WaitsForRecord
 */
export function referenceFromOneSide(
  pipeline: RunningPipeline,
  from: Side,
  plan: UnitPlan,
  value: Canon,
  raw: Raw,
): Unit {
  const to = otherSide(from);
  const unit = fromOneSide(from, value, raw);
  const end = pipeline.ends[to];
  try {
    const there = plan.put(to, value, undefined);
    return withImage(unit, to, { ...image(unit, to), raw: there });
  } catch (error) {
    if (!(error instanceof CanonError) || error.code !== WAITING_FOR) throw error;
    const target = targetOf(value);
    const required = isRequired(end, plan);
    const underWay =
      target?.kind === 'linked' && pipeline.crosswalks.get(plan.key)?.isUnderWay(target.link) === true;
    if (!required && !underWay) return leftBlank(unit, to);
    const column = end.columns.get(plan.key)?.[0]?.[1] ?? plan.key;
    const id = typeof raw === 'string' ? raw : JSON.stringify(raw);
    throw new WaitsForRecord(
      plan.key,
      value as string,
      required,
      `waits for record ${id} of ${plan.reference ?? ''}: ${required ? `${column} of ${end.label} cannot be left blank` : 'it is just being made'}`,
    );
  }
}

/** Before links are made: whoever stores now that it waits for one of them comes first, or sees it. */
export async function lockLinks(client: Client, pipeline: RunningPipeline): Promise<void> {
  const targets = [...pipeline.references.values()].map(({ targetId }) => targetId);
  if (targets.length === 0 && !pipeline.isReferredTo) return;
  await run(client, lockTargets, [targets, pipeline.isReferredTo ? [pipeline.id] : []]);
}

/** What new records point to. What has come to be there since it was looked up is looked at again. */
export async function insertReferences(
  client: Client,
  pipeline: RunningPipeline,
  links: readonly { readonly references: ReadonlyMap<string, Unit> }[],
  ids: readonly number[],
): Promise<void> {
  if (pipeline.references.size === 0) return;
  const all = links.flatMap(({ references }, i) =>
    [...references].map(([key, unit]) => ({ linkId: ids[i] as number, key, unit })),
  );
  const uses = all.flatMap(({ linkId, key, unit }) =>
    targetsIn(unit).map((target) => ({ linkId, unit: key, target })),
  );
  if (uses.length > 0) await insert(client, pipeline, uses);
  await lookAgain(
    client,
    pipeline,
    all.flatMap(({ linkId, key, unit }) => (isWaiting(unit) ? [waitOf(linkId, key, unit)] : [])),
  );
}

export interface WaitingNewcomer {
  readonly side: Side;
  readonly id: string;
  readonly reason: WaitsForRecord;
}

/** Shown among the unmatched, and looked at again once the record that they wait for is there. In the transaction that settles them. */
export async function storeWaiting(
  client: Client,
  pipeline: RunningPipeline,
  waiting: readonly WaitingNewcomer[],
): Promise<void> {
  if (waiting.length === 0) return;
  await lockLinks(client, pipeline);
  const wanted = new Wanted(pipeline);
  for (const { reason } of waiting) wanted.addTarget(reason.unit, reason.target);
  const found = await wanted.lookUp(client);
  const ready = ({ side, reason }: WaitingNewcomer): boolean => {
    const crosswalk = found.get(reason.unit);
    const target = targetOf(reason.target);
    if (crosswalk === undefined || target === null) return false;
    const link = target.kind === 'linked' ? target.link : crosswalk.linkOf(target.side, target.id);
    if (link === null) return false;
    // Known by another name now: who waits for it has to say so anew.
    if (target.kind === 'alone' || crosswalk.idOf(otherSide(side), link) !== null) return true;
    return !reason.required && !crosswalk.isUnderWay(link);
  };
  for (const side of ['A', 'B'] as const) {
    const mine = waiting.filter((one) => one.side === side);
    if (mine.length === 0) continue;
    await run(client, setUnmatched, [
      pipeline.id,
      side,
      mine.map(({ id }) => id),
      mine.map((one) => (ready(one) ? 'waiting' : 'not-created')),
      mine.map((one) => (ready(one) ? null : one.reason.message)),
    ]);
  }
  const open = waiting.filter((one) => !ready(one));
  if (open.length === 0) return;
  await run(client, insertNewcomerWaits, [
    pipeline.id,
    open.map(({ side }) => side),
    open.map(({ id }) => id),
    open.map(({ reason }) => pipeline.references.get(reason.unit)?.targetId),
    open.map(({ reason }) => reason.target),
  ]);
}
