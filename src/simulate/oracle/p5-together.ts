import type { Evidence, Violation } from './evidence.js';

/** P5, across fields: what is held together waits together, and a rule across fields is never broken by what was made. */
export function p5Together(evidence: Evidence): Violation[] {
  return [...heldTogether(evidence), ...inOrder(evidence)];
}

function heldTogether({ units, told }: Evidence): Violation[] {
  const found: Violation[] = [];
  const asked = new Map<string, number>();
  const heldWith = new Map(units.map((unit) => [unit.key, unit.heldWith]));
  for (const row of told) {
    if (row.kind === 'asked') asked.set(row.unit, asked.get(row.unit) ?? row.at);
    if (row.kind === 'closed') asked.delete(row.unit);
    if (row.kind !== 'authored') continue;
    // A conflict that this very transaction settles is closed by it.
    const settled = (key: string): boolean =>
      told.some((other) => other.at === row.at && other.unit === key && other.kind === 'closed');
    const waiting = (heldWith.get(row.unit) ?? []).find(
      (key) => key !== row.unit && (asked.get(key) ?? Infinity) < row.at && !settled(key),
    );
    if (waiting !== undefined)
      found.push({
        property: 'P5',
        unit: row.unit,
        said: `was written while ${waiting}, held with it, waits`,
      });
  }
  return found;
}

function inOrder({ units, told, initial }: Evidence): Violation[] {
  if (!units.some(({ key }) => key === 'low') || !units.some(({ key }) => key === 'high')) return [];
  const found: Violation[] = [];
  const heads = { low: initial.A.low, high: initial.A.high };
  told.forEach((row, i) => {
    if (row.kind !== 'authored' || (row.unit !== 'low' && row.unit !== 'high')) return;
    heads[row.unit] = row.value;
    const later = told[i + 1];
    if (later?.kind === 'authored' && later.at === row.at) return;
    const broken = heads.low !== null && heads.high !== null && Number(heads.low) > Number(heads.high);
    if (broken)
      found.push({
        property: 'P5',
        unit: row.unit,
        said: `low ${String(heads.low)} exceeds high ${String(heads.high)}`,
      });
  });
  return found;
}
