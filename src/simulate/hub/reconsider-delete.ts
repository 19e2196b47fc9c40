import { covers, flatten, join, type Side } from '../../core/clock.js';
import { editedInLife } from '../../core/give-back.js';
import { LIFE, type Plan } from '../../core/plan.js';
import { image, type Unit } from '../../core/unit.js';
import type { Told } from './told.js';

/**
 * Somebody edited a field after it was decided that the record is to be deleted: whoever deleted has not seen it. The same as the engine
 * does (sync/lane/reconsider-delete). `said`: what this transaction has told so far.
 */
export function reconsiderDelete(plan: Plan, units: Map<string, Unit>, said: readonly Told[]): void {
  const known = units.get(LIFE);
  if (known === undefined) return;
  const edited = said.flatMap((row) =>
    row.unit !== LIFE && (row.kind === 'observed' || row.kind === 'ambiguous') ? [row.side] : [],
  );
  if (edited.length === 0) return;
  const life = edited.reduce(editedInLife, known);
  if (life !== known) units.set(LIFE, life);
  if (life.decision?.value === 'deleted') {
    units.set(LIFE, { ...life, decision: null });
  } else if (
    plan.life.deleteVsEdit !== 'delete' &&
    life.head.value === 'deleted' &&
    edited.some((side) => image(life, side).value !== 'deleted' && !isReturned(plan, life, side))
  ) {
    const ctx = join(flatten(life.head), join(flatten(life.A), flatten(life.B)));
    const reason = 'edited while it was being deleted';
    const undone = life.contest?.undone !== undefined && { undone: life.contest.undone };
    const candidates = life.contest?.candidates ?? [];
    units.set(LIFE, { ...life, contest: { ...undone, kind: 'delete-vs-edit', ctx, candidates, reason } });
  }
}

/** Its row was un-marked by somebody who had found it deleted: what is edited along with that is part of the return. */
function isReturned({ archive }: Plan, life: Unit, side: Side): boolean {
  const img = image(life, side);
  return archive?.[side] !== undefined && !covers(life.head, img) && covers(img, life.head);
}
