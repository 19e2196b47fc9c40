import { forgotten, recast } from '../../core/recast.js';
import type { UnitPlan } from '../../core/plan.js';
import type { Unit } from '../../core/unit.js';
import type { RunningPipeline } from '../running-pipeline.js';
import { lineageDraft } from './lineage.js';
import type { RecordState } from './record-state.js';
import type { WorkingSet } from './working-set.js';

/** Records whose units are to be understood as a new revision says, and how far that has come then. */
export interface RecastPage {
  readonly linkIds: readonly number[];
  readonly upTo: number;
}

/** Understands the units of these records anew. The lineage says so wherever it changes what stands; nobody has edited anything. */
export function recastPage(pipeline: RunningPipeline, set: WorkingSet, page: RecastPage, now: number): void {
  const { recast: change } = pipeline;
  if (change === null) return;
  for (const linkId of page.linkIds) {
    const record = set.records.get(linkId);
    if (record === undefined) continue;
    for (const [key, before] of change.changed) {
      const unit = record.units.get(key);
      if (unit === undefined || isUnseen(unit)) continue;
      const after = recast(before, pipeline.plan.unit.get(key) as UnitPlan, unit, now);
      record.units.set(key, after);
      tell(record, key, unit, after);
      record.recast = true;
    }
    for (const key of change.added) {
      const unit = record.units.get(key);
      if (unit !== undefined && !isUnseen(unit)) record.units.set(key, forgotten(unit));
    }
  }
}

function isUnseen({ tick, head, incA, incB }: Unit): boolean {
  return head.dot === null && incA === undefined && incB === undefined && tick.every((n) => n === 0);
}

function tell(record: RecordState, key: string, before: Unit, after: Unit): void {
  if (JSON.stringify(before.head.value) === JSON.stringify(after.head.value)) return;
  const draft = lineageDraft('policy-change');
  draft.units[key] = {
    o: before.head.value,
    v: after.head.value,
    k: 'recast',
    w: 'understood anew: the mapping of the field has changed',
  };
  record.lineage.push(draft);
}
