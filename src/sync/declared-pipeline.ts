import type { Side } from '../core/clock.js';
import { fieldsOfRule } from '../core/matching/scored-rule.js';
import { archiveOf } from '../core/pipeline/archive.js';
import { scopeColumns } from '../core/pipeline/scope.js';
import type { PipelineSpec } from '../core/pipeline/spec.js';

/** A pipeline as declared in a file that was found valid. */
export interface DeclaredPipeline {
  readonly spec: PipelineSpec;
  readonly file: string;
  readonly text: string;
  readonly hash: string;
}

/** Fields that point to records, and the name of the pipeline that links those. */
export function referencesOf({ fields }: PipelineSpec): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(fields).flatMap(([field, { reference }]) =>
      reference === undefined ? [] : [[field, reference] as const],
    ),
  );
}

/**
 * The columns of a side that match rules and its scope read, and the one that tells what is deleted: without them nobody knows which
 * records belong here, and to which.
 */
export function matchColumns(spec: PipelineSpec, side: Side): readonly string[] {
  const columns = new Set(scopeColumns(spec, side));
  const archive = archiveOf(spec, side);
  if (archive !== undefined) columns.add(archive.column);
  for (const name of spec.match.flatMap(fieldsOfRule)) {
    for (const field of spec.groups?.[name]?.fields ?? [name]) {
      const end = side === 'A' ? spec.fields[field]?.a : spec.fields[field]?.b;
      if (end !== undefined) columns.add(typeof end === 'string' ? end : end.column);
    }
  }
  return [...columns];
}
