import type { RecordState } from '../../connectors/connector.js';
import { SIDES, type Side } from '../../core/clock.js';
import { readUnit, rawOf } from '../../core/at-rest.js';
import { CanonError } from '../../core/errors.js';
import { isGone } from '../../core/life.js';
import { LIFE, type Plan, type UnitPlan } from '../../core/plan.js';
import { recast } from '../../core/recast.js';
import { resolveRecord, type RecordResult } from '../../core/record.js';
import { outOfScope } from '../../core/scope.js';
import { image, type Unit } from '../../core/unit.js';
import { targetsIn, withCrosswalks } from '../../core/reference.js';
import { isBlank, type Json, type Raw } from '../../core/value.js';
import { readRecords, type RecordRow } from '../../database/sql/lane/read-records.js';
import { linksToPreview } from '../../database/sql/preview.js';
import { run } from '../../database/sql/statement.js';
import type { HubPools } from '../../database/pools.js';
import { pipelineByName } from '../../database/sql/references.js';
import { fetchAll } from '../fetch-all.js';
import { WantedTargets } from '../references/crosswalk.js';
import { unitChanges, type ChangePreview } from './change-preview.js';
import type { ChangedPipeline } from './changed-pipeline.js';
import { ArchiveFindings } from './archive-preview.js';
import { ScopeFindings } from './scope-preview.js';
import { previewMatching } from './matching-preview.js';

const PAGE = 500;
const SAMPLES = 20;

/**
 * Plays a changed declaration through what is kept of every linked record, and through both sides for fields that are new: what would be
 * written, what would be asked, and what would no longer be. Reads only.
 */
export async function previewChange(
  change: ChangedPipeline,
  pools: HubPools,
  onRecords: (count: number) => void,
): Promise<ChangePreview> {
  const units = unitChanges(change.before.spec, change.after.spec);
  const named = (what: string): readonly string[] =>
    units.filter((one) => one.change === what).map(({ unit }) => unit);
  const found = new Findings(named('added'));
  const scope = new ScopeFindings(change);
  const archive = new ArchiveFindings(change);
  const chosen = scope.sides.length + archive.sides.length;
  const everyRecord = named('added').length + named('mapping').length + chosen > 0;
  for (let position = 0; units.length + chosen > 0;) {
    const links = await run(pools.general, linksToPreview, [change.id, position, PAGE, !everyRecord]);
    const last = links.at(-1);
    if (last === undefined) break;
    const rows = await run(pools.general, readRecords, [links.map(({ id }) => id)]);
    const states =
      named('added').length + chosen === 0
        ? null
        : { A: await statesOf(change, 'A', rows), B: await statesOf(change, 'B', rows) };
    const bound = await lookedUp(change, pools, rows, states);
    for (const row of rows) {
      judge(bound, named('mapping'), row, found, { scope, archive }, states);
      if (states !== null) for (const key of named('added')) compare(bound, key, row, states, found);
    }
    found.records += rows.length;
    onRecords(found.records);
    position = last.id;
  }
  await scope.countNewcomers(pools);
  await archive.countNewcomers(pools);
  const { records, writes, conflicts, added, samples } = found;
  return {
    pipeline: change.name,
    revision: change.revision,
    units,
    records,
    writes,
    conflicts,
    added,
    scope: scope.preview,
    archive: archive.preview,
    matching: change.matchedOtherwise ? await previewMatching(change, pools) : null,
    samples,
  };
}

/** The changed pipeline with the references of these records looked up, as they will be once it runs. */
async function lookedUp(
  change: ChangedPipeline,
  pools: HubPools,
  rows: readonly RecordRow[],
  states: States | null,
): Promise<ChangedPipeline> {
  const { plan } = change.after;
  const references = plan.units.filter(({ reference }) => reference !== undefined);
  if (references.length === 0) return change;
  const targets = new Map<string, number>();
  for (const { key, reference } of references) {
    const [target] = await run(pools.general, pipelineByName, [reference]);
    if (target !== undefined) targets.set(key, target.id);
  }
  const wanted = new WantedTargets(targets);
  for (const { key, members } of references) {
    for (const row of rows) {
      const unit = readUnit(
        row.clock,
        (row.fields as Record<string, Json>)[key],
        (row.open as Record<string, Json> | null)?.[key],
      );
      for (const target of targetsIn(unit)) wanted.addTarget(key, target);
    }
    for (const side of SIDES) {
      const column = members[0]?.[side];
      if (states === null || column === null || column === undefined) continue;
      for (const { values } of states[side].values()) wanted.addRaw(key, side, values[column]);
    }
  }
  const after = { ...change.after, plan: withCrosswalks(plan, await wanted.lookUp(pools.general)) };
  return { ...change, after };
}

class Findings {
  records = 0;
  readonly writes = { A: 0, B: 0 };
  readonly conflicts = { opens: 0, closes: 0, stay: 0 };
  readonly added: Record<string, { agree: number; fillsA: number; fillsB: number; differ: number }>;
  readonly samples: ChangePreview['samples'][number][] = [];

  constructor(added: readonly string[]) {
    this.added = Object.fromEntries(added.map((key) => [key, { agree: 0, fillsA: 0, fillsB: 0, differ: 0 }]));
  }
}

