import type { Side } from '../clock.js';
import { columnFacts, type ColumnFacts, type SchemaFacts } from '../pipeline/facts.js';
import type { FieldEndSpec, FieldSpec } from '../pipeline/spec.js';
import type { FieldType } from '../value.js';

/** How one field appears on one side, with what the file leaves to defaults filled in. */
export interface FieldEnd {
  readonly column: string | null;
  readonly facts: ColumnFacts | undefined;
  readonly read: string | null;
  readonly write: string | null;
}

export interface FieldMapping {
  readonly field: string;
  readonly type: FieldType;
  readonly A: FieldEnd;
  readonly B: FieldEnd;
}

/** `transform` is short for the lens of side A: the canonical value then has the shape of B. */
export function fieldMapping(field: string, spec: FieldSpec, schemas: SchemaFacts): FieldMapping {
  const A = fieldEnd(spec.a, schemas, 'A');
  const B = fieldEnd(spec.b, schemas, 'B');
  const a =
    spec.transform === undefined
      ? A
      : { ...A, read: spec.transform.aToB ?? null, write: spec.transform.bToA ?? null };
  if (spec.reference !== undefined) return { field, type: 'text', A: a, B };
  return { field, type: spec.type ?? inferredType(a, B), A: a, B };
}

function fieldEnd(end: string | FieldEndSpec | undefined, schemas: SchemaFacts, side: Side): FieldEnd {
  const spec = typeof end === 'string' ? { column: end } : end;
  const column = spec?.column ?? null;
  return {
    column,
    facts: columnFacts(schemas[side], column),
    read: spec?.read ?? null,
    write: spec?.write ?? null,
  };
}

/** The type of the side whose value is taken as it is: B's, else A's. */
function inferredType(a: FieldEnd, b: FieldEnd): FieldType {
  const plain = [b, a].find((end) => end.read === null && end.write === null && end.facts !== undefined);
  return plain?.facts?.type ?? 'text';
}
