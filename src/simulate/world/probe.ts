import { SIDES, type Side } from '../../core/clock.js';
import { LIFE, type Plan, type UnitPlan } from '../../core/plan.js';
import { observe } from '../../core/observe.js';
import { resolveRecord, type RecordResult } from '../../core/record.js';
import { stableStringify, type Canon } from '../../core/value.js';
import type { Unit } from '../../core/unit.js';
import type { ProbeFacts } from '../oracle/evidence.js';
import type { Switches } from '../hub/switches.js';
import { weakenBefore } from '../hub/weaken.js';
import type { Random } from '../random.js';
import { mergeOf } from './people.js';
import type { World } from './world.js';

interface Seen {
  readonly plan: UnitPlan;
  readonly side: Side;
  readonly value: Canon;
  readonly at: number;
}

/**
 * From the registers as they are now, the same few observations of one unit, or of those that a rule binds together, in several orders,
 * and with those in between left out (P7). Nothing of it is stored.
 */
export function probe(world: World, random: Random): ProbeFacts | null {
  const { hub } = world;
  const units = hub.units();
  const plan = random.pick(hub.plan.units);
  const unit = units.get(plan.key);
  if (unit === undefined || units.has(LIFE)) return null;
  if (plan.contextOnly || plan.reference !== undefined) return null;
  const bound = hub.plan.invariants.find((one) => one.units.includes(plan.key))?.units ?? [plan.key];
  const plans = hub.plan.units.filter(({ key }) => bound.includes(key));
  const choice = new Map(plans.map((one) => [one.key, values(world, one, units.get(one.key) as Unit)]));
  const seen: Seen[] = [];
  for (let i = 0; i < 2 + random.int(4); i++) {
    const of = random.pick(plans);
    const value = random.pick(choice.get(of.key) as readonly Canon[]);
    seen.push({ plan: of, side: random.pick(SIDES), value, at: world.now + i * 10 });
  }
  const [a, b] = SIDES.map((side) => seen.filter((one) => one.side === side));
  const orders = [seen, [...(a ?? []), ...(b ?? [])], [...(b ?? []), ...(a ?? [])]];
  if (plans.every((one) => isSampled(one, units.get(one.key) as Unit))) orders.push(lastOfEach(plans, seen));
  return {
    unit: plan.key,
    outcomes: orders.map((order) => visible(take(hub.plan, hub.switches, units, order))),
  };
}

/**
 * A decision knows what was on the screen by its number: what came back to that is news all the same. A value that was not seen leaves a
 * wider time for the next one. What a side refused is tried once more when a newer head says it.
 */
function isSampled({ policy }: UnitPlan, unit: Unit): boolean {
  const { decision, contest, blocked } = unit;
  return decision === null && contest === null && blocked === null && policy.strategy !== 'newest';
}

function lastOfEach(plans: readonly UnitPlan[], seen: readonly Seen[]): Seen[] {
  return plans.flatMap((plan) =>
    SIDES.flatMap((side) => seen.filter((one) => one.plan === plan && one.side === side).slice(-1)),
  );
}

function take(
  plan: Plan,
  switches: Switches,
  units: ReadonlyMap<string, Unit>,
  order: readonly Seen[],
): RecordResult {
  let next = new Map(units);
  for (const { plan: unitPlan, side, value, at } of order) {
    const stamp = [at, at + 1] as const;
    const before = next.get(unitPlan.key) as Unit;
    const raw = unitPlan.put(side, value, undefined);
    const seen = observe(unitPlan, before, { side, value, raw, stamp, by: null, stale: false });
    next.set(unitPlan.key, seen.unit);
    if (!switches.lazyAuthoring) next = new Map(resolve(plan, switches, next).units);
  }
  return resolve(plan, switches, next);
}

function resolve(plan: Plan, switches: Switches, units: Map<string, Unit>): RecordResult {
  weakenBefore(switches, plan, units, true);
  return resolveRecord({
    plan,
    units,
    now: Number.MAX_SAFE_INTEGER,
    writable: { A: true, B: true },
    unsettled: false,
    fights: () => false,
  });
}

/** What anybody outside can tell: what is settled, written or asked. */
function visible(result: RecordResult): string {
  const seen = {
    heads: [...result.units].map(([key, unit]) => [key, unit.head.value]),
    writes: result.writes,
    conflicts: [...result.conflicts].map(([key, conflict]) => [
      key,
      conflict.kind,
      conflict.candidates.map((candidate) => [candidate.key, candidate.value]),
    ]),
    diverged: [...result.diverged],
  };
  return stableStringify(seen);
}

/** Values that could be seen on a side, among them those that stand or stood. */
function values({ habits }: World, plan: UnitPlan, unit: Unit): readonly Canon[] {
  const stood = [unit.head.value, unit.A.value, unit.B.value, unit.incA?.value ?? unit.head.value];
  if (habits !== undefined) return [...stood, ...habits.others(plan)];
  switch (mergeOf(plan)) {
    case 'set':
      return [...stood, ['new'], ['new', 'old']];
    case 'counter':
    case 'max':
    case 'min':
      return [...stood, '3', '9'];
    case 'text':
      return [...stood, 'one two', 'zero one two three four'];
    case 'json':
      return [...stood, { base: 'y' }, { base: 'x', more: 1 }];
    default:
      if (plan.isGroup) return [...stood, { street: 'p', zip: '1' }, { street: 'q', zip: '2' }];
      return plan.type === 'integer' ? [...stood, '2', '4'] : [...stood, 'p', 'q'];
  }
}
