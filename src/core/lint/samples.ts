import { otherSide, SIDES, type Side } from '../clock.js';
import { CanonError, PlanError } from '../errors.js';
import { fieldMapping, type FieldEnd } from '../mapping/field-mapping.js';
import type { SchemaFacts } from '../pipeline/facts.js';
import type { FieldSpec, PipelineSpec } from '../pipeline/spec.js';
import { plainUnit, type UnitMapping } from '../pipeline/unit-plan.js';
import type { Canon, Raw } from '../value.js';
import { columnPath, isWritten } from './columns.js';
import { warning, type LintMessage } from './message.js';

/** Raw values per side and column: rows of the real tables. */
export type Samples = Readonly<Record<Side, Readonly<Record<string, readonly Raw[]>>>>;

export const NO_SAMPLES: Samples = { A: {}, B: {} };

/** A column may be named as a member that every object has. */
export function sampled(samples: Samples, side: Side, column: string | null): readonly Raw[] {
  const of = samples[side];
  return column !== null && Object.hasOwn(of, column) ? (of[column] ?? []) : [];
}

/**
 * Which of the real values would be refused? Each would block its field of its record, by name, and nothing else: hence warnings. Values
 * of a field that holds personal data are not shown.
 */
export function lintSamples(
  spec: PipelineSpec,
  schemas: SchemaFacts,
  samples: Samples,
): readonly LintMessage[] {
  return Object.entries(spec.fields).flatMap(([field, of]) => {
    const unit = unitOf(field, of, schemas);
    // Who is linked with whom tells what an id is written as: nothing that a row could show.
    return unit === null || of.reference !== undefined
      ? []
      : SIDES.flatMap((side) => fieldSamples(field, of, unit, schemas, samples, side));
  });
}

/** `null` where the lint says already that the field cannot be compiled. */
function unitOf(field: string, spec: FieldSpec, schemas: SchemaFacts): UnitMapping | null {
  try {
    return plainUnit(field, spec, schemas);
  } catch (thrown) {
    if (thrown instanceof PlanError) return null;
    throw thrown;
  }
}

function fieldSamples(
  field: string,
  spec: FieldSpec,
  unit: UnitMapping,
  schemas: SchemaFacts,
  samples: Samples,
  side: Side,
): readonly LintMessage[] {
  const mapping = fieldMapping(field, spec, schemas);
  const target = mapping[otherSide(side)];
  const raws = sampled(samples, side, mapping[side].column);
  const unreadable: string[] = [];
  const unwritable: string[] = [];
  for (const raw of raws) {
    const value = refusedAs(unreadable, spec, () => unit.get(side, raw));
    if (value === undefined || value === null || !isWritten(spec, otherSide(side))) continue;
    refusedAs(unwritable, spec, () => fitting(target, unit.put(otherSide(side), value, undefined), value));
  }
  const counted = (refused: readonly string[], what: string): string =>
    `${String(refused.length)} of ${String(raws.length)} values looked at ${what}: ${refused[0] ?? ''}`;
  const found: LintMessage[] = [];
  if (unreadable.length > 0)
    found.push(
      warning('value-unreadable', counted(unreadable, 'cannot be read'), columnPath(field, spec, side)),
    );
  if (unwritable.length > 0)
    found.push(
      warning(
        'value-unwritable',
        counted(unwritable, `cannot be written to ${target.column ?? ''}`),
        columnPath(field, spec, side),
      ),
    );
  return found;
}

/** What the column itself would refuse. */
function fitting(target: FieldEnd, raw: Raw, value: Canon): Canon {
  const { facts } = target;
  if (facts === undefined || typeof raw !== 'string') return value;
  const { name, type, maxLength, options } = facts;
  if (maxLength !== null && Array.from(raw).length > maxLength)
    throw new CanonError('value-type', name, `at most ${String(maxLength)} characters`, String(raw.length));
  if (type === 'enum' && options !== null && !options.includes(raw))
    throw new CanonError(
      'value-type',
      name,
      `one of ${options.slice(0, 8).join(', ')}`,
      JSON.stringify(raw.slice(0, 40)),
    );
  return value;
}

function refusedAs<T>(into: string[], spec: FieldSpec, run: () => T): T | undefined {
  try {
    return run();
  } catch (thrown) {
    if (!(thrown instanceof CanonError)) throw thrown;
    into.push(
      spec.pii === true
        ? `${thrown.field}: expected ${thrown.expected}, found something else`
        : thrown.message,
    );
    return undefined;
  }
}
