import type { Veil } from '../common/veil.js';
import { covers, SIDES, type Side } from '../core/clock.js';
import type { Plan, UnitPlan } from '../core/plan.js';
import type { SideLabels } from '../core/policy/words.js';
import { image, type Image, type Unit, type Version } from '../core/unit.js';
import type { ConcernRow, RecordRow } from '../database/sql/lineage/records.js';
import type { RegisterRow } from '../database/sql/lineage/unit-events.js';
import { planOfUnit, worstState } from './field-state.js';
import type { FieldState, RecordDto, RecordFieldDto } from './record.dto.js';
import { labelsOf, presentField, presentHeader } from './record-now.js';
import { actorOf, clockOf, firstUnit, whyOf } from './unit-event.js';

const NOTHING: Image = { value: null, dot: null, ctx: [0, 0, 0, 0], stamp: null, by: null, raw: undefined };

/**
 * A record as it was known at a time: the history up to then, folded. Fields in the order of today's plan; those that have left the
 * pipeline since are not shown.
 */
export function presentAsOf(
  row: RecordRow,
  plan: Plan,
  registers: readonly RegisterRow[],
  concerns: readonly ConcernRow[],
  asOf: string,
  veil: Veil,
): Omit<RecordDto, 'targets' | 'personal'> {
  const labels = labelsOf(row, plan);
  const units = unitsAt(registers, plan);
  const fields = [...units].map(([key, unit]): RecordFieldDto => {
    const unitPlan = planOfUnit(plan, key) as UnitPlan;
    const concern = concerns.find((one) => one.unit === key);
    const why = concern?.reason ?? whyAt(registers, key, labels, veil);
    return presentField(unitPlan, unit, {
      state: concern === undefined ? stateAt(unitPlan, unit) : 'conflict',
      why,
      veil,
    });
  });
  return {
    ...presentHeader(row, plan, units, concerns, veil),
    excluded: null,
    state: worstState(fields.map(({ state }) => state)),
    fields,
    asOf,
  };
}

/** Folds the last event of each register. Exported for the proof that folding all of history gives today's registers. */
export function unitsAt(registers: readonly RegisterRow[], plan: Plan): ReadonlyMap<string, Unit> {
  const keys = new Set(registers.map(({ unit }) => unit));
  const ordered = [...keys].filter((key) => planOfUnit(plan, key) !== undefined && !plan.unit.has(key));
  ordered.push(...plan.units.map(({ key }) => key).filter((key) => keys.has(key)));
  return new Map(ordered.map((key) => [key, unitAt(registers.filter(({ unit }) => unit === key))]));
}

function unitAt(rows: readonly RegisterRow[]): Unit {
  const first = rows.find(({ register }) => register === 'first');
  const start = first === undefined ? null : firstUnit(first);
  const of = (register: RegisterRow['register']): Version | null => {
    const row = rows.find((one) => one.register === register);
    return row === undefined ? null : versionOf(row);
  };
  const head = of('head') ?? start?.head ?? NOTHING;
  const on = (side: Side): Image => {
    const moved = of(side);
    if (moved !== null) return { ...moved, raw: undefined };
    // Made there by a write that had not arrived yet.
    const waits = first !== undefined && (side === 'A' ? first.batch_a : first.batch_b) !== null;
    return waits || start === null ? NOTHING : image(start, side);
  };
  const inc = { value: head.value };
  return {
    head,
    A: on('A'),
    B: on('B'),
    incA: inc,
    incB: inc,
    orphans: [],
    decision: null,
    contest: null,
    tick: [0, 0, 0, 0],
    blocked: null,
  };
}

function versionOf(row: RegisterRow): Version {
  if (row.event === null) return firstUnit(row).head;
  const by = row.register === row.side ? actorOf(row.actor) : null;
  return { value: row.event.v ?? null, ...clockOf(row.event), stamp: row.event.s ?? null, by };
}

function stateAt(plan: UnitPlan, unit: Unit): FieldState {
  if (plan.contextOnly) return 'in-sync';
  const apart = SIDES.filter((side) => !plan.equal(image(unit, side).value, unit.head.value));
  if (apart.length === 0) return 'in-sync';
  return apart.some((side) => !covers(unit.head, image(unit, side))) ? 'diverged' : 'in-flight';
}

function whyAt(registers: readonly RegisterRow[], key: string, labels: SideLabels, veil: Veil): string {
  const rows = registers.filter(({ unit }) => unit === key);
  const row =
    rows.find(({ register }) => register === 'head') ?? rows.find(({ register }) => register === 'first');
  return (
    (row === undefined ? null : whyOf({ ...row, row_kind: '' }, labels, veil)) ??
    'nothing is known of its past'
  );
}
