import { covers, flatten, join, SIDES, type Side } from '../../core/clock.js';
import { editedInLife } from '../../core/give-back.js';
import { LIFE, type Plan } from '../../core/plan.js';
import { image, type Unit } from '../../core/unit.js';
import type { RecordState } from './record-state.js';

/**
 * Somebody edited a field after it was decided that the record is to be deleted, by a person or by the pipeline: whoever deleted has
 * not seen it. A decision that was not written yet is out of date; a delete that was planned and has not happened (its write missed, or
 * was never sent) is not planned anew over the edit, a person is asked. A value that only rules read is nobody's edit of the record.
 */
export function reconsiderDelete(record: RecordState, plan: Plan): void {
  const known = record.units.get(LIFE);
  if (known === undefined) return;
  const edited = SIDES.filter((side) => hasNews(record, side, plan));
  if (edited.length === 0) return;
  const life = edited.reduce(editedInLife, known);
  if (life !== known) record.units.set(LIFE, life);
  if (life.decision?.value === 'deleted') {
    record.staleDecisions.push(life.decision.id);
    record.units.set(LIFE, { ...life, decision: null });
  } else if (
    plan.life.deleteVsEdit !== 'delete' &&
    life.head.value === 'deleted' &&
    edited.some((side) => image(life, side).value !== 'deleted' && !isReturned(life, side, plan))
  ) {
    record.units.set(LIFE, {
      ...life,
      contest: {
        ...(life.contest?.undone !== undefined && { undone: life.contest.undone }),
        kind: 'delete-vs-edit',
        ctx: join(flatten(life.head), join(flatten(life.A), flatten(life.B))),
        candidates: life.contest?.candidates ?? [],
        reason: 'edited while it was being deleted because the other side had deleted it',
      },
    });
  }
}

/** Its row was un-marked by somebody who had found it deleted: what is edited along with that is part of the return. */
function isReturned(life: Unit, side: Side, plan: Plan): boolean {
  const img = image(life, side);
  return plan.archive?.[side] !== undefined && !covers(life.head, img) && covers(img, life.head);
}

function hasNews(record: RecordState, side: Side, plan: Plan): boolean {
  return record.lineage.some(
    (draft) =>
      draft.kind === 'observed' &&
      draft.side === side &&
      Object.entries(draft.units).some(
        ([key, { k }]) =>
          key !== LIFE && k !== 'cosmetic' && k !== 'superseded' && plan.unit.get(key)?.contextOnly !== true,
      ),
  );
}
