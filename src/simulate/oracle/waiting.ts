import type { Evidence, RestFacts, SideName, Stood, UnitFacts, Value } from './evidence.js';
import { text } from './text.js';

/**
 * A reference may differ at the end only where what it is to say is not there: on a side that lacks it, what was agreed on has gone; or
 * either side points to something that the other does not have. What the hub says is only what it has agreed on, and that it waits; whether
 * there is anything to wait for is told by the sides' own records.
 */
export function waitsForTarget({ targets }: Evidence, { key }: UnitFacts, moment: RestFacts): boolean {
  const register = moment.registers[key];
  // That nothing is pointed to can always be said.
  if (register?.blocked !== true || register.head === null) return false;
  const isThere = (side: SideName, name: Value): boolean =>
    targets.some(
      (one) =>
        one.side === side &&
        text(one.name) === text(name) &&
        one.madeAt <= moment.at &&
        (one.goneAt === null || one.goneAt > moment.at),
    );
  const [a, b] = [moment.values.A[key], moment.values.B[key]];
  const lacking = (['A', 'B'] as const).filter(
    (side) => text(moment.values[side][key]) !== text(register.head),
  );
  // What one side points to had gone there before it could be linked with what the other has.
  const neverLinked = targets.some(
    (one) =>
      !lacking.includes(one.side) &&
      text(one.name) === text(register.head) &&
      one.goneAt !== null &&
      one.goneKnownAt === null &&
      !isThere(one.side, one.name),
  );
  const lacks = lacking.some((side) => !isThere(side, register.head));
  return lacks || neverLinked || (!isThere('B', a) && !isThere('A', b));
}

/** A record was made while what it points to was not there: the side holds nothing until it is. */
export function isLeftBlank({ reference }: UnitFacts, { by, anew, value }: Stood): boolean {
  return reference && by === 'hub' && anew && value === null;
}

/** The last thing that was put there before that moment is such a blank. */
export function wasLeftBlank({ stood }: Evidence, unit: UnitFacts, side: SideName, before: number): boolean {
  if (!unit.reference) return false;
  const last = stood.findLast((one) => one.unit === unit.key && one.side === side && one.at < before);
  return last !== undefined && isLeftBlank(unit, last);
}
