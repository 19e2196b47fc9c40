import type { ClientBase } from 'pg';
import type { RecordState as SideRecord, WriteItem } from '../connectors/connector.js';
import { lifeOfRow } from '../core/archive.js';
import { defaultClock, readUnit, writeFresh, writeUnit } from '../core/at-rest.js';
import { otherSide, SIDES, type Side } from '../core/clock.js';
import { CanonError } from '../core/errors.js';
import { LIFE_UNIT } from '../core/life.js';
import { fromBothSides, ORIGIN } from '../core/linking.js';
import { withImage } from '../core/observe.js';
import { LIFE, type UnitPlan } from '../core/plan.js';
import { image, type Unit } from '../core/unit.js';
import type { Stamp } from '../core/stamp.js';
import type { Json, Raw } from '../core/value.js';
import { copyIn } from '../database/copy-in.js';
import { setAllDue } from '../database/sql/lane/due.js';
import { upsertBlocked } from '../database/sql/lane/blocked.js';
import { run, type Statement } from '../database/sql/statement.js';
import { insertReferences, lockLinks, referenceFromOneSide } from './references/new-references.js';
import type { RunningPipeline } from './running-pipeline.js';

/** A link about to be stored, with the first state of its registers. */
export interface NewLink {
  readonly ids: Readonly<Record<Side, string>>;
  readonly clock: string;
  /** JSON text. */
  readonly fields: string;
  readonly open: string | null;
  /** The side the record is being made on, with what is written there; `null`: both exist. */
  readonly create: { readonly side: Side; readonly item: WriteItem } | null;
  readonly kind: 'created' | 'linked';
  /** Where the values come from; `null`: both. */
  readonly from: Side | null;
  readonly by: string | null;
  readonly unreadable: readonly { unit: string; side: Side; detail: string; value: Raw }[];
  /** Its references, as far as they point to anything. */
  readonly references: ReadonlyMap<string, Unit>;
}

/**
 * A record of one side that is to be made on the other. Its values are the first events; the other side holds them when the create is
 * acknowledged. What points to a record that is not there yet is left blank for now.
 *
 * @param pipeline with its references looked up
 * @throws CanonError when the other side could not hold a value at all
 * @throws WaitsForRecord when it cannot be made before a record that it points to
 */
export function linkFromOneSide(
  pipeline: RunningPipeline,
  from: Side,
  state: SideRecord,
  newId: string,
): NewLink {
  const to = otherSide(from);
  const fields: Record<string, Json> = {};
  const set: Record<string, Raw> = {};
  const open: Record<string, Json> = {};
  const clock = defaultClock(ORIGIN[from]);
  const references = new Map<string, Unit>();
  const unreadable: NewLink['unreadable'][number][] = [];
  for (const plan of pipeline.plan.units) {
    const raw = rawFrom(pipeline, from, plan, state.values);
    const value = readValue(plan, from, raw, unreadable);
    if (plan.reference !== undefined && value !== null) {
      const unit = referenceFromOneSide(pipeline, from, plan, value, raw);
      const stored = writeUnit(plan, clock, unit);
      fields[plan.key] = stored.field;
      if (stored.open !== null) open[plan.key] = stored.open;
      references.set(plan.key, unit);
      const column = pipeline.ends[to].columns.get(plan.key)?.[0]?.[1];
      if (column !== undefined) set[column] = image(unit, to).raw ?? null;
      continue;
    }
    fields[plan.key] = writeFresh(plan, from, value, raw);
    if (plan.contextOnly) continue;
    const columns = pipeline.ends[to].columns.get(plan.key);
    if (columns === undefined) continue;
    const target = plan.put(to, value, undefined);
    if (!plan.isGroup) {
      const column = columns[0]?.[1];
      if (column !== undefined) set[column] = target;
    } else {
      for (const [field, column] of columns)
        set[column] = (target as Readonly<Record<string, Raw>>)[field] ?? null;
    }
  }
  mustBeInScope(pipeline, to, set);
  const archive = pipeline.plan.archive?.[to];
  if (archive !== undefined) set[archive.column] = archive.live;
  addMarks(pipeline, clock, { [from]: state }, fields);
  return {
    ids: from === 'A' ? { A: state.id, B: newId } : { A: newId, B: state.id },
    clock,
    fields: JSON.stringify(fields),
    open: Object.keys(open).length > 0 ? JSON.stringify(open) : null,
    create: { side: to, item: { op: 'create', id: newId, set } },
    kind: 'created',
    from,
    by: state.by === null ? null : JSON.stringify(state.by),
    unreadable,
    references,
  };
}

