import { SIDES, type Side } from '../clock.js';
import { PlanError } from '../errors.js';
import { archiveOf, compileArchives, isTemporal, NOW } from '../pipeline/archive.js';
import { columnFacts, type SchemaFacts } from '../pipeline/facts.js';
import { scopeColumns } from '../pipeline/scope.js';
import type { ArchiveSpec, PipelineSpec } from '../pipeline/spec.js';
import { error, type LintMessage, type SpecPath } from './message.js';
import { nearest } from './nearest.js';

/** Can a side tell of deletions by this column, and can they be written there? */
export function lintArchives(spec: PipelineSpec, schemas: SchemaFacts): readonly LintMessage[] {
  return SIDES.flatMap((side) => {
    const archive = archiveOf(spec, side);
    if (archive === undefined) return [];
    const path = ['deletes', 'archive', lower(side)];
    const column = [...columnUse(spec, side, archive, path), ...columnKind(schemas, side, archive, path)];
    return column.length > 0 ? column : values(spec, schemas, side, archive, path);
  });
}

function lower(side: Side): 'a' | 'b' {
  return side === 'A' ? 'a' : 'b';
}

/** What marks a deletion says nothing else: else a deletion would be an edit as well, or an edit a deletion. */
function columnUse(
  spec: PipelineSpec,
  side: Side,
  { column }: ArchiveSpec,
  path: SpecPath,
): readonly LintMessage[] {
  const end = lower(side);
  const field = Object.entries(spec.fields).find(([, of]) => {
    const mapped = of[end];
    return (typeof mapped === 'object' ? mapped.column : mapped) === column;
  })?.[0];
  const { actor, capture } = spec.connections[end];
  const use =
    field !== undefined
      ? `the field ${field} maps it`
      : scopeColumns(spec, side).includes(column)
        ? 'the scope reads it: a record that is marked would leave it instead of being deleted'
        : column === actor || column === capture?.updatedAt
          ? 'it says who made a change, or when'
          : null;
  return use === null
    ? []
    : [error('archive-column', `${column} cannot tell of deletions: ${use}`, [...path, 'column'])];
}

function columnKind(
  schemas: SchemaFacts,
  side: Side,
  { column }: ArchiveSpec,
  path: SpecPath,
): readonly LintMessage[] {
  const schema = schemas[side];
  if (schema === undefined) return [];
  const at = [...path, 'column'];
  const facts = columnFacts(schema, column);
  if (facts === undefined) {
    const names = schema.fields.map(({ name }) => name);
    const guess = nearest(column, names);
    const hint = guess === null ? '' : `; did you mean ${guess}?`;
    return [error('column-unknown', `${schema.object} has no column ${column}${hint}`, at)];
  }
  if (schema.key.includes(column))
    return [error('archive-column', `${column} cannot tell of deletions: it is part of the key`, at)];
  if (facts.type === null)
    return [
      error('column-unsupported', `${column} is ${facts.nativeType}, which cannot be kept exactly`, at),
    ];
  if (facts.readOnly)
    return [error('column-read-only', `${column} cannot be written (generated or no permission)`, at)];
  return [];
}

function values(
  spec: PipelineSpec,
  schemas: SchemaFacts,
  side: Side,
  archive: ArchiveSpec,
  path: SpecPath,
): readonly LintMessage[] {
  const facts = columnFacts(schemas[side], archive.column);
  try {
    const live = compileArchives(spec, { A: undefined, B: undefined, [side]: schemas[side] })[side]?.live;
    if (live === null && facts?.required === true)
      return [
        fault(`${archive.column} cannot be blank: say what a row has that is not deleted`, path, 'live'),
      ];
  } catch (thrown) {
    if (!(thrown instanceof PlanError)) throw thrown;
    // Of the other side something else is said, at its own place.
    return thrown.path[2] === lower(side) ? [error('archive-value', thrown.message, thrown.path)] : [];
  }
  if (archive.mark === NOW && facts?.type !== undefined && facts.type !== null && !isTemporal(facts.type))
    return [fault(`${archive.column} is ${facts.nativeType}: now is a time`, path, 'mark')];
  const options = facts?.options ?? null;
  const strange = [archive.mark, archive.live].find(
    (value) => value !== undefined && value !== NOW && options !== null && !options.includes(String(value)),
  );
  return strange === undefined
    ? []
    : [
        fault(
          `${archive.column} does not know ${String(strange)}`,
          path,
          strange === archive.mark ? 'mark' : 'live',
        ),
      ];
}

function fault(message: string, path: SpecPath, key: 'mark' | 'live'): LintMessage {
  return error('archive-value', message, [...path, key]);
}
