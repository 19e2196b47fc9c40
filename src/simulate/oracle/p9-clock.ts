import type { Evidence, ToldFacts, Violation } from './evidence.js';
import { text } from './text.js';

/** P9: an event has a name of its own, a name stands for one value, and what head has seen never becomes less. */
export function p9Clock({ units, told }: Evidence): Violation[] {
  const found: Violation[] = [];
  for (const { key } of units) {
    const fault = (said: string): void => {
      found.push({ property: 'P9', unit: key, said });
    };
    const values = new Map<string, string>();
    let seen = [0, 0, 0, 0];
    for (const row of told) {
      if (row.unit !== key || row.dot === undefined) continue;
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
  return kind === 'observed' || kind === 'ambiguous' || kind === 'recovered' || kind === 'decided';
}

function flat({ dot = '', ctx = '' }: ToldFacts): number[] {
  const parts = ctx === '' ? [] : ctx.split('.').map(Number);
  const vector = [0, 1, 2, 3].map((i) => parts[i] ?? 0);
  const actor = 'ABHX'.indexOf(dot.charAt(0));
  if (dot !== '' && actor >= 0) vector[actor] = Math.max(vector[actor] ?? 0, Number(dot.slice(1)));
  return vector;
}
