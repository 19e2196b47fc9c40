import { author } from '../../core/author.js';
import { covers, type Side } from '../../core/clock.js';
import type { Plan } from '../../core/plan.js';
import type { AuthoredUnit, RecordResult } from '../../core/record.js';
import { image, incorporated, type Unit } from '../../core/unit.js';
import type { Switches } from './switches.js';

const NEVER_HELD = { value: '\u0000 never held' };

/** The plan as a hub without some protection would have it. */
export function weakenPlan(switches: Switches, plan: Plan): Plan {
  const { holdTogether, holdInvariants, deleteSeesEdits, heedScope } = switches;
  if (!heedScope) {
    const { scope: _, ...everything } = plan;
    return everything;
  }
  if (!switches.undecidedWaits) return withoutReferences(plan);
  if (!deleteSeesEdits) return { ...plan, life: { ...plan.life, deleteVsEdit: 'delete' } };
  if (!holdInvariants) return { ...plan, invariants: [] };
  return holdTogether ? plan : { ...plan, holdSets: [] };
}

/** Before derivation: registers as a hub without some protection would have them. With all protections: nothing. */
export function weakenBefore(
  switches: Switches,
  plan: Plan,
  units: Map<string, Unit>,
  settled: boolean,
): void {
  if (!switches.netChanges) {
    for (const [key, unit] of units) {
      if (plan.unit.get(key)?.policy.strategy !== 'merge') units.set(key, withoutVoids(unit));
    }
  }
  if (!switches.exactCounters && settled) {
    for (const { key, policy, equal } of plan.units) {
      const unit = units.get(key) as Unit;
      const counts = policy.strategy === 'merge' && policy.merge === 'counter';
      const both = !covers(unit.head, unit.A) && !covers(unit.head, unit.B);
      if (!counts || !both || !equal(unit.A.value, unit.B.value)) continue;
      const value = unit.A.value;
      units.set(
        key,
        author(unit, { kind: 'author', how: 'agreement', value, from: null, overridden: [], why: '' }),
      );
    }
  }
}

/** After derivation, the same for what was authored. */
export function weakenAfter(switches: Switches, result: RecordResult, units: Map<string, Unit>): void {
  for (const authored of result.authored) {
    const unit = units.get(authored.key) as Unit;
    const weaker = weakHead(switches, authored, unit);
    if (weaker !== unit) units.set(authored.key, weaker);
  }
}

function weakHead(switches: Switches, { outcome, before }: AuthoredUnit, unit: Unit): Unit {
  if (!switches.hubTicks && outcome.how !== 'fast-forward') {
    const head = { ...unit.head, dot: before.head.dot };
    return { ...unit, head, tick: before.tick };
  }
  if (!switches.agreementTicks && outcome.how === 'agreement') {
    return { ...unit, head: { ...unit.head, dot: before.A.dot }, tick: before.tick };
  }
  if (!switches.basePerSide) {
    return { ...unit, incA: { value: unit.head.value }, incB: { value: unit.head.value } };
  }
  return unit;
}

/** A value that came back counts as a change: nothing equals what the side started from. */
function withoutVoids(unit: Unit): Unit {
  let next = unit;
  for (const side of ['A', 'B'] as const satisfies readonly Side[]) {
    if (covers(unit.head, image(unit, side)) || incorporated(unit, side) === undefined) continue;
    next = side === 'A' ? { ...next, incA: NEVER_HELD } : { ...next, incB: NEVER_HELD };
  }
  return next;
}

function withoutReferences(plan: Plan): Plan {
  const units = plan.units.map(({ reference: _, ...unit }) => unit);
  return { ...plan, units, unit: new Map(units.map((unit) => [unit.key, unit])) };
}
