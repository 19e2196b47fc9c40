import { SIDES, type Side } from '../core/clock.js';
import { columnPath } from '../core/lint/columns.js';
import { nearest } from '../core/lint/nearest.js';
import { fieldMapping } from '../core/mapping/field-mapping.js';
import { columnFacts, type SchemaFacts } from '../core/pipeline/facts.js';
import type { FieldSpec } from '../core/pipeline/spec.js';
import type { FieldType } from '../core/value.js';
import { jsonPointer, type Diagnostic } from './diagnostic.js';
import type { PipelineSource } from './project.js';

/** What is known of the objects of a pipeline; `undefined` where they were not looked at. */
export type SchemasOf = (pipeline: PipelineSource) => SchemaFacts | undefined;

interface Reference {
  readonly pipeline: PipelineSource;
  readonly field: string;
  readonly spec: FieldSpec;
  readonly name: string;
}

/** Fields that point to records of another pipeline: it is there, it is between the same systems, and its keys fit the columns. */
export function lintTargets(
  pipelines: readonly PipelineSource[],
  schemasOf: SchemasOf,
): readonly Diagnostic[] {
  const byName = new Map(pipelines.map((pipeline) => [pipeline.spec.metadata.name, pipeline]));
  return pipelines.flatMap((pipeline) =>
    Object.entries(pipeline.spec.fields).flatMap(([field, spec]) => {
      const { reference: name } = spec;
      if (name === undefined) return [];
      const reference = { pipeline, field, spec, name };
      const target = byName.get(name);
      if (target !== undefined) return targetFaults(reference, target, schemasOf);
      const guess = nearest(name, [...byName.keys()]);
      const message = `there is no pipeline ${name}${guess === null ? '' : `; did you mean ${guess}?`}`;
      return [fault(reference, 'project-reference-unknown', message, ['fields', field, 'reference'])];
    }),
  );
}

function targetFaults(
  reference: Reference,
  target: PipelineSource,
  schemasOf: SchemasOf,
): readonly Diagnostic[] {
  const { pipeline, field, spec, name } = reference;
  const found: Diagnostic[] = [];
  for (const end of ['a', 'b'] as const) {
    const [own, other] = [pipeline.spec.connections[end].ref, target.spec.connections[end].ref];
    if (own === other) continue;
    const message = `${name} has ${other} on ${end}, this pipeline has ${own}: an id of one system says nothing in another`;
    found.push(fault(reference, 'project-reference-connections', message, ['fields', field, 'reference']));
  }
  if (found.length > 0) return found;
  const own = schemasOf(pipeline) ?? { A: undefined, B: undefined };
  const others = schemasOf(target) ?? { A: undefined, B: undefined };
  const mapping = fieldMapping(field, spec, own);
  for (const side of SIDES)
    found.push(...keyFaults(reference, side, mapping[side].facts?.type ?? null, others));
  return found;
}

function keyFaults(
  reference: Reference,
  side: Side,
  type: FieldType | null,
  others: SchemaFacts,
): readonly Diagnostic[] {
  const object = others[side];
  if (object === undefined) return [];
  const { field, spec, name } = reference;
  const path = columnPath(field, spec, side);
  const [key, ...more] = object.key;
  if (key === undefined || more.length > 0) {
    const message = `records of ${name} have a key of several columns in ${object.object} (${object.key.join(', ')}); one column cannot point to them`;
    return [fault(reference, 'project-reference-key', message, path)];
  }
  const facts = columnFacts(object, key);
  if (type === null || facts === undefined || facts.type === null || fits(type, facts.type)) return [];
  const message = `the column is ${type}, ${object.object}.${key} is ${facts.nativeType}`;
  return [fault(reference, 'project-reference-type', message, path)];
}

function fits(column: FieldType, key: FieldType): boolean {
  return column === key || (column === 'text' && key === 'uuid');
}

function fault(
  { pipeline }: Reference,
  code: string,
  message: string,
  path: readonly (string | number)[],
): Diagnostic {
  return {
    severity: 'error',
    code,
    message,
    file: pipeline.file,
    ...pipeline.positionOf(path),
    path: jsonPointer(path),
  };
}
