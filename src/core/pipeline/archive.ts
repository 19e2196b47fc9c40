import { decode, encode } from '../canon/codec.js';
import type { Side } from '../clock.js';
import { CanonError, PlanError } from '../errors.js';
import type { Archive } from '../plan.js';
import { jsonEqual, stableStringify, type Canon, type FieldType, type Json, type Raw } from '../value.js';
import { columnFacts, type SchemaFacts } from './facts.js';
import type { ArchiveSpec, PipelineSpec } from './spec.js';

/** The word for the time of the deletion, in a column that holds times. */
export const NOW = 'now';

const TEMPORAL: ReadonlySet<FieldType> = new Set(['date', 'datetime', 'localdatetime']);

export function archiveOf(spec: PipelineSpec, side: Side): ArchiveSpec | undefined {
  return spec.deletes?.archive?.[side === 'A' ? 'a' : 'b'];
}

/** Sides on which a deletion is told otherwise than before. */
export function changedArchives(before: PipelineSpec, after: PipelineSpec): readonly Side[] {
  const text = (spec: PipelineSpec, side: Side): string =>
    stableStringify((archiveOf(spec, side) ?? null) as Json);
  return (['A', 'B'] as const).filter((side) => text(before, side) !== text(after, side));
}

/** What a row is given that is not deleted; `undefined`: it is not said, and does not follow from the mark. */
export function liveValue({ mark, live }: ArchiveSpec): Json | undefined {
  if (live !== undefined) return live;
  if (typeof mark === 'boolean') return !mark;
  return mark === NOW ? null : undefined;
}

export function isTemporal(type: FieldType): boolean {
  return TEMPORAL.has(type);
}

/** @throws PlanError naming the value that its column cannot hold */
export function compileArchives(
  spec: PipelineSpec,
  schemas: SchemaFacts,
): Readonly<Partial<Record<Side, Archive>>> {
  const archives: Partial<Record<Side, Archive>> = {};
  for (const side of ['A', 'B'] as const) {
    const archive = archiveOf(spec, side);
    if (archive === undefined) continue;
    const type = columnFacts(schemas[side], archive.column)?.type ?? offlineType(archive);
    archives[side] = compiled(archive, type, ['deletes', 'archive', side === 'A' ? 'a' : 'b']);
  }
  return archives;
}

function compiled(spec: ArchiveSpec, type: FieldType, path: readonly string[]): Archive {
  const { column, mark } = spec;
  const live = valueOf(liveValue(spec), type, column, [...path, 'live']);
  const timed = mark === NOW && isTemporal(type);
  const marked = timed ? null : valueOf(mark, type, column, [...path, 'mark']);
  if (timed ? false : marked === null || jsonEqual(marked, live))
    throw new PlanError('archive-value', `${column}: a deleted row and one that stands look the same`, path);
  return {
    column,
    words: timed ? `${column} is set` : `${column} = ${JSON.stringify(mark)}`,
    isMarked: (raw) => {
      const value = read(type, raw, column);
      if (value === undefined) return false;
      return timed ? !jsonEqual(value, live) : jsonEqual(value, marked);
    },
    mark: (now) => encode(type, timed ? timeIn(type, now) : marked),
    live: encode(type, live),
  };
}

function valueOf(value: Json | undefined, type: FieldType, column: string, path: readonly string[]): Canon {
  if (value === undefined)
    throw new PlanError(
      'archive-value',
      `${column}: what a row is given that is not deleted must be said`,
      path,
    );
  try {
    return decode(type, value, column);
  } catch (error) {
    if (!(error instanceof CanonError)) throw error;
    throw new PlanError('archive-value', error.message, path, null, { cause: error });
  }
}

/** `undefined`: the row holds what cannot be of the type. */
function read(type: FieldType, raw: Raw, column: string): Canon | undefined {
  try {
    return decode(type, raw, column);
  } catch (error) {
    if (error instanceof CanonError) return undefined;
    throw error;
  }
}

/** In UTC, where the column has no zone. */
function timeIn(type: FieldType, now: number): Canon {
  const text = new Date(now).toISOString();
  if (type === 'date') return text.slice(0, 10);
  return decode(type, type === 'datetime' ? text : text.slice(0, -1), NOW);
}

function offlineType({ mark }: ArchiveSpec): FieldType {
  if (typeof mark === 'boolean') return 'boolean';
  if (typeof mark === 'number') return 'decimal';
  return mark === NOW ? 'datetime' : 'text';
}