/** Columns that are not written are blank, unless the side has a default for them: then it is seen once the record is there. */
function mustBeInScope(pipeline: RunningPipeline, to: Side, set: Readonly<Record<string, Raw>>): void {
  const scope = pipeline.plan.scope?.[to];
  if (scope === undefined || scope.holds(set)) return;
  const { fields } = pipeline.ends[to].endpoint.schema;
  const filled = fields.filter(({ hasDefault }) => hasDefault).map(({ name }) => name);
  if (scope.columns.some((column) => !(column in set) && filled.includes(column))) return;
  const where = pipeline.ends[to].label;
  throw new CanonError(
    'out-of-scope',
    scope.filter,
    `a record that is in scope in ${where}`,
    'one that is not',
  );
}

/** Two existing records: what is equal agrees, the rest is open and derived like any other news. */
export function linkBothSides(pipeline: RunningPipeline, a: SideRecord, b: SideRecord): NewLink {
  const clock = defaultClock(ORIGIN.both);
  const fields: Record<string, Json> = {};
  const open: Record<string, Json> = {};
  const references = new Map<string, Unit>();
  const unreadable: NewLink['unreadable'][number][] = [];
  for (const plan of pipeline.plan.units) {
    const rawA = rawFrom(pipeline, 'A', plan, a.values);
    const rawB = rawFrom(pipeline, 'B', plan, b.values);
    const unit = fromBothSides(
      plan,
      { value: readValue(plan, 'A', rawA, unreadable), raw: rawA, stamp: stampOf(pipeline, 'A', a) },
      { value: readValue(plan, 'B', rawB, unreadable), raw: rawB, stamp: stampOf(pipeline, 'B', b) },
    );
    const stored = writeUnit(plan, clock, unit);
    fields[plan.key] = stored.field;
    if (stored.open !== null) open[plan.key] = stored.open;
    if (plan.reference !== undefined) references.set(plan.key, unit);
  }
  addMarks(pipeline, clock, { A: a, B: b }, fields);
  return {
    ids: { A: a.id, B: b.id },
    clock,
    fields: JSON.stringify(fields),
    open: Object.keys(open).length > 0 ? JSON.stringify(open) : null,
    create: null,
    kind: 'linked',
    from: null,
    by: null,
    unreadable,
    references,
  };
}

/** What the mark of a row that stands holds is kept, where it is not what Accord would give it. */
function addMarks(
  pipeline: RunningPipeline,
  clock: string,
  states: Readonly<Partial<Record<Side, SideRecord>>>,
  fields: Record<string, Json>,
): void {
  let life = readUnit(clock, 'live', undefined);
  let some = false;
  for (const side of SIDES) {
    const archive = pipeline.plan.archive?.[side];
    const state = states[side];
    if (archive === undefined || state === undefined) continue;
    const { raw } = lifeOfRow(archive, state.values[archive.column] ?? null);
    if (!Array.isArray(raw)) continue;
    life = withImage(life, side, { ...image(life, side), raw });
    some = true;
  }
  if (some) fields[LIFE] = writeUnit(LIFE_UNIT, clock, life).field;
}

const nextLinkIds: Statement<{ id: number }> = {
  name: 'sync_next_link_ids',
  text: `select nextval('link_id_seq') as id from generate_series(1, $1::int)`,
};

