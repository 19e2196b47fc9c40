import type { PoolClient } from 'pg';
import { targetsIn } from '../../core/reference.js';
import { rebind } from '../../core/rebind.js';
import { SIDES } from '../../core/clock.js';
import type { UnitPlan } from '../../core/plan.js';
import { image, type Unit } from '../../core/unit.js';
import type { RunningPipeline } from '../running-pipeline.js';
import type { BatchLog } from '../lane/batch-log.js';
import type { Intake } from '../lane/intake.js';
import { lineageDraft } from '../lane/lineage.js';
import type { RecordState } from '../lane/record-state.js';
import type { WorkingSet } from '../lane/working-set.js';
import { boundTo, Wanted } from './crosswalk.js';

/**
 * Looks up every record that the references of a transaction may point to: what its records hold already, and what the sides say. One
 * query for each pipeline that is pointed to, whatever the number of records.
 */
export async function lookUpReferences(
  client: PoolClient,
  pipeline: RunningPipeline,
  set: WorkingSet,
  intake: Intake,
): Promise<RunningPipeline> {
  if (pipeline.references.size === 0) return pipeline;
  const wanted = new Wanted(pipeline);
  for (const side of SIDES) {
    const page = intake.pages[side];
    if (page?.kind === 'log') for (const { after } of page.entries) wanted.addColumns(side, after);
    if (page?.kind === 'states') for (const { values } of page.states) wanted.addColumns(side, values);
  }
  for (const { side, current } of intake.readBacks) wanted.addColumns(side, current);
  for (const { batch, receipt } of intake.receipts) {
    if (receipt.status !== 'committed') continue;
    for (const exception of receipt.exceptions) {
      if (exception.kind === 'missed') wanted.addColumns(batch.side, exception.current);
      if (exception.kind !== 'normalised') continue;
      wanted.addColumns(batch.side, exception.after);
      wanted.addColumns(batch.side, exception.also);
    }
  }
  for (const record of set.records.values()) {
    for (const key of pipeline.references.keys()) {
      const unit = record.units.get(key);
      if (unit === undefined) continue;
      for (const target of targetsIn(unit)) wanted.addTarget(key, target);
      for (const side of SIDES) wanted.addRaw(key, side, image(unit, side).raw);
    }
  }
  return boundTo(pipeline, await wanted.lookUp(client));
}

/**
 * Understands the references of these records by who is linked with whom now. Not while a write is on its way: what the side holds is
 * then not settled, and the record is looked at again when it is.
 */
export function rebindRecords(pipeline: RunningPipeline, set: WorkingSet, log: BatchLog): void {
  if (pipeline.references.size === 0) return;
  for (const record of set.records.values()) {
    const open = SIDES.some((side) => {
      const id = record.att[side];
      const batch = id === null ? undefined : log.get(id);
      return batch !== undefined && batch.state !== 'acked';
    });
    if (open) {
      record.due = true;
      continue;
    }
    for (const key of pipeline.references.keys()) rebindUnit(pipeline, record, key);
  }
}

function rebindUnit(pipeline: RunningPipeline, record: RecordState, key: string): void {
  const unit = record.units.get(key);
  const crosswalk = pipeline.crosswalks.get(key);
  if (unit === undefined || crosswalk === undefined) return;
  const after = rebind(pipeline.plan.unit.get(key) as UnitPlan, unit, crosswalk);
  if (after === unit) return;
  record.units.set(key, after);
  record.recast = true;
  tell(record, key, unit, after);
}

function tell(record: RecordState, key: string, before: Unit, after: Unit): void {
  if (before.head.value === after.head.value) return;
  const draft = lineageDraft('policy-change');
  draft.units[key] = {
    o: before.head.value,
    v: after.head.value,
    k: 'resolved',
    w: 'nobody edited it: the record that it points to was linked, or is linked with another one',
  };
  record.lineage.push(draft);
}
