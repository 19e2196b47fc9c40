import type { RecordState as SideRecord } from '../../connectors/connector.js';
import type { Side } from '../../core/clock.js';
import { lifeOfRow } from '../../core/archive.js';
import { CanonError } from '../../core/errors.js';
import { LIFE_UNIT } from '../../core/life.js';
import { LIFE, type UnitPlan } from '../../core/plan.js';
import { setBack } from '../../core/set-back.js';
import { image, type Unit } from '../../core/unit.js';
import type { Canon, Raw } from '../../core/value.js';
import type { RunningPipeline } from '../running-pipeline.js';
import { groupByUnit, rawWith } from './fold.js';
import { lineageDraft, type LineageDraft } from './lineage.js';
import type { RecordState } from './record-state.js';

const WHY = 'the side was restored from a backup, and gets back what stood there';

/** Folds what a side shows of a record after it was restored: it lacks what stands, and nobody has edited anything. */
export function foldSetBack(
  pipeline: RunningPipeline,
  record: RecordState,
  side: Side,
  state: SideRecord,
): void {
  const draft = lineageDraft('observed', side);
  const archive = pipeline.plan.archive?.[side];
  const mark = archive === undefined ? undefined : state.values[archive.column];
  if (archive !== undefined && mark !== undefined) {
    const { value, raw } = lifeOfRow(archive, mark);
    moveBack(record, LIFE_UNIT, side, value, raw, draft);
  } else if (image(record.life(), side).value === 'deleted')
    moveBack(record, LIFE_UNIT, side, 'live', 'live', draft);
  for (const [plan, members] of groupByUnit(pipeline, side, state.values)) {
    const unit = record.units.get(plan.key);
    if (unit === undefined) continue;
    const raw = rawWith(plan, side, unit, members);
    try {
      moveBack(record, plan, side, plan.get(side, raw), raw, draft);
    } catch (error) {
      if (!(error instanceof CanonError)) throw error;
    }
  }
  if (Object.keys(draft.units).length > 0) record.lineage.push(draft);
}

/** The record was made after the backup: it is to be made again. */
export function foldNotThere(record: RecordState, side: Side): void {
  const draft = lineageDraft('observed', side);
  moveBack(record, LIFE_UNIT, side, 'deleted', 'deleted', draft);
  if (Object.keys(draft.units).length > 0) record.lineage.push(draft);
}

function moveBack(
  record: RecordState,
  plan: UnitPlan,
  side: Side,
  value: Canon,
  raw: Raw,
  draft: LineageDraft,
): void {
  const before = (plan.key === LIFE ? record.life() : record.units.get(plan.key)) as Unit;
  const after = setBack(plan, before, side, value, raw);
  record.units.set(plan.key, after);
  if (image(after, side).value !== image(before, side).value)
    draft.units[plan.key] = { o: image(before, side).value, v: value, k: 'restored', w: WHY };
}
