import type { Side } from '../../core/clock.js';
import type { Happening } from '../../connectors/memory/happening.js';
import { RECORD } from '../hub/store.js';
import type { Evidence, LifeFacts, RestFacts, Stood } from '../oracle/evidence.js';
import { MARK_COLUMN, MARKED } from '../scenario/marks.js';
import type { World } from './world.js';

type Row = RestFacts['rows'][Side];

/** The record's row on a side, as the side itself has it. */
export function rowOn({ systems }: World, side: Side): Row {
  const standing = systems[side].standing(RECORD);
  return standing?.alive === true ? rowWith(standing.values) : 'gone';
}

function rowWith(values: Happening['after']): Row {
  return MARKED.some((mark) => mark === values[MARK_COLUMN]) ? 'marked' : 'stands';
}

/** Every time the record was deleted on a side or made again, by its row or by a mark on it, in the side's own journal. */
export function livesOn(world: World, side: Side): Evidence['lives'] {
  const lives: LifeFacts[] = [];
  let row: Row = 'gone';
  for (const entry of world.systems[side].journal) {
    const { at, op, after } = entry;
    const was: Row = row;
    if (op === 'delete') row = 'gone';
    else if (op === 'insert' || MARK_COLUMN in after) row = rowWith(after);
    const did = op === 'delete' || row === 'marked' ? 'delete' : 'insert';
    const by = madeBy(world, side, entry);
    if (op !== 'update') lives.push({ at, side, did, how: 'row', by });
    else if (row !== was) lives.push({ at, side, did, how: 'mark', by });
  }
  return lives;
}

/** What a side was set back to counts as somebody's where people said that it is right. */
export function madeBy({ backups }: World, side: Side, { origin, at }: Happening): Stood['by'] {
  if (origin !== 'restore') return origin;
  const how = backups.restored.find((one) => one.of === side && one.at === at)?.how;
  return how === 'take' ? 'user' : 'restore';
}
