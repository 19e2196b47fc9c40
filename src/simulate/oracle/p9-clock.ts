import type { Evidence, ToldFacts, Violation } from './evidence.js';
import { text } from './text.js';

/**
 * P9: an event has a name of its own, a name stands for one value, what head has seen never becomes less, and no edit has seen what was
 * made after it was typed.
 */
export function p9Clock(evidence: Evidence): Violation[] {
  return [...oneNameEach(evidence), ...nothingFromTheFuture(evidence)];
}

function nothingFromTheFuture({ units, told, stood, sides }: Evidence): Violation[] {
  const found: Violation[] = [];
  for (const { key } of units) {
    const made = new Map<string, ToldFacts>();
    for (const row of told) {
      if (row.unit !== key || row.dot === undefined) continue;
      if (names(row)) made.set(row.dot, row);
      if (row.kind !== 'observed' || row.side === undefined) continue;
      // On a side whose changes are read in order, whoever types over the very value has seen it, under whatever name.
      // Where it cannot be told whose a value is, an edit that says what we wrote counts as ours.
      if (sides[row.side].ordered || !sides[row.side].exact) continue;
      const typed = lastTyped(stood, row);
      const ctx = flat({ ...row, dot: '' });
      for (const [i, actor] of ['A', 'B', 'H'].entries()) {
        if (actor === row.side) continue;
        const cause = made.get(`${actor}${String(ctx[i] ?? 0)}`);
        if (cause === undefined || cause.at <= typed) continue;
        const said = `${text(row.value)} was typed on ${row.side} before ${actor}${String(ctx[i])} was made, and counts as later`;
        found.push({ property: 'P9', unit: key, said });
      }
    }
  }
  return found;
}

/** When the value was typed there last before it was seen. */
function lastTyped(stood: Evidence['stood'], row: ToldFacts): number {
  let at = -Infinity;
  for (const one of stood) {
    if (one.at > row.at) break;
    if (
      one.unit === row.unit &&
      one.side === row.side &&
      one.by !== 'hub' &&
      text(one.value) === text(row.value)
    )
      at = one.at;
  }
  return at;
}

function oneNameEach({ units, told }: Evidence): Violation[] {
  const found: Violation[] = [];
  for (const { key } of units) {
    const fault = (said: string): void => {
      found.push({ property: 'P9', unit: key, said });
    };
    const values = new Map<string, string>();
    let seen = [0, 0, 0, 0];
    for (const row of told) {
      if (row.unit !== key || row.dot === undefined || row.dot === '') continue;
      const value = text(row.value);
      if (names(row)) {
        if (values.has(row.dot)) fault(`${row.dot} was given away twice`);
        values.set(row.dot, value);
      } else if (row.kind === 'acknowledged' && values.has(row.dot) && values.get(row.dot) !== value) {
        fault(`${row.dot} stands for ${values.get(row.dot) ?? ''} and for ${value}`);
      }
      if (row.kind !== 'authored') continue;
      const now = flat(row);
      if (seen.some((n, i) => (now[i] ?? 0) < n))
        fault(`head had seen ${seen.join('.')} and now ${now.join('.')}`);
      seen = now;
    }
  }
  return found;
}

/** Rows that give a new name away. A fast-forward takes over the one that the edit has. */
function names({ kind, how }: ToldFacts): boolean {
  if (kind === 'authored') return how !== 'fast-forward';
  return ['observed', 'ambiguous', 'recovered', 'decided', 'gives-back'].includes(kind);
}

function flat({ dot = '', ctx = '' }: ToldFacts): number[] {
  const parts = ctx === '' ? [] : ctx.split('.').map(Number);
  const vector = [0, 1, 2, 3].map((i) => parts[i] ?? 0);
  const actor = 'ABHX'.indexOf(dot.charAt(0));
  if (dot !== '' && actor >= 0) vector[actor] = Math.max(vector[actor] ?? 0, Number(dot.slice(1)));
  return vector;
}
