import type { PoolClient } from 'pg';
import type { StoredCandidate } from '../core/conflict-at-rest.js';
import { EMPTY_VECTOR, flatten, join, type Side, type VersionVector } from '../core/clock.js';
import type { HeldBefore } from '../core/give-back.js';
import { readHeld, type HeldDoc } from '../core/held-at-rest.js';
import { LIFE } from '../core/plan.js';
import { image, type Image, type Unit } from '../core/unit.js';
import type { DecisionRow } from '../database/sql/review/decisions.js';
import { carriedOut, sidesEditedAfter } from '../database/sql/review/registers.js';
import { run } from '../database/sql/statement.js';

export interface CarriedOut {
  /** What both sides held when it became head. */
  readonly before: HeldBefore;
  /** Sides of which the registers of the unit do not show that they were edited since: a record's existence. */
  readonly edited: Readonly<Record<Side, boolean>>;
}

/**
 * What a written decision had replaced, from the lineage. Of a decision whose row is not there (any more), what its maker was shown
 * stands for it; whatever was edited after the look then counts as edited since.
 */
export async function readCarriedOut(
  client: PoolClient,
  decision: DecisionRow,
  shown: readonly StoredCandidate[],
  unit: Unit,
): Promise<CarriedOut> {
  const [row] = await run(client, carriedOut, [decision.link_id, decision.id, decision.unit]);
  const held = row?.held ?? null;
  const before = held === null ? asShown(shown, unit) : readHeld(held as unknown as HeldDoc);
  if (decision.unit !== LIFE) return { before, edited: { A: false, B: false } };
  // Nobody can tell any more whether a field was edited since: nothing is deleted over that.
  if (row === undefined) return { before, edited: { A: true, B: true } };
  const sides = (await run(client, sidesEditedAfter, [decision.link_id, row.id])).map(({ side }) => side);
  return { before, edited: { A: sides.includes('A'), B: sides.includes('B') } };
}

function asShown(shown: readonly StoredCandidate[], unit: Unit): HeldBefore {
  let tick: VersionVector = EMPTY_VECTOR;
  for (const version of shown) tick = join(tick, flatten(version));
  const of = (side: Side): Image => {
    const candidate = shown.find((one) => one.side === side && one.key !== 'recovered');
    if (candidate === undefined) return image(unit, side);
    const { value, dot, ctx, stamp, by, raw } = candidate;
    return { value, dot, ctx, stamp, by, raw };
  };
  return { A: of('A'), B: of('B'), tick };
}
