import type { RecordState as SideRecord } from '../../connectors/connector.js';
import { sameDot, type Side } from '../../core/clock.js';
import { lifeOfRow } from '../../core/archive.js';
import { CanonError } from '../../core/errors.js';
import { LIFE_UNIT } from '../../core/life.js';
import { LIFE, type UnitPlan } from '../../core/plan.js';
import { goneBack, setBack } from '../../core/set-back.js';
import { image, type Unit } from '../../core/unit.js';
import type { Canon, Raw } from '../../core/value.js';
import type { RunningPipeline } from '../running-pipeline.js';
import { groupByUnit, rawWith } from './fold.js';
import { lineageDraft, versionEvent, type LineageDraft } from './lineage.js';
import type { RecordState } from './record-state.js';

const WHY = 'the side was restored from a backup, and gets back what stood there';
const RENAMED = 'it had been edited on the side that was restored, which does not hold that edit any more';

/** What there is to tell: what the side shows, and values that go by another name since. */
interface Told {
  readonly shown: LineageDraft;
  readonly renamed: LineageDraft;
}

function nothingTold(side: Side): Told {
  return { shown: lineageDraft('observed', side), renamed: lineageDraft('authored') };
}

function tell(record: RecordState, { shown, renamed }: Told): void {
  for (const draft of [shown, renamed]) if (Object.keys(draft.units).length > 0) record.lineage.push(draft);
}

/** Folds what a side shows of a record after it was restored: it lacks what stands, and nobody has edited anything. */
export function foldSetBack(
  pipeline: RunningPipeline,
  record: RecordState,
  side: Side,
  state: SideRecord,
): void {
  const told = nothingTold(side);
  const archive = pipeline.plan.archive?.[side];
  const mark = archive === undefined ? undefined : state.values[archive.column];
  if (archive !== undefined && mark !== undefined) {
    const { value, raw } = lifeOfRow(archive, mark);
    moveBack(record, LIFE_UNIT, side, value, raw, told);
    // Deleted on both sides it had ended: it goes on until the row is marked again.
    record.revive(side, value);
  } else if (image(record.life(), side).value === 'deleted')
    moveBack(record, LIFE_UNIT, side, 'live', 'live', told);
  for (const [plan, members] of groupByUnit(pipeline, side, state.values)) {
    const unit = record.units.get(plan.key);
    if (unit === undefined) continue;
    const raw = rawWith(plan, side, unit, members);
    try {
      moveBack(record, plan, side, plan.get(side, raw), raw, told);
    } catch (error) {
      if (!(error instanceof CanonError)) throw error;
    }
  }
  tell(record, told);
}

/** The record was made after the backup: it is to be made again. */
export function foldNotThere(pipeline: RunningPipeline, record: RecordState, side: Side): void {
  const told = nothingTold(side);
  moveBack(record, LIFE_UNIT, side, 'deleted', 'deleted', told);
  for (const plan of pipeline.plan.units) {
    const unit = record.units.get(plan.key);
    if (unit === undefined || !pipeline.ends[side].columns.has(plan.key)) continue;
    moved(record, plan, unit, goneBack(plan, unit, side), told);
  }
  tell(record, told);
}

function moveBack(record: RecordState, plan: UnitPlan, side: Side, value: Canon, raw: Raw, told: Told): void {
  const before = (plan.key === LIFE ? record.life() : record.units.get(plan.key)) as Unit;
  const after = setBack(plan, before, side, value, raw);
  if (image(after, side).value !== image(before, side).value)
    told.shown.units[plan.key] = {
      ...versionEvent('restored', image(before, side).value, image(after, side)),
      w: WHY,
    };
  moved(record, plan, before, after, told);
}

function moved(record: RecordState, plan: UnitPlan, before: Unit, after: Unit, { renamed }: Told): void {
  record.units.set(plan.key, after);
  if (!sameDot(after.head.dot, before.head.dot))
    renamed.units[plan.key] = { ...versionEvent('renamed', before.head.value, after.head), w: RENAMED };
}
