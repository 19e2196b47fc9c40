import type { Evidence, RestFacts, UnitFacts, Violation } from './evidence.js';
import { same, text } from './text.js';
import { wasLeftBlank } from './waiting.js';

const MOVES_IMAGE = ['observed', 'ambiguous', 'acknowledged', 'confirmed', 'landed-again', 'restored'];

/** P11: the lineage, folded, gives the registers; and every value on either side goes back to somebody, or to the first load. */
export function p11Lineage(evidence: Evidence): Violation[] {
  const found: Violation[] = [];
  for (const moment of evidence.rest) {
    if (!moment.reached) continue;
    for (const unit of evidence.units) {
      found.push(...folded(evidence, unit, moment), ...origins(evidence, unit, moment));
    }
  }
  return found;
}

function folded(evidence: Evidence, unit: UnitFacts, moment: RestFacts): Violation[] {
  const { told, initial } = evidence;
  const { key } = unit;
  const registers = moment.registers[key];
  if (registers === undefined) return [];
  const found: Violation[] = [];
  let head: { value: unknown; dot: string } | null = null;
  const images = { A: initial.A[key], B: initial.B[key] };
  for (const row of told) {
    if (row.unit !== key || row.at > moment.at) continue;
    if (row.kind === 'authored') head = { value: row.value, dot: row.dot ?? '' };
    else if (row.side !== undefined && MOVES_IMAGE.includes(row.kind)) images[row.side] = row.value;
  }
  if (head !== null && (head.dot !== registers.dot || text(head.value) !== text(registers.head)))
    found.push(
      fault(
        key,
        `says ${head.dot} ${text(head.value)}, the register ${registers.dot} ${text(registers.head)}`,
      ),
    );
  for (const side of ['A', 'B'] as const) {
    // Nobody has written it down where the record is not: it was to be made without what it points to.
    const blank =
      registers[side] === null && (!moment.alive[side] || wasLeftBlank(evidence, unit, side, moment.at));
    if (!same(images[side], registers[side]) && !(unit.reference && blank))
      found.push(
        fault(key, `says ${text(images[side])} stands on ${side}, the register ${text(registers[side])}`),
      );
  }
  return found;
}

function origins(evidence: Evidence, unit: UnitFacts, moment: RestFacts): Violation[] {
  const { everTold: told, initial, stood, sides } = evidence;
  const { key } = unit;
  const known = new Set<string>();
  const add = (value: unknown): void => {
    known.add(text(value));
    for (const side of ['A', 'B'] as const) known.add(text(sides[side].form(key, value)));
  };
  add(initial.A[key]);
  add(initial.B[key]);
  for (const one of stood) if (one.unit === key && one.by !== 'hub') add(one.value);
  for (const row of told) {
    if (row.unit !== key) continue;
    if (row.kind === 'decided' || (row.kind === 'authored' && row.how === 'merge')) add(row.value);
  }
  return (['A', 'B'] as const)
    .filter((side) => {
      const blank = moment.values[side][key] === null && wasLeftBlank(evidence, unit, side, moment.at);
      return moment.alive[side] && !blank && !known.has(text(moment.values[side][key]));
    })
    .map((side) => fault(key, `${text(moment.values[side][key])} on ${side} comes from nobody`));
}

function fault(unit: string, said: string): Violation {
  return { property: 'P11', unit, said };
}
