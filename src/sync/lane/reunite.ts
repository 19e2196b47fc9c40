import type { RecordState as SideRecord } from '../../connectors/connector.js';
import { CanonError } from '../../core/errors.js';
import { reunited } from '../../core/reunited.js';
import { dotText } from '../../core/clock.js';
import type { UnitPlan } from '../../core/plan.js';
import type { Raw } from '../../core/value.js';
import type { RunningPipeline } from '../running-pipeline.js';
import { groupByUnit } from './fold.js';
import type { Intake } from './intake.js';
import { lineageDraft } from './lineage.js';
import type { WorkingSet } from './working-set.js';

/** Where both sides of a record were read at once, and say the same: that is agreed, whatever is remembered of it. */
export function reunite(pipeline: RunningPipeline, set: WorkingSet, { pages, reunite: asked }: Intake): void {
  if (!asked || pages.A?.kind !== 'states' || pages.B?.kind !== 'states') return;
  const other = new Map(pages.B.states.map((state) => [set.byId.B.get(state.id), state]));
  for (const a of pages.A.states) {
    const record = set.byId.A.get(a.id);
    const b = record === undefined ? undefined : other.get(record);
    if (record === undefined || b === undefined) continue;
    const draft = lineageDraft('authored');
    const theirs = rawsOf(pipeline, 'B', b);
    for (const [plan, raw] of rawsOf(pipeline, 'A', a)) {
      const unit = record.units.get(plan.key);
      const held = theirs.get(plan);
      if (unit === undefined || held === undefined) continue;
      const agreed = agreement(plan, unit, raw, held);
      if (agreed === null) continue;
      record.units.set(plan.key, agreed);
      draft.units[plan.key] = {
        o: unit.head.value,
        v: agreed.head.value,
        d: dotText(agreed.head.dot),
        k: 'agreement',
        w: 'both sides say so; what led there happened after the backup from which Accord was restored',
      };
    }
    if (Object.keys(draft.units).length > 0) record.lineage.push(draft);
  }
}

function agreement(
  plan: UnitPlan,
  unit: Parameters<typeof reunited>[1],
  a: Raw,
  b: Raw,
): ReturnType<typeof reunited> {
  try {
    return reunited(plan, unit, { value: plan.get('A', a), raw: a }, { value: plan.get('B', b), raw: b });
  } catch (error) {
    if (error instanceof CanonError) return null;
    throw error;
  }
}

function rawsOf(
  pipeline: RunningPipeline,
  side: 'A' | 'B',
  { values }: SideRecord,
): ReadonlyMap<UnitPlan, Raw> {
  return new Map(
    [...groupByUnit(pipeline, side, values)].map(([plan, members]) => [
      plan,
      plan.isGroup
        ? Object.fromEntries(members.map(([field, raw]) => [field, raw]))
        : (members[0]?.[1] ?? null),
    ]),
  );
}
