import { withImage } from './observe.js';
import type { Archive, Plan } from './plan.js';
import { isInScope } from './scope.js';
import type { Side } from './clock.js';
import { image, type Image, type Unit } from './unit.js';
import { jsonEqual, type Raw } from './value.js';
import type { LifeValue } from './life.js';

/**
 * On a side that archives, the image of a record's existence knows the row's mark beside its value. Its `raw` is `[what the column
 * holds]`; none where a row stands with the value that Accord gives it, or is gone altogether. So there are three states: it stands, it
 * stands marked (deleted, and can be un-marked), it is gone (deleted, and can only be made again).
 */
export function markOf(archive: Archive, img: Image): Raw {
  return isMark(img.raw) ? (img.raw[0] ?? null) : archive.live;
}

/** Deleted on this side by being marked: the row is still there. */
export function isArchived(life: Unit, side: Side): boolean {
  const img = image(life, side);
  return img.value === 'deleted' && isMark(img.raw);
}

/** What the mark of a row that is there says, and how that is kept. */
export function lifeOfRow(archive: Archive, raw: Raw): { readonly value: LifeValue; readonly raw: Raw } {
  if (archive.isMarked(raw)) return { value: 'deleted', raw: [raw] };
  return { value: 'live', raw: jsonEqual(raw, archive.live) ? 'live' : [raw] };
}

/** The row turned out to be gone, not marked. */
export function withoutRow(life: Unit, side: Side): Unit {
  return withImage(life, side, { ...image(life, side), raw: undefined });
}

function isMark(raw: Image['raw']): raw is readonly Raw[] {
  return Array.isArray(raw);
}

/** Whether a row of a side counts as deleted. */
export function isMarkedRow(plan: Plan, side: Side, row: Readonly<Record<string, Raw>>): boolean {
  const archive = plan.archive?.[side];
  return archive?.isMarked(row[archive.column] ?? null) === true;
}

/** Whether a row without a link is here for the pipeline: in scope, and not deleted. */
export function takesPart(plan: Plan, side: Side, row: Readonly<Record<string, Raw>>): boolean {
  return isInScope(plan, side, row) && !isMarkedRow(plan, side, row);
}

/** The columns that say so. */
export function takingPartColumns(plan: Plan, side: Side): readonly string[] {
  const archive = plan.archive?.[side];
  return [...(plan.scope?.[side]?.columns ?? []), ...(archive === undefined ? [] : [archive.column])];
}
