import { SIDES, otherSide, type Side } from '../clock.js';
import { fieldMapping, type FieldEnd } from '../mapping/field-mapping.js';
import { archiveOf } from '../pipeline/archive.js';
import { columnFacts, type ColumnFacts, type SchemaFacts } from '../pipeline/facts.js';
import { scopeColumns } from '../pipeline/scope.js';
import type { EndpointSpec, FieldSpec, PipelineSpec } from '../pipeline/spec.js';
import type { FieldType } from '../value.js';
import { error, warning, type LintMessage, type SpecPath } from './message.js';
import { nearest } from './nearest.js';

/** Do the columns exist, fit and accept what will be written? Only for sides whose schema is known. */
export function lintColumns(spec: PipelineSpec, schemas: SchemaFacts): readonly LintMessage[] {
  const found: LintMessage[] = [];
  for (const [field, of] of Object.entries(spec.fields)) found.push(...fieldColumns(field, of, schemas));
  for (const side of SIDES) {
    found.push(
      ...scopeMessages(spec, side, schemas),
      ...endpointColumns(side, spec.connections[lower(side)], schemas),
      ...unmappedColumns(spec, side, schemas),
    );
  }
  return found;
}

function lower(side: Side): 'a' | 'b' {
  return side === 'A' ? 'a' : 'b';
}

function fieldColumns(field: string, spec: FieldSpec, schemas: SchemaFacts): readonly LintMessage[] {
  const found: LintMessage[] = [];
  const mapping = fieldMapping(field, spec, schemas);
  for (const side of SIDES) {
    const end = mapping[side];
    const path = columnPath(field, spec, side);
    const fault = missing(end.column, schemas, side, path);
    if (fault !== null) found.push(fault);
    if (end.facts === undefined) continue;
    const written = isWritten(spec, side);
    if (end.facts.type === null) {
      found.push(
        error(
          'column-unsupported',
          `${end.facts.name} is ${end.facts.nativeType}, which cannot be kept exactly`,
          path,
        ),
      );
      continue;
    }
    if (written && end.facts.readOnly)
      found.push(
        error('column-read-only', `${end.facts.name} cannot be written (generated or no permission)`, path),
      );
    // The keys that it points to tell which types go together (pipelines/references.ts).
    const own = spec.reference === undefined && end.read === null && end.write === null;
    if (own && !fits(mapping.type, end.facts.type)) {
      const message = `${end.facts.name} is ${end.facts.nativeType}, the field is ${mapping.type}; a transform is needed`;
      found.push(error('type-mismatch', message, path));
    }
    if (written && spec.reference === undefined) found.push(...narrower(end, mapping[otherSide(side)], path));
  }
  return found;
}

/** A value can be longer than its target holds, or be none of its options: that one record would be refused, so only a warning. */
function narrower(target: FieldEnd, source: FieldEnd, path: SpecPath): readonly LintMessage[] {
  const to = target.facts;
  const from = source.facts;
  if (to === undefined || from === undefined || target.write !== null || source.read !== null) return [];
  const found: LintMessage[] = [];
  if (
    to.maxLength !== null &&
    (from.maxLength === null || from.maxLength > to.maxLength) &&
    from.options === null
  ) {
    found.push(
      warning(
        'column-length',
        `${to.name} holds ${String(to.maxLength)} characters, ${from.name} ${from.maxLength === null ? 'any number' : String(from.maxLength)}; longer values will be blocked`,
        path,
      ),
    );
  }
  const options = to.options;
  const lacking = options === null ? [] : (from.options ?? []).filter((option) => !options.includes(option));
  if (lacking.length > 0)
    found.push(
      warning(
        'options-differ',
        `${to.name} does not know ${lacking.slice(0, 5).join(', ')}; such values will be blocked`,
        path,
      ),
    );
  return found;
}

export function columnPath(field: string, spec: FieldSpec, side: Side): SpecPath {
  const end = lower(side);
  return typeof spec[end] === 'object' ? ['fields', field, end, 'column'] : ['fields', field, end];
}

export function isWritten(spec: FieldSpec, side: Side): boolean {
  if (spec.contextOnly === true) return false;
  return spec.direction !== (side === 'A' ? 'aToB' : 'bToA');
}

const ALIKE: Readonly<Partial<Record<FieldType, readonly FieldType[]>>> = {
  // A list can be taken as a set, a narrower number as a wider one, and what is text for the column may be an enumeration here.
  set: ['list'],
  decimal: ['integer'],
  text: ['enum', 'uuid'],
  enum: ['text'],
};

function fits(field: FieldType, column: FieldType): boolean {
  return field === column || (ALIKE[field]?.includes(column) ?? false);
}

function missing(
  column: string | null,
  schemas: SchemaFacts,
  side: Side,
  path: SpecPath,
): LintMessage | null {
  const schema = schemas[side];
  if (schema === undefined || column === null || schema.fields.some(({ name }) => name === column))
    return null;
  const guess = nearest(
    column,
    schema.fields.map(({ name }) => name),
  );
  return error(
    'column-unknown',
    `${schema.object} has no column ${column}${guess === null ? '' : `; did you mean ${guess}?`}`,
    path,
  );
}

function endpointColumns(side: Side, endpoint: EndpointSpec, schemas: SchemaFacts): readonly LintMessage[] {
  const path = ['connections', lower(side)];
  const columns: [string | undefined, SpecPath][] = [
    [endpoint.actor, [...path, 'actor']],
    [endpoint.capture?.updatedAt, [...path, 'capture', 'updatedAt']],
  ];
  return columns.flatMap(([column, at]) => missing(column ?? null, schemas, side, at) ?? []);
}

/** A column that only a filter reads is no field of the file: what is wrong with it is said at the filter. */
function scopeMessages(spec: PipelineSpec, side: Side, schemas: SchemaFacts): readonly LintMessage[] {
  const path = ['scope', lower(side), 'filter'];
  return scopeColumns(spec, side).flatMap((column): readonly LintMessage[] => {
    const fault = missing(column, schemas, side, path);
    if (fault !== null) return [fault];
    const facts = columnFacts(schemas[side], column);
    return facts?.type === null
      ? [error('column-unsupported', `${column} is ${facts.nativeType}, which cannot be kept exactly`, path)]
      : [];
  });
}

/** Where records are created, every required column needs a field, a default, or a key that the side hands out. */
function unmappedColumns(spec: PipelineSpec, side: Side, schemas: SchemaFacts): readonly LintMessage[] {
  const schema = schemas[side];
  const create = spec.match.findIndex(({ action }) => action === 'create');
  const way = spec.match[create]?.direction ?? 'both';
  if (schema === undefined || create < 0 || way === (side === 'A' ? 'aToB' : 'bToA')) return [];
  const mapped = new Set(
    Object.entries(spec.fields).flatMap(([field, of]) =>
      isWritten(of, side) ? [fieldMapping(field, of, schemas)[side].column] : [],
    ),
  );
  const archive = archiveOf(spec, side);
  if (archive !== undefined) mapped.add(archive.column);
  const lacks = (column: ColumnFacts): boolean =>
    column.required && !column.hasDefault && !column.readOnly && !mapped.has(column.name);
  return schema.fields
    .filter(lacks)
    .map(({ name }) =>
      error(
        'required-unmapped',
        `records are created on ${lower(side)}, but its required column ${name} has neither a field nor a default`,
        ['match', create],
      ),
    );
}
