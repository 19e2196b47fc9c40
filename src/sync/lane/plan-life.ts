import type { WriteItem } from '../../connectors/connector.js';
import { isArchived, markOf } from '../../core/archive.js';
import { rawOf } from '../../core/at-rest.js';
import { acknowledge } from '../../core/author.js';
import { dotText, vectorText, type Side } from '../../core/clock.js';
import { dueBack, holdBack } from '../../core/give-back.js';
import { LIFE_UNIT, lifeOf } from '../../core/life.js';
import { saysItsOwn } from '../../core/made-anew.js';
import { LIFE } from '../../core/plan.js';
import { image, type Image, type Unit } from '../../core/unit.js';
import { jsonEqual, type Raw } from '../../core/value.js';
import { leftBlank } from '../../core/left-blank.js';
import type { RunningPipeline } from '../running-pipeline.js';
import { preImage, type PayloadItem, type PreImage } from './payload.js';
import { addColumns, mayStayBlank, putOrBlock, type BatchDraft } from './plan-writes.js';
import type { RecordState } from './record-state.js';

type Columns = Record<string, Raw>;

/**
 * The record is made on a side from what head says, or deleted there as it stands. Where a deletion was undone, it is made as that side
 * had it. On a side that archives, its row is marked instead, and un-marked as long as it is there.
 */
export function addLife(
  pipeline: RunningPipeline,
  record: RecordState,
  side: Side,
  batch: (kind: 'create' | 'delete') => BatchDraft,
  now: number,
): boolean {
  const life = record.life();
  const id = record.ids[side];
  if (id === null) return false;
  const back = dueBack(LIFE_UNIT, life, side);
  const making = back === null ? lifeOf(life) === 'live' : back.value === 'live';
  const planned = !making
    ? deletion(pipeline, record, side, id, now)
    : isArchived(life, side)
      ? unmarking(pipeline, record, side, id, back, now)
      : creation(pipeline, record, side, id, back, now);
  if (planned === null) return false;
  const draft = batch(making ? 'create' : 'delete');
  draft.items.push(planned.item);
  draft.payload.push({ l: record.linkId, u: planned.known });
  record.att[side] = draft.id;
  const { raw } = planned;
  record.units.set(LIFE, back === null ? acknowledge(life, side, raw) : holdBack(life, side, raw));
  // Made from head: what was edited elsewhere while the record was gone follows.
  if (making) record.due = true;
  return true;
}

interface PlannedLife {
  readonly item: WriteItem;
  readonly known: PayloadItem['u'];
  /** Of the image of the record's existence, once it is carried out. */
  readonly raw: Raw | undefined;
}

function creation(
  pipeline: RunningPipeline,
  record: RecordState,
  side: Side,
  id: string,
  back: Image | null,
  now: number,
): PlannedLife | null {
  const end = pipeline.ends[side];
  const set: Columns = {};
  for (const plan of pipeline.plan.units) {
    const unit = record.units.get(plan.key);
    // What only rules read is never written.
    if (unit === undefined || !end.columns.has(plan.key) || plan.contextOnly) continue;
    // An edit that head has not seen comes back with the record: nobody was asked about it.
    const own = back !== null || saysItsOwn(plan, unit, side);
    const raw = own
      ? rawOf(plan, side, image(unit, side))
      : putOrBlock(record, plan, unit, side, undefined, now);
    if (raw === undefined) {
      // It is made without pointing to anything, and told so later; unless the side insists.
      if (!mayStayBlank(end, record, plan)) return null;
      addColumns(end, plan.key, plan, null, set);
      record.units.set(plan.key, leftBlank(record.units.get(plan.key) as Unit, side));
      continue;
    }
    addColumns(end, plan.key, plan, raw, set);
    if (!own) record.units.set(plan.key, acknowledge(unit, side, raw));
  }
  const archive = pipeline.plan.archive?.[side];
  if (archive !== undefined) set[archive.column] = archive.live;
  return { item: { op: 'create', id, set }, known: {}, raw: undefined };
}

/** As it is known, with what only rules read: whoever edits it meanwhile is not run over. */
function deletion(
  pipeline: RunningPipeline,
  record: RecordState,
  side: Side,
  id: string,
  now: number,
): PlannedLife {
  const expect: Columns = {};
  const known: Record<string, PreImage> = {};
  for (const [plan, unit, raw] of heldOn(pipeline, record, side)) {
    addColumns(pipeline.ends[side], plan.key, plan, raw, expect);
    known[plan.key] = preImage(plan, side, unit);
  }
  const archive = pipeline.plan.archive?.[side];
  if (archive === undefined) return { item: { op: 'delete', id, expect }, known, raw: undefined };
  const img = image(record.life(), side);
  const mark = archive.mark(now);
  known[LIFE] = preLife(img);
  const item: WriteItem = {
    op: 'update',
    id,
    set: { [archive.column]: mark },
    expect: { ...expect, [archive.column]: markOf(archive, img) },
  };
  return { item, known, raw: [mark] };
}

/** Only while the row stands marked as it was seen, with all that is known of it. */
function unmarking(
  pipeline: RunningPipeline,
  record: RecordState,
  side: Side,
  id: string,
  back: Image | null,
  now: number,
): PlannedLife | null {
  const archive = pipeline.plan.archive?.[side];
  if (archive === undefined) return creation(pipeline, record, side, id, back, now);
  const end = pipeline.ends[side];
  const set: Columns = {};
  const expect: Columns = {};
  const known: Record<string, PreImage> = {};
  for (const [plan, unit, held] of heldOn(pipeline, record, side)) {
    addColumns(end, plan.key, plan, held, expect);
    if (plan.contextOnly || back !== null || saysItsOwn(plan, unit, side)) continue;
    // What cannot be written now stays what it is, blocked by name.
    const raw = putOrBlock(record, plan, unit, side, held, now);
    if (raw === undefined) continue;
    known[plan.key] = preImage(plan, side, unit);
    if (!jsonEqual(raw, held)) addColumns(end, plan.key, plan, raw, set);
    record.units.set(plan.key, acknowledge(unit, side, raw));
  }
  const img = image(record.life(), side);
  known[LIFE] = preLife(img);
  // An undo gives back what stood there, where that is known; else the row gets what every row gets.
  const live = back === null ? archive.live : markOf(archive, back);
  set[archive.column] = archive.isMarked(live) ? archive.live : live;
  expect[archive.column] = markOf(archive, img);
  const raw = jsonEqual(set[archive.column], archive.live) ? undefined : [set[archive.column] ?? null];
  return { item: { op: 'update', id, set, expect }, known, raw };
}

function heldOn(
  pipeline: RunningPipeline,
  record: RecordState,
  side: Side,
): readonly (readonly [RunningPipeline['plan']['units'][number], Unit, Raw])[] {
  return pipeline.plan.units.flatMap((plan) => {
    const unit = record.units.get(plan.key);
    if (unit === undefined || !pipeline.ends[side].columns.has(plan.key)) return [];
    return [[plan, unit, rawOf(plan, side, image(unit, side))] as const];
  });
}

function preLife(img: Image): PreImage {
  return [dotText(img.dot), vectorText(img.ctx), img.raw ?? img.value, img.value];
}
