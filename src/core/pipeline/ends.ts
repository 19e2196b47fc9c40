import type { Side } from '../clock.js';
import { archiveOf } from './archive.js';
import { allFields } from './scope.js';
import type { EndpointSpec, FieldEndSpec, PipelineSpec } from './spec.js';

export function endOf(spec: PipelineSpec, side: Side): EndpointSpec {
  return side === 'A' ? spec.connections.a : spec.connections.b;
}

/** The columns a pipeline uses on a side, in file order, once each. */
export function columnsOf(spec: PipelineSpec, side: Side): readonly string[] {
  const columns = new Set<string>();
  for (const field of Object.values(allFields(spec))) {
    const column = columnOn(side === 'A' ? field.a : field.b);
    if (column !== null) columns.add(column);
  }
  const archive = archiveOf(spec, side);
  if (archive !== undefined) columns.add(archive.column);
  return [...columns];
}

/** Those of them that are written. */
export function writtenColumnsOf(spec: PipelineSpec, side: Side): readonly string[] {
  const away = side === 'A' ? 'aToB' : 'bToA';
  const columns = new Set<string>();
  for (const { direction = 'both', a, b } of Object.values(spec.fields)) {
    const column = columnOn(side === 'A' ? a : b);
    if (column !== null && direction !== away) columns.add(column);
  }
  const archive = archiveOf(spec, side);
  if (archive !== undefined) columns.add(archive.column);
  return [...columns];
}

function columnOn(end: string | FieldEndSpec | undefined): string | null {
  return end === undefined ? null : typeof end === 'string' ? end : end.column;
}
