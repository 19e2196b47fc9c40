import { publicId } from '../common/public-ids.js';
import { COVERED } from '../common/covered.js';
import type { Veil } from '../common/veil.js';
import { versionAnswer, type VersionDto } from '../common/version-answer.js';
import { rawOf, readUnit } from '../core/at-rest.js';
import { displayClock, parseDot, parseVector, SIDES, type Side } from '../core/clock.js';
import { isGone } from '../core/life.js';
import { withImage } from '../core/observe.js';
import { LIFE, type Plan, type UnitPlan } from '../core/plan.js';
import type { SideLabels } from '../core/policy/words.js';
import { scopeWords } from '../core/scope.js';
import { recordTitle, titleUnit } from '../core/title.js';
import { image, type Unit } from '../core/unit.js';
import type { Json } from '../core/value.js';
import type { ConcernRow, RecordRow } from '../database/sql/lineage/records.js';
import type { WhyRow } from '../database/sql/lineage/unit-events.js';
import { fieldState, planOfUnit, worstState } from './field-state.js';
import type { RecordDto, RecordFieldDto, RecordState } from './record.dto.js';
import { toldConcern } from './told-concern.js';
import { whyOf } from './unit-event.js';

export interface RecordFacts {
  readonly row: RecordRow;
  readonly plan: Plan;
  readonly concerns: readonly ConcernRow[];
  readonly whys: readonly WhyRow[];
  readonly now: number;
  readonly veil: Veil;
}

/** A record as it now is, from its registers. */
export function presentNow({
  row,
  plan,
  concerns,
  whys,
  now,
  veil,
}: RecordFacts): Omit<RecordDto, 'targets' | 'personal'> {
  const labels = labelsOf(row, plan);
  const units = unitsOf(row, plan);
  const excluded = excludedBecause(row, plan);
  const context = { plan, units, concerns, sending: sendingOf(row), excluded: excluded !== null, now };
  const fields = [...units].map(([key, unit]): RecordFieldDto => {
    const unitPlan = planOfUnit(plan, key) as UnitPlan;
    return presentField(unitPlan, unit, {
      state: fieldState(unitPlan, unit, context),
      why: whyNow(key, { concerns, whys, labels, veil }),
      veil,
    });
  });
  return {
    ...presentHeader(row, plan, units, concerns, veil),
    state: excluded === null ? stateOf(row, worstState(fields.map(({ state }) => state))) : 'excluded',
    excluded,
    fields,
    asOf: null,
  };
}

export function labelsOf(row: Pick<RecordRow, 'label_a' | 'label_b'>, plan: Plan): SideLabels {
  return { A: row.label_a ?? plan.sides.A.label, B: row.label_b ?? plan.sides.B.label };
}

/** Why a record takes no part; `null`: it does, or has ended. */
export function excludedBecause(
  row: Pick<RecordRow, 'state' | 'excluded' | 'kept_out_by' | 'kept_out_why'>,
  plan: Plan | undefined,
): string | null {
  const { state, excluded } = row;
  if (state === 'live' && row.kept_out_by !== null)
    return `kept out of sync by ${row.kept_out_by}: ${row.kept_out_why ?? ''}`;
  if (state !== 'live' || excluded === null || plan === undefined) return null;
  if (plan.scope === undefined) return 'included again: waits to be compared by the pipeline';
  return scopeWords(plan, excluded.split('') as Side[]);
}

export function stateOf(row: Pick<RecordRow, 'state'>, ofFields: RecordState): RecordState {
  return row.state === 'live' ? ofFields : row.state;
}

export function presentHeader(
  row: RecordRow,
  plan: Plan,
  units: ReadonlyMap<string, Unit>,
  concerns: readonly ConcernRow[],
  veil: Veil,
): Omit<RecordDto, 'fields' | 'state' | 'excluded' | 'asOf' | 'targets' | 'personal'> {
  const name = titleUnit(plan);
  const titled = name === null ? undefined : units.get(name.key);
  const fallback = row.a_id ?? row.b_id ?? publicId.record(row.link_id);
  return {
    id: publicId.record(row.link_id),
    pipeline: row.pipeline,
    title: veil.title(recordTitle(titled?.head.value ?? titled?.A.value, fallback), fallback),
    ids: { A: row.a_id, B: row.b_id },
    systems: labelsOf(row, plan),
    conflicts: concerns.flatMap(({ id }) => (id === null ? [] : [publicId.conflict(id)])),
  };
}

