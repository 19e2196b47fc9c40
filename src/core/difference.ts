import { rawOf } from './at-rest.js';
import { dotText, SIDES, type Side } from './clock.js';
import { CanonError } from './errors.js';
import { isGone, LIFE_UNIT } from './life.js';
import { LIFE, type Plan, type UnitPlan } from './plan.js';
import { resolveRecord, type RecordResult } from './record.js';
import { KEPT_OUT, scopeWords } from './scope.js';
import { image, type Unit } from './unit.js';
import { jsonEqual, stableStringify, type Json, type Raw } from './value.js';

/** Why two things that should agree do not. `unknown`: nothing here explains it. */
export const REASONS = ['conflict', 'blocked', 'in-flight', 'policy', 'scope', 'unknown'] as const;
export type Reason = (typeof REASONS)[number];

export interface Difference {
  /**
   * `value`: a side has another value than is held of it. `apart`: the sides are known to have different values. `missing`, `returned`:
   * a linked record is not there, or is there though it was known to be gone. `extra`, `alone`: a record without a link.
   */
  readonly kind: 'value' | 'apart' | 'missing' | 'returned' | 'extra' | 'alone';
  readonly reason: Reason;
  /** `null`: between the sides. */
  readonly side: Side | null;
  readonly unit: string | null;
  readonly held: Json;
  readonly seen: Json;
  readonly detail: string;
  /** The clocks under which it was found. */
  readonly mark: string;
}

/** What one side shows of a record; `null` when it is not there. */
export type Shown = Readonly<Record<string, Raw>> | null;

export interface RecordLook {
  readonly plan: Plan;
  readonly units: ReadonlyMap<string, Unit>;
  /** The record's existence, also where it is simply live and no unit speaks of it: that it was gone and came back has ticked. */
  readonly life: Unit;
  /** Sides on which the record has an id. */
  readonly known: Readonly<Record<Side, boolean>>;
  readonly shown: Readonly<Record<Side, Shown>>;
  /** Per side: unit → its fields and their columns, as far as they are there. */
  readonly columns: Readonly<
    Record<Side, ReadonlyMap<string, readonly (readonly [field: string, column: string])[]>>
  >;
  /** A person keeps the record out of sync. */
  readonly keptOut?: boolean;
  /** Why the record is due to be looked at by the engine; `null` when it is not. */
  readonly due: string | null;
  readonly now: number;
}

/** Everything in which A, what is held, and B differ for one linked record. Pure. */
export function differencesOf(look: RecordLook): readonly Difference[] {
  const found: Difference[] = [];
  for (const side of SIDES) if (look.known[side]) compareSide(look, side, found);
  compareSides(look, found);
  return found;
}

function compareSide(look: RecordLook, side: Side, found: Difference[]): void {
  const { label } = look.plan.sides[side];
  const life = look.units.get(LIFE);
  const archive = look.plan.archive?.[side];
  const row = look.shown[side];
  const shown = row !== null && archive?.isMarked(row[archive.column] ?? null) === true ? null : row;
  const gone = life !== undefined && image(life, side).value === 'deleted';
  const record = { reason: 'unknown', side, unit: LIFE, mark: clockOf(look.life, side) } as const;
  if (gone !== (shown === null)) {
    found.push(
      gone
        ? {
            ...record,
            kind: 'returned',
            held: 'deleted',
            seen: 'live',
            detail: `in ${label} though it was deleted there`,
          }
        : {
            ...record,
            kind: 'missing',
            held: 'live',
            seen: 'deleted',
            detail:
              row === null
                ? `not in ${label}, and nothing told that it was deleted`
                : `marked as deleted in ${label}, and nothing told of it`,
          },
    );
  }
  if (gone || shown === null) return;
  for (const plan of look.plan.units) {
    const members = look.columns[side].get(plan.key);
    const unit = look.units.get(plan.key);
    if (members === undefined || unit === undefined) continue;
    const seen = shownRaw(plan, members, shown);
    const held = heldOf(plan, side, members, unit);
    if (seen === undefined || jsonEqual(held, seen)) continue;
    const mark = `${clockOf(unit, side)}|${stableStringify(held)}`;
    const detail = `${label} has another value than was last seen there`;
    found.push({ kind: 'value', reason: 'unknown', side, unit: plan.key, held, seen, detail, mark });
  }
}

