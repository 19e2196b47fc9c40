import { ExpressionError, PlanError } from '../errors.js';
import { toExpression } from '../expression/cel-value.js';
import { parseExpression, type Expression } from '../expression/expression.js';
import type { FieldPlan, Rule, RuleCandidate, RuleScope } from '../plan.js';
import type { Canon } from '../value.js';
import { durationMs } from './duration.js';
import type { RuleSpec } from './spec.js';
import type { UnitMapping } from './unit-plan.js';

/** Where a field's value is found: its unit, and its name there when the unit is a group. */
export interface FieldPlace {
  readonly unit: string;
  readonly member: FieldPlan;
  readonly isGroup: boolean;
}

export type Places = ReadonlyMap<string, FieldPlace>;

/** Names that a rule may use: both candidates, the base, and the record's other fields. */
export const RULE_NAMES = ['a', 'b', 'base', 'record'] as const;

const CANDIDATE_MEMBERS = new Set(['value', 'by', 'origin', 'at']);

/** Compiles a unit's rules. `reads`: the units that their expressions look at. Rules that expired at `now` are left out. */
export function compileRules(
  specs: readonly RuleSpec[],
  unit: UnitMapping,
  places: Places,
  path: readonly (string | number)[],
  now: number | null,
): { readonly rules: readonly Rule[]; readonly reads: ReadonlySet<string> } {
  const reads = new Set<string>();
  const rules: Rule[] = [];
  specs.forEach((spec, index) => {
    if (now !== null && spec.expiresAt !== undefined && Date.parse(spec.expiresAt) <= now) return;
    const at = [...path, index, 'when'];
    const when = spec.when === undefined ? null : ruleExpression(spec.when, at);
    const fields = when === null ? [] : fieldsRead(when, places, at);
    for (const [, place] of fields) reads.add(place.unit);
    rules.push({
      id: spec.id,
      when: when === null ? () => true : (scope) => holds(when, scope, unit, fields),
      take: spec.take === 'a' ? 'A' : spec.take === 'b' ? 'B' : spec.take,
      skewMs: spec.within === undefined ? 0 : durationMs(spec.within),
      merge: spec.merge ?? null,
    });
  });
  return { rules, reads };
}

/** The earliest time after `now` at which a rule expires and the pipeline has to be compiled again; `null` when none does. */
export function nextExpiry(rules: readonly RuleSpec[], now: number): number | null {
  const times = rules
    .flatMap(({ expiresAt }) => (expiresAt === undefined ? [] : [Date.parse(expiresAt)]))
    .filter((at) => at > now);
  return times.length === 0 ? null : Math.min(...times);
}

function ruleExpression(text: string, path: readonly (string | number)[]): Expression {
  try {
    const expression = parseExpression(text, RULE_NAMES);
    if (expression.type !== 'bool' && expression.type !== 'dyn') {
      throw new ExpressionError(
        'expression-invalid',
        `a condition is true or false, this is ${expression.type}`,
        0,
      );
    }
    return expression;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new PlanError(error.code, error.message, path, error.position, { cause: error });
  }
}

/** The record's fields that the expression reads, by name. Names that nothing provides are errors, not false conditions. */
function fieldsRead(
  expression: Expression,
  places: Places,
  path: readonly (string | number)[],
): readonly (readonly [string, FieldPlace])[] {
  const found = new Map<string, FieldPlace>();
  for (const [root, first, second] of expression.paths) {
    if ((root === 'a' || root === 'b') && first !== undefined && !CANDIDATE_MEMBERS.has(first)) {
      throw new PlanError(
        'unknown-name',
        `${root}.${first} does not exist; ${root} has value, by, origin and at`,
        path,
      );
    }
    if (root !== 'record') continue;
    const place = first === undefined ? undefined : places.get(first);
    if (first === undefined || place === undefined) {
      throw new PlanError(
        'unknown-field',
        first === undefined
          ? 'record must be followed by a field: record.plan.a'
          : `record.${first}: there is no field ${first}`,
        path,
      );
    }
    if (second !== 'a' && second !== 'b') {
      throw new PlanError(
        'unknown-name',
        `record.${first} must be followed by the side: record.${first}.a or record.${first}.b`,
        path,
      );
    }
    found.set(first, place);
  }
  return [...found];
}

function holds(
  when: Expression,
  scope: RuleScope,
  unit: UnitMapping,
  fields: readonly (readonly [string, FieldPlace])[],
): boolean {
  try {
    const record: Record<string, unknown> = {};
    for (const [field, { unit: key, member, isGroup }] of fields) {
      const values = scope.context[key];
      const of = (value: Canon | undefined): unknown =>
        toExpression(member.type, memberValue(value ?? null, isGroup ? member.field : null));
      record[field] = { a: of(values?.a), b: of(values?.b) };
    }
    const context = {
      a: candidate(scope.a, unit),
      b: candidate(scope.b, unit),
      base: unitValue(scope.base, unit),
      record,
    };
    return when.run(context) === true;
  } catch (error) {
    // Also a condition that fails on these values (a comparison with a blank, say) does not hold.
    if (error instanceof ExpressionError) return false;
    throw error;
  }
}

function candidate(from: RuleCandidate | null, unit: UnitMapping): unknown {
  return from === null
    ? null
    : { value: unitValue(from.value, unit), by: from.by, origin: from.origin, at: from.at };
}

function unitValue(value: Canon, unit: UnitMapping): unknown {
  const [only] = unit.members;
  if (!unit.isGroup) return only === undefined ? null : toExpression(only.type, value);
  return Object.fromEntries(
    unit.members.map((member) => [member.field, toExpression(member.type, memberValue(value, member.field))]),
  );
}

function memberValue(value: Canon, field: string | null): Canon {
  if (field === null || value === null) return value;
  return (value as { readonly [field: string]: Canon })[field] ?? null;
}
