import type { Evidence, Violation } from './evidence.js';

/** Writes that one edit may cause at most: to both sides, again after a fault, and once more after an automation. */
const PER_EDIT = 8;

/** P8: it comes to rest, stays there, and writes no more than what was done calls for. */
export function p8Quiescence({ rest, hubWrites, edits, decisions: made, told }: Evidence): Violation[] {
  // What is taken back is written once more.
  const decisions = made + told.filter(({ kind }) => kind === 'undone').length;
  const found: Violation[] = [];
  const say = (said: string): void => {
    found.push({ property: 'P8', unit: '', said });
  };
  for (const moment of rest) {
    if (!moment.reached) say('it never came to rest');
    else if (moment.writesAfter > 0) say(`${String(moment.writesAfter)} writes after it had come to rest`);
  }
  const limit = PER_EDIT * (edits + decisions) + 20;
  if (hubWrites > limit)
    say(`${String(hubWrites)} writes for ${String(edits)} edits and ${String(decisions)} decisions`);
  return found;
}
