import { isArchived, lifeOfRow, markOf } from '../../core/archive.js';
import { acknowledge } from '../../core/author.js';
import type { Side } from '../../core/clock.js';
import { holdBack } from '../../core/give-back.js';
import type { LifeValue } from '../../core/life.js';
import type { Archive, Plan } from '../../core/plan.js';
import { image, type Image, type Unit } from '../../core/unit.js';
import { jsonEqual, type Raw } from '../../core/value.js';
import type { Store } from './store.js';
import type { Switches } from './switches.js';

export interface RowLife {
  readonly value: LifeValue;
  readonly raw: Raw;
}

/** What the columns of a row of a side say about its record's existence; `null`: nothing. */
export function lifeIn(
  { archive }: Plan,
  side: Side,
  row: Readonly<Record<string, Raw>>,
  switches: Switches,
): RowLife | null {
  const mark = archive?.[side];
  const raw = mark === undefined ? undefined : row[mark.column];
  if (mark === undefined || raw === undefined || !switches.followMarks) return null;
  const life = lifeOfRow(mark, raw);
  return life.value === 'live' && !switches.keepOwnStanding ? { value: 'live', raw: 'live' } : life;
}

/** What is read is what is held already, to the letter. */
export function isHeld(life: Unit, side: Side, { value, raw }: RowLife): boolean {
  const held = image(life, side);
  if (held.value !== value) return false;
  return jsonEqual(Array.isArray(held.raw) ? held.raw : value, raw);
}

/** The row is there, and stays there: it is marked, or its mark is taken away. */
export function isByMark(
  { archive }: Plan,
  side: Side,
  life: Unit,
  deleting: boolean,
  switches: Switches,
): boolean {
  if (archive?.[side] === undefined) return false;
  return deleting || (isArchived(life, side) && switches.unmarkStandingRow);
}

/** Of a write of a record's existence: what it does to the column, and what the side's register knows of it then (sync/lane/plan-life). */
export function markWritten(
  archive: Archive,
  side: Side,
  life: Unit,
  back: Image | null,
  how: 'mark' | 'unmark' | 'create',
  now: number,
): { readonly set: Raw; readonly expect: Raw; readonly raw: Raw | undefined } {
  const expect = markOf(archive, image(life, side));
  if (how === 'mark') {
    const mark = archive.mark(now);
    return { set: mark, expect, raw: [mark] };
  }
  const before = how === 'create' || back === null ? archive.live : markOf(archive, back);
  const live = archive.isMarked(before) ? archive.live : before;
  return { set: live, expect, raw: jsonEqual(live, archive.live) ? undefined : [live] };
}

/** The side is known to hold this of the record's existence. */
export function holdLife(life: Unit, side: Side, back: boolean, raw: Raw | undefined): Unit {
  return back ? holdBack(life, side, raw) : acknowledge(life, side, raw);
}

/** Deleted on both sides, and somebody takes the mark away from the row of one: the record goes on. */
export function revive(store: Store, life: Unit, side: Side, switches: Switches): void {
  const gone = life.head.value === 'deleted';
  if (gone && isArchived(life, side) && switches.reviveEnded) store.ended = false;
}
