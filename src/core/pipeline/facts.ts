import type { Side } from '../clock.js';
import type { Tier } from '../plan.js';
import type { FieldType } from '../value.js';

/** What is known of an object on one side; a connector's ObjectSchema has this shape. */
export interface ObjectFacts {
  readonly object: string;
  readonly key: readonly string[];
  readonly fields: readonly ColumnFacts[];
}

export interface ColumnFacts {
  readonly name: string;
  /** The system's own name of the type: `numeric(10,2)`. */
  readonly nativeType: string;
  /** `null`: a type that cannot be kept exactly. */
  readonly type: FieldType | null;
  readonly required: boolean;
  readonly readOnly: boolean;
  readonly unique: boolean;
  readonly hasDefault: boolean;
  readonly maxLength: number | null;
  readonly options: readonly string[] | null;
}

/** What is known of a side besides its columns. */
export interface SideFacts {
  readonly label: string;
  readonly tier: Tier;
  readonly orderedLog: boolean;
}

/** `undefined` for a side that was not looked at (validation without a connection). */
export type SchemaFacts = Readonly<Record<Side, ObjectFacts | undefined>>;

export function columnFacts(schema: ObjectFacts | undefined, column: string | null): ColumnFacts | undefined {
  return column === null ? undefined : schema?.fields.find((field) => field.name === column);
}

/** Digits behind the point that a column shows always: `numeric(10,2)` → 2. */
export function columnScale(column: ColumnFacts | undefined): number {
  const match = /^(?:numeric|decimal)\(\d+,\s*(\d+)\)$/.exec(column?.nativeType ?? '');
  return match === null ? 0 : Number(match[1]);
}
