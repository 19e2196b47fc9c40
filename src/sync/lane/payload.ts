import { dotText, parseDot, parseVector, vectorText, type Side } from '../../core/clock.js';
import { rawOf } from '../../core/at-rest.js';
import type { UnitPlan } from '../../core/plan.js';
import { image, type Image, type Unit } from '../../core/unit.js';
import type { Raw } from '../../core/value.js';

/**
 * What must be known to take a write back: per record, what its units held on the side before. The values sent are not kept: a batch
 * is never sent twice, it is settled and planned anew.
 */
export type Payload = readonly PayloadItem[];

export interface PayloadItem {
  /** Link id. */
  readonly l: number;
  /** Unit key → the side's version before: dot, context, raw. Of a delete: all that it expects to find. Empty for a create. */
  readonly u: Readonly<Record<string, readonly [dot: string, ctx: string, raw: Raw]>>;
}

export function preImage(plan: UnitPlan, side: Side, unit: Unit): readonly [string, string, Raw] {
  const img = image(unit, side);
  return [dotText(img.dot), vectorText(img.ctx), rawOf(plan, side, img)];
}

export function restoreImage(plan: UnitPlan, side: Side, pre: readonly [string, string, Raw]): Image {
  const [dot, ctx, raw] = pre;
  return {
    value: plan.get(side, raw),
    dot: parseDot(dot),
    ctx: parseVector(ctx),
    stamp: null,
    by: null,
    raw,
  };
}
