import { dotText, parseDot, parseVector, vectorText, type Side } from '../../core/clock.js';
import { rawOf } from '../../core/at-rest.js';
import type { UnitPlan } from '../../core/plan.js';
import { image, type Image, type Unit } from '../../core/unit.js';
import type { Canon, Raw } from '../../core/value.js';

/**
 * What must be known to take a write back: per record, what its units held on the side before. The values sent are not kept: a batch
 * is never sent twice, it is settled and planned anew.
 */
export type Payload = readonly PayloadItem[];

export interface PayloadItem {
  /** Link id. */
  readonly l: number;
  /** Unit key → the side's version before: dot, context, raw. Of a delete: all that it expects to find. Empty for a create. */
  readonly u: Readonly<Record<string, PreImage>>;
}

/** `value`: of a reference, which its raw alone does not tell. */
export type PreImage =
  readonly [dot: string, ctx: string, raw: Raw] | readonly [dot: string, ctx: string, raw: Raw, value: Canon];

export function preImage(plan: UnitPlan, side: Side, unit: Unit): PreImage {
  const img = image(unit, side);
  const [dot, ctx, raw] = [dotText(img.dot), vectorText(img.ctx), rawOf(plan, side, img)];
  return plan.reference === undefined ? [dot, ctx, raw] : [dot, ctx, raw, img.value];
}

export function restoreImage(plan: UnitPlan, side: Side, pre: PreImage): Image {
  const [dot, ctx, raw, value] = pre;
  return {
    value: value === undefined ? plan.get(side, raw) : value,
    dot: parseDot(dot),
    ctx: parseVector(ctx),
    stamp: null,
    by: null,
    raw,
  };
}
