import { decode } from '../canon/codec.js';
import type { Side } from '../clock.js';
import { CanonError, ExpressionError, PlanError } from '../errors.js';
import { toExpression } from '../expression/cel-value.js';
import { parseExpression, type Expression } from '../expression/expression.js';
import type { Scope, SidePlan } from '../plan.js';
import { columnFacts, type SchemaFacts } from './facts.js';
import type { FieldSpec, PipelineSpec } from './spec.js';

/** The name under which a filter reads the side's own row: `row.status == "active"`. */
const ROW = 'row';

type End = 'a' | 'b';

/**
 * The fields of a pipeline with those that nothing but a scope reads: a column that a filter looks at and no field maps is a context field
 * of its own, `$a.status`, so that its change is seen and kept like any other (decisions §1).
 */
export function allFields(spec: PipelineSpec): Readonly<Record<string, FieldSpec>> {
  if (spec.scope === undefined) return spec.fields;
  const fields: Record<string, FieldSpec> = { ...spec.fields };
  for (const end of ['a', 'b'] as const) {
    const mapped = new Set(Object.values(spec.fields).map((field) => columnOf(field, end)));
    for (const column of columnsRead(spec, end)) {
      if (!mapped.has(column)) fields[`$${end}.${column}`] = { [end]: column, contextOnly: true };
    }
  }
  return fields;
}

/** The columns of a side that its scope reads. A filter that is none reads nothing: the lint says so, and compiling it throws. */
export function scopeColumns(spec: PipelineSpec, side: Side): readonly string[] {
  return columnsRead(spec, side === 'A' ? 'a' : 'b');
}

/** Sides whose records are chosen otherwise than before. */
export function changedScopes(before: PipelineSpec, after: PipelineSpec): readonly Side[] {
  return (['A', 'B'] as const).filter((side) => {
    const end = side === 'A' ? 'a' : 'b';
    return before.scope?.[end]?.filter !== after.scope?.[end]?.filter;
  });
}

/** @throws PlanError naming the filter that is none */
export function compileScopes(
  spec: PipelineSpec,
  schemas: SchemaFacts,
  sides: Readonly<Record<Side, SidePlan>>,
): Readonly<Partial<Record<Side, Scope>>> {
  const scopes: Partial<Record<Side, Scope>> = {};
  for (const side of ['A', 'B'] as const) {
    const end = side === 'A' ? 'a' : 'b';
    const filter = spec.scope?.[end]?.filter;
    if (filter !== undefined) scopes[side] = compiled(filter, ['scope', end, 'filter'], side, schemas, sides);
  }
  return scopes;
}

function compiled(
  filter: string,
  path: readonly string[],
  side: Side,
  schemas: SchemaFacts,
  sides: Readonly<Record<Side, SidePlan>>,
): Scope {
  const expression = parsed(filter, path);
  const columns = namesOf(expression);
  const types = columns.map((column) => columnFacts(schemas[side], column)?.type ?? 'text');
  const units = columns.flatMap((column) => sides[side].column.get(column)?.unit ?? []);
  return {
    filter,
    columns,
    units: [...new Set(units)],
    holds: (values) => {
      try {
        const row = Object.fromEntries(
          columns.map((column, i) => {
            const type = types[i] ?? 'text';
            return [column, toExpression(type, decode(type, values[column] ?? null, column))];
          }),
        );
        return expression.run({ [ROW]: row }) === true;
      } catch (error) {
        // As with a rule: a condition that fails on these values (a comparison with a blank, say) does not hold.
        if (error instanceof ExpressionError || error instanceof CanonError) return false;
        throw error;
      }
    },
  };
}

function parsed(filter: string, path: readonly string[]): Expression {
  try {
    const expression = parseExpression(filter, [ROW]);
    if (expression.type !== 'bool' && expression.type !== 'dyn')
      throw new ExpressionError(
        'expression-invalid',
        `a filter is true or false, this is ${expression.type}`,
        0,
      );
    if (expression.paths.length === 0 || expression.paths.some((names) => names[1] === undefined))
      throw new ExpressionError(
        'expression-invalid',
        'a filter reads columns of the row by name: row.status == "active"',
        0,
      );
    return expression;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new PlanError(error.code, error.message, path, error.position, { cause: error });
  }
}

function columnsRead(spec: PipelineSpec, end: End): readonly string[] {
  const filter = spec.scope?.[end]?.filter;
  if (filter === undefined) return [];
  try {
    return namesOf(parseExpression(filter, [ROW]));
  } catch (error) {
    if (error instanceof ExpressionError) return [];
    throw error;
  }
}

function namesOf({ paths }: Expression): readonly string[] {
  return [...new Set(paths.flatMap(([, column]) => column ?? []))];
}

function columnOf(field: FieldSpec, end: End): string | undefined {
  const of = field[end];
  return typeof of === 'object' ? of.column : of;
}
