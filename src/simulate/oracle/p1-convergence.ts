import type { Evidence, Violation } from './evidence.js';
import { waitsForTarget } from './waiting.js';
import { same } from './text.js';

/** P1: at rest, whatever nobody is asked about is the same on both sides, in each side's own form. */
export function p1Convergence(evidence: Evidence): Violation[] {
  const { rest, units, sides, refused, rules } = evidence;
  const found: Violation[] = [];
  for (const moment of rest) {
    if (!moment.reached || moment.ended || moment.lifeOpen || !moment.alive.A || !moment.alive.B) continue;
    for (const unit of units) {
      const { key, heldWith, direction, foreign } = unit;
      const waits = [key, ...heldWith].some((one) => one in moment.conflicts);
      // That it differs on purpose is the hub's word; it is taken where the policy says so, or a rule across fields has a question open.
      const boundBy = rules.filter((rule) => rule.units.includes(key));
      const mayDiffer =
        foreign === 'ignore' ||
        direction !== 'both' ||
        boundBy.some((rule) => rule.units.some((one) => one in moment.conflicts));
      if (waits || (mayDiffer && moment.diverged.includes(key))) continue;
      const [a, b] = [moment.values.A[key], moment.values.B[key]];
      const head = moment.registers[key]?.head;
      // A side has said that it will not take just this value, and nobody has had it tried again with success.
      const isRefused = refused.some((one) => one.unit === key && same(one.value, head));
      if (!moment.decided && moment.registers[key]?.blocked === true && isRefused) continue;
      if (unit.reference && waitsForTarget(evidence, unit, moment)) continue;
      // A field that flows one way only may differ on the side it comes from, once a person chose what the other side says.
      const oneWay =
        direction !== 'both' && evidence.everTold.some((row) => row.unit === key && row.kind === 'decided');
      const agree = oneWay || same(a, b) || same(sides.B.form(key, a), b) || same(sides.A.form(key, b), a);
      const target = direction === 'BtoA' ? 'A' : 'B';
      const shown = oneWay
        ? same(sides[target].form(key, head), moment.values[target][key])
        : (same(a, b) && same(head, a)) ||
          same(sides.A.form(key, head), a) ||
          same(sides.B.form(key, head), b);
      if (!agree || !shown)
        found.push({
          property: 'P1',
          unit: key,
          said: `${JSON.stringify([a, b])} with ${JSON.stringify(head)} agreed on`,
        });
    }
  }
  return found;
}
