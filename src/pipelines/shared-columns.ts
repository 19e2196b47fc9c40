import { SIDES, type Side } from '../core/clock.js';
import { isWritten } from '../core/lint/columns.js';
import { fieldMapping } from '../core/mapping/field-mapping.js';
import type { PipelineSpec } from '../core/pipeline/spec.js';
import { jsonPointer, type Diagnostic } from './diagnostic.js';
import type { PipelineSource } from './project.js';

/** The places of a pipeline's two objects, as far as they are known by more than their names. */
export type PlacesOf = (pipeline: PipelineSource) => Readonly<Partial<Record<Side, string>>>;

interface Writer {
  readonly pipeline: PipelineSource;
  readonly side: Side;
  readonly field: string;
  /** Both objects of the pipeline, whichever is called a. */
  readonly pair: string;
}

/**
 * Columns that two pipelines write. Between the same two objects they would write over each other: an error. A table that is kept in
 * agreement with several others may be meant, but an edit then goes round through all of them: a warning. Each names the other.
 */
export function sharedColumns(
  pipelines: readonly PipelineSource[],
  placesOf: PlacesOf,
): readonly Diagnostic[] {
  const writers = new Map<string, Writer[]>();
  for (const pipeline of pipelines) {
    const known = placesOf(pipeline);
    const place = (side: Side): string => known[side] ?? declaredPlace(pipeline.spec, side);
    const pair = JSON.stringify([place('A'), place('B')].sort());
    for (const side of SIDES) {
      for (const [field, column] of writtenColumns(pipeline.spec, side)) {
        const key = JSON.stringify([place(side), column]);
        const of = writers.get(key) ?? [];
        of.push({ pipeline, side, field, pair });
        writers.set(key, of);
      }
    }
  }
  return [...writers.values()].flatMap((of) =>
    of.flatMap((writer) => {
      const other = of.find(({ pipeline }) => pipeline !== writer.pipeline);
      return other === undefined ? [] : [shared(writer, other)];
    }),
  );
}

function shared({ pipeline, side, field, pair }: Writer, other: Writer): Diagnostic {
  const { spec, file, positionOf } = pipeline;
  const end = side === 'A' ? 'a' : 'b';
  const path = [
    'fields',
    field,
    ...(typeof spec.fields[field]?.[end] === 'object' ? [end, 'column'] : [end]),
  ];
  const column =
    fieldMapping(field, spec.fields[field] ?? {}, { A: undefined, B: undefined })[side].column ?? '';
  const where = `${spec.connections[end].object}.${column}`;
  const with_ = `${other.pipeline.spec.metadata.name} (${other.pipeline.file}, field ${other.field})`;
  const same = pair === other.pair;
  return {
    severity: same ? 'error' : 'warning',
    code: 'project-column-shared',
    message: same
      ? `${where} is written by pipeline ${with_} too, between the same two objects; they would write over each other`
      : `${where} is written by pipeline ${with_} too; an edit travels through both, and each decides over it on its own`,
    file,
    ...positionOf(path),
    path: jsonPointer(path),
  };
}

function writtenColumns(
  spec: PipelineSpec,
  side: Side,
): readonly (readonly [field: string, column: string])[] {
  return Object.entries(spec.fields).flatMap(([field, of]) => {
    const { column } = fieldMapping(field, of, { A: undefined, B: undefined })[side];
    return column === null || !isWritten(of, side) ? [] : [[field, column] as const];
  });
}

/** Offline: what the file says. `people` and `public.people` are mostly the same table. */
function declaredPlace(spec: PipelineSpec, side: Side): string {
  const { ref, object } = side === 'A' ? spec.connections.a : spec.connections.b;
  return JSON.stringify([ref, object.includes('.') ? object : `public.${object}`]);
}
