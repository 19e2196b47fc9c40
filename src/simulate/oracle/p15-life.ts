import type { Evidence, LifeFacts, RestFacts, SideName, ToldFacts, Violation } from './evidence.js';

const OTHER = { A: 'B', B: 'A' } as const;

/**
 * P15, of records between sides whose changes are read in order: at rest the hub knows which rows stand, are marked as deleted, or are gone;
 * a record that is deleted on one side alone is asked about, or stays so by its policy; and the hub deletes and brings back nothing of its
 * own accord, nor takes a row away on a side that marks what it deletes.
 */
export function p15Life(evidence: Evidence): Violation[] {
  const { A, B } = evidence.sides;
  if (!A.ordered || !B.ordered) return [];
  return [
    ...evidence.rest.flatMap((moment) => (moment.reached ? atRest(evidence, moment) : [])),
    ...evidence.lives.flatMap((life) => (life.by === 'hub' ? ofTheHub(evidence, life) : [])),
    ...invented(evidence),
  ];
}

function atRest(evidence: Evidence, moment: RestFacts): Violation[] {
  const { rows, existence, alive, conflicts, diverged } = moment;
  if (moment.ended) return stillStanding(evidence, moment);
  const found: Violation[] = [];
  for (const side of ['A', 'B'] as const) {
    const held = existence[side];
    const known = held.value === 'live' ? 'stands' : held.marked ? 'marked' : 'gone';
    if (known !== rows[side])
      found.push(fault(`the row on ${side} ${words(rows[side])}, and is taken for one that ${words(known)}`));
  }
  if ('$life' in conflicts || moment.lifeBlocked) return found;
  if (alive.A && alive.B) {
    if (moment.lifeOpen) found.push(fault('it stands on both sides, and its fields wait'));
  } else if (!alive.A && !alive.B) found.push(fault('it is deleted on both sides, and goes on'));
  else {
    const gone: SideName = alive.A ? 'B' : 'A';
    const mayStay = evidence.onDelete[gone] === 'ignore' || evidence.deleteVsEdit === 'keep';
    if (!mayStay || !diverged.includes('$life'))
      found.push(fault(`it is deleted on ${gone} alone, and nobody is asked`));
  }
  return found;
}

/** Nothing is synchronised any more. That a row was let go by policy is meant so; that one whose mark was taken away is, is not. */
function stillStanding({ onDelete, lives, restored }: Evidence, { alive, at }: RestFacts): Violation[] {
  if (onDelete.A === 'unlink' || onDelete.B === 'unlink' || restored.length > 0) return [];
  return (['A', 'B'] as const).flatMap((side) => {
    const last = lives.findLast((one) => one.side === side && one.at <= at);
    const isBack = alive[side] && last?.how === 'mark' && last.did === 'insert';
    return isBack ? [fault(`its mark was taken away on ${side}, and nothing came of it`)] : [];
  });
}

function ofTheHub(evidence: Evidence, { at, side, did, how }: LifeFacts): Violation[] {
  const { everTold: told, lives, onDelete, deleteVsEdit, restored, sides } = evidence;
  if (did === 'delete' && how === 'row' && sides[side].archives)
    return [fault(`its row was taken away on ${side}, where rows are marked`)];
  const wanted = did === 'delete' ? 'deleted' : 'live';
  const isAsked = told.some(
    (row) =>
      row.unit === '$life' &&
      row.at <= at &&
      row.value === wanted &&
      (row.kind === 'decided' || row.kind === 'gives-back'),
  );
  if (isAsked || restored.some((one) => one.at <= at)) return [];
  const cause = lives.some(
    (one) => one.side === OTHER[side] && one.did === did && one.by !== 'hub' && one.at <= at,
  );
  if (!cause)
    return [fault(`it was ${did === 'delete' ? 'deleted' : 'made'} on ${side}, which nobody had done`)];
  if (did === 'insert' || onDelete[OTHER[side]] === 'delete' || deleteVsEdit === 'delete') return [];
  return [fault(`it was deleted on ${side}, against the policy and without a question`)];
}

/** What is said to have been seen of it was somebody's doing on that side, in that order. */
function invented({ told, lives, restored }: Evidence): Violation[] {
  if (restored.length > 0) return [];
  return (['A', 'B'] as const).flatMap((side) => {
    const made = lives.filter((one) => one.side === side && one.by !== 'hub');
    let next = 0;
    return told
      .filter((row) => isSeen(row, side))
      .flatMap((row) => {
        const did = row.value === 'deleted' ? 'delete' : 'insert';
        const at = made.findIndex((one, i) => i >= next && one.did === did);
        if (at < 0) return [fault(`nobody made it ${String(row.value)} on ${side} then`)];
        next = at + 1;
        return [];
      });
  });
}

function isSeen({ kind, unit, side }: ToldFacts, of: SideName): boolean {
  return kind === 'observed' && unit === '$life' && side === of;
}

function words(row: 'stands' | 'marked' | 'gone'): string {
  return row === 'stands' ? 'stands' : row === 'marked' ? 'is marked as deleted' : 'is gone';
}

function fault(said: string): Violation {
  return { property: 'P15', unit: '$life', said };
}
