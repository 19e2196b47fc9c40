import { flatten, join, withDot, type Dot } from './clock.js';
import type { UnitPlan } from './plan.js';
import type { Unit, Version } from './unit.js';
import type { Canon, Raw } from './value.js';

/**
 * Both sides were read after the hub had lost its memory of a while, and say the same: whatever happened in between, they agree. Folding
 * each as an edit of its own would count what one of them had got from the other twice. `null` where they do not say the same, or where
 * nothing was forgotten.
 */
export function reunited(
  plan: UnitPlan,
  unit: Unit,
  a: { readonly value: Canon; readonly raw: Raw },
  b: { readonly value: Canon; readonly raw: Raw },
): Unit | null {
  if (plan.contextOnly || !plan.equal(a.value, b.value)) return null;
  if (plan.equal(unit.A.value, a.value) && plan.equal(unit.B.value, b.value)) return null;
  const dot: Dot = { actor: 'H', n: unit.tick[2] + 1 };
  const ctx = join(join(flatten(unit.A), flatten(unit.B)), flatten(unit.head));
  const head: Version = { value: a.value, dot, ctx: join(ctx, unit.tick), stamp: null, by: null };
  const inc = { value: a.value };
  return {
    head,
    A: { ...head, raw: a.raw },
    B: { ...head, raw: b.raw },
    incA: inc,
    incB: inc,
    orphans: [],
    decision: null,
    contest: null,
    tick: withDot(unit.tick, dot),
    blocked: null,
  };
}
