import { ExpressionError, PlanError } from '../errors.js';
import { toExpression } from '../expression/cel-value.js';
import { parseExpression } from '../expression/expression.js';
import type { Invariant } from '../plan.js';
import type { Canon } from '../value.js';
import type { Places } from './rules.js';
import type { PipelineSpec } from './spec.js';

type InvariantSpec = NonNullable<PipelineSpec['invariants']>[number];

/**
 * Compiles an invariant. Its expression names the listed fields directly: `starts_on <= ends_on`. As with a CHECK constraint, an
 * expression that fails because a field is blank holds.
 */
export function compileInvariant(spec: InvariantSpec, index: number, places: Places): Invariant {
  const path = ['invariants', index];
  const fields = spec.fields.map((field, i) => {
    const place = places.get(field);
    if (place === undefined)
      throw new PlanError('unknown-field', `there is no field ${field}`, [...path, 'fields', i]);
    return { field, place };
  });
  const expression = parsed(spec, [...path, 'expect']);
  const holds: Invariant['holds'] = (values) => {
    const scope: Record<string, unknown> = {};
    try {
      for (const { field, place } of fields)
        scope[field] = toExpression(
          place.member.type,
          valueOf(values[place.unit], place.isGroup ? field : null),
        );
      return expression.run(scope) === true;
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      return Object.values(scope).includes(null);
    }
  };
  return {
    id: spec.id,
    units: [...new Set(fields.map(({ place }) => place.unit))],
    holds,
    message: spec.message ?? `${spec.expect} does not hold`,
  };
}

function parsed(spec: InvariantSpec, path: readonly (string | number)[]) {
  try {
    return parseExpression(spec.expect, spec.fields);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new PlanError(error.code, error.message, path, error.position, { cause: error });
  }
}

function valueOf(value: Canon | undefined, member: string | null): Canon {
  if (value === undefined || value === null || member === null) return value ?? null;
  return (value as { readonly [field: string]: Canon })[member] ?? null;
}