/** What becomes of one record, beside what would become of it anyway. */
function judge(
  change: ChangedPipeline,
  recasts: readonly string[],
  row: RecordRow,
  found: Findings,
  { scope, archive }: { readonly scope: ScopeFindings; readonly archive: ArchiveFindings },
  states: States | null,
): void {
  const old = unitsOf(change.before.plan, row);
  const now = new Map<string, Unit>();
  for (const plan of change.after.plan.units) {
    const unit = old.get(plan.key);
    const before = change.before.plan.unit.get(plan.key);
    if (unit === undefined || before === undefined) continue;
    now.set(plan.key, recasts.includes(plan.key) ? recast(before, plan, unit, 0) : unit);
  }
  if (old.has(LIFE)) now.set(LIFE, old.get(LIFE) as Unit);
  const { scope: _scope, ...after } = change.after.plan;
  const shown = {
    A: row.a_id === null ? undefined : states?.A.get(row.a_id),
    B: row.b_id === null ? undefined : states?.B.get(row.b_id),
  };
  archive.judge(row, old, shown);
  const excluded =
    row.kept_out ||
    (scope.sides.length === 0 ? outOfScope(change.after.plan, old).length > 0 : scope.judge(row, old, shown));
  const life = old.get(LIFE);
  if (
    scope.sides.length > 0 &&
    !excluded &&
    life !== undefined &&
    isGone(life) &&
    outOfScope(change.before.plan, old).length > 0
  ) {
    // One side has deleted it while it was out: a person is asked.
    found.conflicts.opens++;
    return;
  }
  const was = resolved(change.before.plan, old);
  const is = excluded ? NOTHING : resolved(after, now);
  for (const key of is.conflicts.keys()) found.conflicts[was.conflicts.has(key) ? 'stay' : 'opens']++;
  for (const key of was.conflicts.keys()) if (!is.conflicts.has(key)) found.conflicts.closes++;
  for (const side of SIDES) {
    const keys = is.writes[side].filter((key) => key !== LIFE && !was.writes[side].includes(key));
    if (keys.length === 0) continue;
    found.writes[side]++;
    for (const key of keys) {
      if (found.samples.length >= SAMPLES) break;
      const plan = change.after.plan.unit.get(key) as UnitPlan;
      const unit = is.units.get(key) as Unit;
      const before = rawOf(plan, side, image(unit, side));
      found.samples.push({
        record: row.link_id,
        side,
        id: side === 'A' ? row.a_id : row.b_id,
        unit: key,
        before: before,
        after: written(plan, side, unit, before),
      });
    }
  }
}

/** Of a record that is excluded nothing is written, and nothing asked. */
const NOTHING: Pick<RecordResult, 'conflicts' | 'writes' | 'units'> = {
  conflicts: new Map(),
  writes: { A: [], B: [] },
  units: new Map(),
};

function written(plan: UnitPlan, side: Side, unit: Unit, before: Raw): Json {
  try {
    return plan.put(side, unit.head.value, before);
  } catch (error) {
    if (!(error instanceof CanonError)) throw error;
    return `cannot be written: ${error.message}`;
  }
}

function resolved(plan: Plan, units: ReadonlyMap<string, Unit>): RecordResult {
  return resolveRecord({
    plan,
    units,
    now: Date.now(),
    writable: { A: true, B: true },
    unsettled: false,
    fights: () => false,
  });
}

function unitsOf(plan: Plan, row: RecordRow): ReadonlyMap<string, Unit> {
  const open = row.open as Record<string, Json> | null;
  const fields = row.fields as Record<string, Json>;
  const units = new Map(
    plan.units.map(({ key }) => [key, readUnit(row.clock, fields[key], open?.[key])] as const),
  );
  if (fields[LIFE] !== undefined) units.set(LIFE, readUnit(row.clock, fields[LIFE], open?.[LIFE]));
  return units;
}

type States = Readonly<Record<Side, ReadonlyMap<string, RecordState>>>;

function statesOf(
  change: ChangedPipeline,
  side: Side,
  rows: readonly RecordRow[],
): Promise<ReadonlyMap<string, RecordState>> {
  const ids = rows.flatMap((row) => (side === 'A' ? row.a_id : row.b_id) ?? []);
  return fetchAll(change.endpoints[side], ids);
}

/** A field that is new: what both sides hold of it now. */
function compare(
  change: ChangedPipeline,
  key: string,
  row: RecordRow,
  states: States,
  found: Findings,
): void {
  const plan = change.after.plan.unit.get(key);
  const counts = found.added[key];
  const a = row.a_id === null ? undefined : states.A.get(row.a_id);
  const b = row.b_id === null ? undefined : states.B.get(row.b_id);
  if (plan === undefined || plan.contextOnly || counts === undefined || a === undefined || b === undefined)
    return;
  try {
    const [x, y] = [plan.get('A', rawIn(plan, 'A', a)), plan.get('B', rawIn(plan, 'B', b))];
    if (plan.equal(x, y) || (isBlank(x) && isBlank(y))) counts.agree++;
    else if (isBlank(x)) counts.fillsA++;
    else if (isBlank(y)) counts.fillsB++;
    else counts.differ++;
  } catch (error) {
    if (!(error instanceof CanonError)) throw error;
    counts.differ++;
  }
}

function rawIn(plan: UnitPlan, side: Side, { values }: RecordState): Raw {
  const of = (column: string | null): Raw => (column === null ? null : (values[column] ?? null));
  if (!plan.isGroup) return of(plan.members[0]?.[side] ?? null);
  return Object.fromEntries(plan.members.map((member) => [member.field, of(member[side])]));
}
