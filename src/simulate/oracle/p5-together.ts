import type { Evidence, RuleFacts, ToldFacts, Value, Violation } from './evidence.js';
import { text } from './text.js';

/** P5, across fields: what is held together waits together, and a rule across fields is never broken by what was made. */
export function p5Together(evidence: Evidence): Violation[] {
  return [...heldTogether(evidence), ...evidence.rules.flatMap((rule) => kept(evidence, rule))];
}

function heldTogether({ units, told, restored }: Evidence): Violation[] {
  const found: Violation[] = [];
  const asked = new Map<string, number>();
  const heldWith = new Map(units.map((unit) => [unit.key, unit.heldWith]));
  for (const row of told) {
    if (row.kind === 'asked') asked.set(row.unit, asked.get(row.unit) ?? row.at);
    if (row.kind === 'closed') asked.delete(row.unit);
    // The same value by another name is nothing that is written.
    if (row.kind !== 'authored' || row.how === 'renamed' || isReunited(restored, row)) continue;
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

/** What both sides say when the hub was set back is agreed, field by field. */
function isReunited(restored: Evidence['restored'], { at, how }: ToldFacts): boolean {
  return how === 'agreement' && restored.some((one) => one.of === 'hub' && one.at === at);
}

function kept({ told, initial, restored }: Evidence, { units, said, holds }: RuleFacts): Violation[] {
  const found: Violation[] = [];
  const heads: Record<string, Value> = Object.fromEntries(units.map((unit) => [unit, initial.A[unit]]));
  // Broken by what both sides said: nothing that was made.
  let foundBroken = false;
  told.forEach((row, i) => {
    if (row.kind !== 'authored' || !units.includes(row.unit)) return;
    heads[row.unit] = row.value;
    const later = told[i + 1];
    if (later?.kind === 'authored' && later.at === row.at) return;
    const broken = !holds(heads);
    foundBroken = broken && (foundBroken || isReunited(restored, row));
    if (!broken || foundBroken) return;
    const values = units.map((unit) => `${unit} ${text(heads[unit])}`).join(', ');
    found.push({ property: 'P5', unit: row.unit, said: `${said}: ${values}` });
  });
  return found;
}
