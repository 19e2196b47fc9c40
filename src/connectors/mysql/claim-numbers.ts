import type { Range } from './log-cursor.js';
import type { Queryable } from './pools.js';
import { errorNumber, errors } from './server-error.js';

/** Statements that one read of the log spends on it. */
const mostStatements = 24;
const mostNumbers = 2000;

/**
 * Takes missing numbers of the log for the reader, and tells which it has got: nobody can use them any more (a trigger that was about to
 * meets a duplicate and takes the next one). Where an entry is there but not committed, its lock says so at once; where it was committed
 * just now, the next read sees it.
 */
export async function claimNumbers(
  db: Queryable,
  log: string,
  gaps: readonly Range[],
): Promise<readonly Range[]> {
  const closed: Range[] = [];
  const queue = gaps.flatMap(pieces);
  for (let spent = 0; spent < mostStatements; spent++) {
    const range = queue.shift();
    if (range === undefined) break;
    const [first, last] = range;
    const outcome = await take(db, log, range);
    if (outcome === 'taken') closed.push(range);
    if (outcome !== 'held' || first === last) continue;
    // Mostly a run of numbers is one transaction's: where both its ends are held, what is between waits with them.
    const ends = [];
    for (const end of [first, last])
      ends.push((await take(db, log, [end, end])) === 'taken' ? ([end, end] as const) : null);
    spent += 2;
    closed.push(...ends.filter((end) => end !== null));
    if (ends.every((end) => end === null)) continue;
    const middle = (first + last) >> 1;
    if (middle > first) queue.push([first + 1, middle]);
    if (middle + 1 < last) queue.push([middle + 1, last - 1]);
  }
  return closed;
}

async function take(db: Queryable, log: string, [first, last]: Range): Promise<'taken' | 'held' | 'there'> {
  const rows = Array.from({ length: last - first + 1 }, (_, i) => `(${first + i}, 'X')`);
  try {
    await db.run(`insert into ${log} (seq, op) values ${rows.join(', ')}`);
    return 'taken';
  } catch (error) {
    const number = errorNumber(error);
    if (number === errors.lockWait) return 'held';
    if (number === errors.duplicate) return 'there';
    throw error;
  }
}

function pieces([first, last]: Range): Range[] {
  const parts: Range[] = [];
  for (let from = first; from <= last; from += mostNumbers)
    parts.push([from, Math.min(last, from + mostNumbers - 1)]);
  return parts;
}
