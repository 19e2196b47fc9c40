import type { ClientBase } from 'pg';
import { covers, flatten, join, SIDES, type Side } from '../../core/clock.js';
import { incorporated, image, type Unit } from '../../core/unit.js';
import { LIFE, type Plan } from '../../core/plan.js';
import { KEPT_OUT, outOfScope, scopeWords } from '../../core/scope.js';
import { excludedText, setExcluded } from '../../database/sql/lane/scope.js';
import { run } from '../../database/sql/statement.js';
import type { RunningPipeline } from '../running-pipeline.js';
import { lineageDraft, type LineageDraft } from './lineage.js';
import type { RecordState } from './record-state.js';

/** Whether the record takes part, as the lineage tells it beside its fields. */
const SCOPE = '$scope';

/**
 * A record comes back, and one side has deleted it while it was out: nobody is to find it deleted on the other because a filter was changed
 * or a field edited. A person is asked.
 */
export function askAboutGone({ plan }: RunningPipeline, record: RecordState): void {
  const life = record.units.get(LIFE);
  if (record.excludedBefore === null || life === undefined) return;
  const gone = SIDES.find((side) => image(life, side).value === 'deleted');
  if (gone === undefined || covers(life.head, image(life, gone)) || life.contest !== null) return;
  if (excludedNow(plan, record).length > 0) return;
  record.units.set(LIFE, {
    ...life,
    contest: {
      kind: 'delete-vs-edit',
      ctx: join(flatten(life.head), join(flatten(life.A), flatten(life.B))),
      candidates: [],
      reason: `deleted in ${plan.sides[gone].label} while it was out of scope`,
    },
  });
}

/** After folding and planning: says in the lineage that a record has left the scope of its pipeline, or has come back. */
export function noteScope({ plan }: RunningPipeline, record: RecordState): void {
  record.excluded = excludedNow(plan, record);
  const left = record.excluded.length > 0;
  if (left === (record.excludedBefore !== null)) return;
  const draft = lineageDraft('scope', record.excluded[0] ?? null);
  draft.units[SCOPE] = left
    ? { k: 'excluded', w: record.keptOut ? KEPT_OUT : scopeWords(plan, record.excluded) }
    : { k: 'included', w: 'in scope again: what was edited meanwhile is judged by its clocks' };
  record.lineage.push(draft);
}

/** What lists and counts show of it. In the transaction that stores the registers. */
export async function writeScopes(
  client: Pick<ClientBase, 'query'>,
  records: readonly RecordState[],
): Promise<void> {
  const moved = records.filter(({ excluded, excludedBefore }) => excludedText(excluded) !== excludedBefore);
  if (moved.length === 0) return;
  await run(client, setExcluded, [
    moved.map(({ linkId }) => linkId),
    moved.map(({ excluded }) => excludedText(excluded)),
  ]);
}

/**
 * The edits that guards are to count for a record: none while it is excluded, for nothing of them is carried anywhere; all that wait when it
 * comes back, for then they are.
 */
export function countedEdits({ plan }: RunningPipeline, record: RecordState): readonly LineageDraft[] {
  if (excludedNow(plan, record).length > 0) return [];
  if (record.excludedBefore === null) return record.lineage;
  return [...record.units].flatMap(([key, unit]) => SIDES.flatMap((side) => waiting(key, unit, side)));
}

/** Out of its scope, or kept out by a person: the same to the engine. */
function excludedNow(plan: Plan, record: RecordState): readonly Side[] {
  return record.keptOut ? SIDES : outOfScope(plan, record.units);
}

function waiting(key: string, unit: Unit, side: Side): readonly LineageDraft[] {
  const img = image(unit, side);
  if (img.dot === null || covers(unit.head, img)) return [];
  const draft = lineageDraft('observed', side);
  draft.by = img.by;
  draft.units[key] = { o: incorporated(unit, side)?.value ?? null, v: img.value, k: 'observed' };
  return [draft];
}