/** Another one after every event on the side and every write to it: an edit that was taken back leaves the dot as it was, but has ticked. */
function clockOf(unit: Unit, side: Side): string {
  return `${dotText(image(unit, side).dot)}.${String(unit.tick[side === 'A' ? 0 : 1])}`;
}

function shownRaw(
  plan: UnitPlan,
  members: readonly (readonly [string, string])[],
  shown: Readonly<Record<string, Raw>>,
): Raw | undefined {
  if (members.some(([, column]) => shown[column] === undefined)) return undefined;
  if (!plan.isGroup) return shown[members[0]?.[1] ?? ''];
  return Object.fromEntries(members.map(([field, column]) => [field, shown[column] ?? null]));
}

function heldOf(
  plan: UnitPlan,
  side: Side,
  members: readonly (readonly [field: string, column: string])[],
  unit: Unit,
): Raw {
  try {
    const held = rawOf(plan, side, image(unit, side));
    if (!plan.isGroup || members.length === plan.members.length) return held;
    // The side has lost a column of the group: what it can still show.
    const whole = held as Readonly<Record<string, Raw>>;
    return Object.fromEntries(members.map(([field]) => [field, whole[field] ?? null]));
  } catch (error) {
    // Not a value that the side could have: whatever it shows is another one.
    if (error instanceof CanonError) return { unwritable: error.message };
    throw error;
  }
}

/** The sides are known to differ: the registers say why. */
function compareSides(look: RecordLook, found: Difference[]): void {
  const { plan, units, now } = look;
  const life = units.get(LIFE);
  const gone = life !== undefined && isGone(life);
  const apart = gone ? [LIFE_UNIT] : plan.units.filter((unit) => !unit.contextOnly);
  const differing = apart.filter((unit) => {
    const of = units.get(unit.key);
    return of !== undefined && !unit.equal(of.A.value, of.B.value);
  });
  if (differing.length === 0) return;
  const result = resolveRecord({
    plan,
    units,
    now,
    // As if both could be written now: what it would write and nothing is due for has been forgotten.
    writable: { A: true, B: true },
    unsettled: false,
    keptOut: look.keptOut === true,
    fights: () => false,
  });
  for (const unit of differing) {
    const of = units.get(unit.key) as Unit;
    const [reason, detail] = explain(look, result, unit, of);
    found.push({
      kind: 'apart',
      reason,
      side: null,
      unit: unit.key,
      held: of.A.value,
      seen: of.B.value,
      detail,
      mark: `${clockOf(of, 'A')}|${clockOf(of, 'B')}|${dotText(of.head.dot)}|${reason}`,
    });
  }
}

function explain(look: RecordLook, result: RecordResult, plan: UnitPlan, unit: Unit): [Reason, string] {
  if (result.excluded.length > 0)
    return ['scope', look.keptOut === true ? KEPT_OUT : scopeWords(look.plan, result.excluded)];
  const conflict = result.conflicts.get(plan.key);
  if (conflict !== undefined) return ['conflict', `waits for a person: ${conflict.reason}`];
  const lost = look.plan.suspended.get(plan.key);
  if (lost !== undefined) return ['blocked', lost];
  if (unit.blocked !== null) {
    const { label } = look.plan.sides[unit.blocked.side];
    return ['blocked', `${label}: ${unit.blocked.detail}`];
  }
  if (result.held.has(plan.key)) return ['in-flight', 'decided; written once the decision cannot be undone'];
  const mate = look.plan.holdSets.find(
    (set) => set.has(plan.key) && [...set].some((key) => result.conflicts.has(key) || result.held.has(key)),
  );
  if (mate !== undefined) return ['conflict', 'held together with a field that waits for a person'];
  const diverged = result.diverged.get(plan.key);
  if (diverged !== undefined) return ['policy', diverged];
  if (SIDES.some((side) => result.writes[side].includes(plan.key)))
    return look.due === null
      ? ['unknown', 'the sides differ and no write is on its way']
      : ['in-flight', look.due];
  if (plan.direction !== 'both') return ['policy', 'the field flows one way only'];
  return ['policy', `what stands is settled under the policy "${plan.policy.strategy}"`];
}