export function presentField(
  plan: UnitPlan,
  unit: Unit,
  { veil, ...said }: Pick<RecordFieldDto, 'state' | 'why'> & { readonly veil: Veil },
): RecordFieldDto {
  const covered = veil.covers(plan.key);
  return {
    field: plan.key,
    personal: veil.personal.hides(plan.key),
    value: covered ? COVERED : unit.head.value,
    A: sideOf(plan, unit, 'A', covered),
    B: sideOf(plan, unit, 'B', covered),
    clock: displayClock(unit.head),
    ...said,
  };
}

/** In plan order. A record's existence is a field of its own only where it is not simply there. */
function unitsOf(row: RecordRow, plan: Plan): ReadonlyMap<string, Unit> {
  const units = new Map<string, Unit>();
  const { clock, fields, open } = row;
  if (clock === null || fields === null) return units;
  const read = (key: string): Unit => readUnit(clock, fields[key], open?.[key]);
  if (fields[LIFE] !== undefined) {
    const life = read(LIFE);
    if (isGone(life) || open?.[LIFE] !== undefined) units.set(LIFE, life);
  }
  for (const unitPlan of plan.units) units.set(unitPlan.key, beforeWrites(row, unitPlan, read(unitPlan.key)));
  return units;
}

/** While a write is not acknowledged, the side is known to hold what it held before. */
function beforeWrites(row: RecordRow, plan: UnitPlan, unit: Unit): Unit {
  let shown = unit;
  for (const side of SIDES) {
    const sending = side === 'A' ? row.sending_a : row.sending_b;
    const before = (side === 'A' ? row.before_a : row.before_b)?.[plan.key];
    const own = (row.open?.[plan.key] as { readonly a?: Json; readonly b?: Json } | undefined)?.[
      side === 'A' ? 'a' : 'b'
    ];
    if (sending === null || before === undefined || own !== undefined) continue;
    const [dot, ctx, raw, value] = before;
    shown = withImage(shown, side, {
      value: value === undefined ? plan.get(side, raw) : value,
      dot: parseDot(dot),
      ctx: parseVector(ctx),
      stamp: null,
      by: null,
      raw,
    });
  }
  return shown;
}

function sendingOf(row: RecordRow): ReadonlySet<string> {
  return new Set(
    SIDES.flatMap((side) => {
      const sending = side === 'A' ? row.sending_a : row.sending_b;
      const before = side === 'A' ? row.before_a : row.before_b;
      return sending === 'sent' || sending === 'unknown' ? Object.keys(before ?? {}) : [];
    }),
  );
}

function sideOf(plan: UnitPlan, unit: Unit, side: Side, covered: boolean): VersionDto | null {
  if (plan.key !== LIFE && plan.members.every((member) => member[side] === null)) return null;
  const img = image(unit, side);
  const answer = versionAnswer(img, covered ? COVERED : safeRaw(plan, unit, side));
  return covered ? { ...answer, value: COVERED } : answer;
}

function safeRaw(plan: UnitPlan, unit: Unit, side: Side): Json {
  try {
    return rawOf(plan, side, image(unit, side));
  } catch {
    // A mapping that was changed since may not be able to write an old value.
    return null;
  }
}

function whyNow(
  key: string,
  {
    concerns,
    whys,
    labels,
    veil,
  }: Pick<RecordFacts, 'concerns' | 'whys' | 'veil'> & { readonly labels: SideLabels },
): string {
  const concern = concerns.find(({ unit }) => unit === key);
  if (concern !== undefined) return toldConcern(concern, veil).reason;
  const row = whys.find(({ unit }) => unit === key);
  return (row === undefined ? null : whyOf(row, labels, veil)) ?? 'not changed lately';
}