/**
 * Stores links with shadows and their first lineage row, in the given transaction; records that are open are due at once.
 * @param batchOf the write batch that creates a record on a side
 * @param readAt hub time after the states were read: what their logs tell of earlier times may be in them (lane/told-before.ts)
 * @returns link ids, in order
 */
export async function insertLinks(
  client: ClientBase,
  pipeline: RunningPipeline,
  links: readonly NewLink[],
  batchOf: (link: NewLink) => number | null,
  readAt: number,
): Promise<number[]> {
  if (links.length === 0) return [];
  await lockLinks(client, pipeline);
  const ids = (await run(client, nextLinkIds, [links.length])).map((row) => row.id);
  const id = (i: number): number => ids[i] as number;
  const at = new Date(readAt).toISOString();
  await copyIn(
    client,
    'link (id, pipeline_id, state, a_id, b_id, created_at)',
    links.map((link, i) => [id(i), pipeline.id, 'live', link.ids.A, link.ids.B, at]),
  );
  await copyIn(
    client,
    'shadow (link_id, pipeline_id, clock, fields, open, att_a, att_b)',
    links.map((link, i) => [
      id(i),
      pipeline.id,
      link.clock,
      link.fields,
      link.open,
      link.create?.side === 'A' ? batchOf(link) : null,
      link.create?.side === 'B' ? batchOf(link) : null,
    ]),
  );
  // `*`: the whole first document, as stored; units in short form under the record's first clock.
  await copyIn(
    client,
    'lineage (link_id, pipeline_id, kind, side, actor, revision, batch_a, batch_b, units)',
    links.map((link, i) => [
      id(i),
      pipeline.id,
      link.kind,
      link.from,
      link.by,
      pipeline.revision,
      link.create?.side === 'A' ? batchOf(link) : null,
      link.create?.side === 'B' ? batchOf(link) : null,
      link.open === null ? `{"*":${link.fields}}` : `{"*":${link.fields},"+":${link.open}}`,
    ]),
  );
  const open = links.flatMap((link, i) => (link.open === null ? [] : [id(i)]));
  if (open.length > 0) await run(client, setAllDue, [pipeline.id, open, 'linked']);
  const unreadable = links.flatMap((link, i) => link.unreadable.map((one) => ({ linkId: id(i), ...one })));
  if (unreadable.length > 0) {
    await run(client, upsertBlocked, [
      pipeline.id,
      unreadable.map((u) => u.linkId),
      unreadable.map((u) => u.unit),
      unreadable.map((u) => u.side),
      unreadable.map(() => 'unreadable'),
      unreadable.map((u) => u.detail),
      unreadable.map((u) => JSON.stringify(u.value)),
    ]);
  }
  await insertReferences(client, pipeline, links, ids);
  return ids;
}

function readValue(plan: UnitPlan, side: Side, raw: Raw, unreadable: NewLink['unreadable'][number][]): Json {
  try {
    return plan.get(side, raw);
  } catch (error) {
    if (!(error instanceof CanonError)) throw error;
    unreadable.push({ unit: plan.key, side, detail: error.message, value: raw });
    return null;
  }
}

/** A unit's raw from a record's columns. */
export function rawFrom(
  pipeline: RunningPipeline,
  side: Side,
  plan: UnitPlan,
  values: Readonly<Record<string, Raw>>,
): Raw {
  const columns = pipeline.ends[side].columns.get(plan.key);
  if (columns === undefined) return plan.isGroup ? {} : null;
  if (!plan.isGroup) return values[columns[0]?.[1] ?? ''] ?? null;
  const raw: Record<string, Raw> = {};
  for (const [field, column] of columns) raw[field] = values[column] ?? null;
  return raw;
}

function stampOf(pipeline: RunningPipeline, side: Side, state: SideRecord): Stamp | null {
  if (state.modifiedAt === null) return null;
  const { clock } = pipeline.ends[side];
  const at = state.modifiedAt - clock.offsetMs;
  // A record's stamp says only that its fields changed no later than this.
  return [0, at + clock.errorMs];
}
