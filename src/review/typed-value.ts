import { AppError, type Fault } from '../common/errors.js';
import { rawOf } from '../core/at-rest.js';
import { canonise } from '../core/canon/codec.js';
import { SIDES } from '../core/clock.js';
import { CanonError } from '../core/errors.js';
import { LIFE, type FieldPlan, type UnitPlan } from '../core/plan.js';
import type { SideLabels } from '../core/policy/words.js';
import { image, type Unit } from '../core/unit.js';
import type { Canon, Json } from '../core/value.js';
import { mayWrite } from './effects.js';

type JsonObject = { readonly [key: string]: Json };

/**
 * A value that a person typed, in canonical form.
 *
 * @throws AppError `invalid`, naming each field and what was expected
 */
export function typedValue(plan: UnitPlan, value: Json): Canon {
  if (plan.key === LIFE) {
    if (value === 'live' || value === 'deleted') return value;
    throw invalid([
      { pointer: '/value', code: 'value-type', detail: 'expected "live" (keep the record) or "deleted"' },
    ]);
  }
  return plan.isGroup ? typedGroup(plan, value) : typedField(plan.members[0] as FieldPlan, value, '/value');
}

/**
 * Checks that a decided value can be written where it would have to be written, before anything is authored. A typed value must also
 * come back as it was typed: what a side would silently turn into something else is not what the person decided.
 *
 * @throws AppError `invalid`, naming the field, the side and what was expected
 */
export function mustBeWritable(
  plan: UnitPlan,
  unit: Unit,
  value: Canon,
  typed: boolean,
  labels: SideLabels,
): void {
  const faults = SIDES.filter((side) => mayWrite(plan, side)).flatMap((side): Fault[] => {
    try {
      const back = plan.get(side, plan.put(side, value, rawOf(plan, side, image(unit, side))));
      if (!typed || plan.equal(back, value)) return [];
      return [
        {
          pointer: '/value',
          code: 'value-inexact',
          detail: `${plan.key}: ${labels[side]} would not keep it as typed`,
        },
      ];
    } catch (error) {
      if (!(error instanceof CanonError)) throw error;
      return [
        {
          pointer: '/value',
          code: error.code,
          detail: `${error.field}: expected ${error.expected} for ${labels[side]}, found ${error.found}`,
        },
      ];
    }
  });
  if (faults.length > 0) throw invalid(faults);
}

function typedGroup(plan: UnitPlan, value: Json): Canon {
  const names = plan.members.map(({ field }) => field);
  const expected = `expected an object with ${names.join(', ')}: a group is decided whole`;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw invalid([{ pointer: '/value', code: 'value-type', detail: expected }]);
  }
  const given = value as JsonObject;
  const faults: Fault[] = [
    ...names
      .filter((name) => !Object.hasOwn(given, name))
      .map((name) => ({ pointer: pointerTo(name), code: 'missing', detail: `is missing; ${expected}` })),
    ...Object.keys(given)
      .filter((name) => !names.includes(name))
      .map((name) => ({
        pointer: pointerTo(name),
        code: 'unknown',
        detail: `is not part of ${plan.key}; ${expected}`,
      })),
  ];
  if (faults.length > 0) throw invalid(faults);
  return Object.fromEntries(
    plan.members.map((member) => [
      member.field,
      typedField(member, given[member.field] as Json, pointerTo(member.field)),
    ]),
  );
}

function typedField(member: FieldPlan, value: Json, pointer: string): Canon {
  try {
    return canonise(member.type, value, member.field);
  } catch (error) {
    if (!(error instanceof CanonError)) throw error;
    throw invalid([
      {
        pointer,
        code: error.code,
        detail: `${error.field}: expected ${error.expected}, found ${error.found}`,
      },
    ]);
  }
}

function pointerTo(member: string): string {
  return `/value/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function invalid(faults: readonly Fault[]): AppError {
  return new AppError('invalid', faults.map(({ pointer, detail }) => `${pointer}: ${detail}`).join('; '), {
    faults,
  });
}
