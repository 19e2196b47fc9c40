import { SIDES, type Side } from '../clock.js';
import { decode } from '../canon/codec.js';
import { CanonError, PlanError, shown } from '../errors.js';
import { fieldMapping, type FieldMapping } from '../mapping/field-mapping.js';
import { plainUnit, type UnitMapping } from '../pipeline/unit-plan.js';
import type { SchemaFacts } from '../pipeline/facts.js';
import type { FieldSpec, PipelineSpec } from '../pipeline/spec.js';
import type { Canon, FieldType, Raw } from '../value.js';
import { error, type LintMessage, type SpecPath } from './message.js';
import { lensExpressions } from './expressions.js';
import { sampled, type Samples } from './samples.js';

/** Texts of many kinds; those that an expression refuses say nothing about it. */
const TEXTS = [
  'Abc',
  ' x ',
  'a; b',
  'b,a',
  '42',
  '-7.25',
  '1.234,50',
  '1,234.50',
  'true',
  'DE',
  'Germany',
  '+493012345678',
  '030 12345678',
  '2024-02-29',
  '29.02.2024',
  '02/29/2024',
  '2024-02-29T13:14:15.123456Z',
  'é',
  'ann@example.com',
];

const TYPED: Readonly<Partial<Record<FieldType, readonly Raw[]>>> = {
  integer: ['0', '-7', '1234567'],
  decimal: ['0', '-7.25', '1234.5678', '0.01'],
  float: ['0', '-7.25', '1e-7'],
  boolean: ['true', 'false'],
  date: ['2024-02-29', '1969-12-31'],
  datetime: ['2024-02-29T13:14:15.123456Z', '1969-12-31T23:59:59Z'],
  localdatetime: ['2024-02-29T13:14:15.123456', '1969-12-31T23:59:59'],
  time: ['13:14:15.5'],
  uuid: ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
  set: ['{}', '{a}', '{b,"a b"}'],
  list: ['{}', '{b,a,b}'],
  json: ['{"a": 1}', '[1]'],
  bytes: ['\\x00ff'],
};

/**
 * What is written to a side must be read back as the same value, or every write would look like an edit. Tried on sample values;
 * one that does not come back is an error unless the field says `lossy: true`.
 */
export function lintRoundTrips(
  spec: PipelineSpec,
  schemas: SchemaFacts,
  samples: Samples,
): readonly LintMessage[] {
  return Object.entries(spec.fields).flatMap(([field, of]) =>
    of.contextOnly === true ? [] : fieldRoundTrips(field, of, schemas, samples),
  );
}

function fieldRoundTrips(
  field: string,
  spec: FieldSpec,
  schemas: SchemaFacts,
  samples: Samples,
): readonly LintMessage[] {
  const mapping = fieldMapping(field, spec, schemas);
  const written = SIDES.filter((side) => spec.direction !== (side === 'A' ? 'aToB' : 'bToA'));
  const found: LintMessage[] = [];
  let unit: UnitMapping;
  try {
    unit = plainUnit(field, spec, schemas);
  } catch (thrown) {
    if (thrown instanceof PlanError) return [];
    throw thrown;
  }
  for (const side of written) {
    const { read, write, column } = mapping[side];
    if (column === null || (read === null && write === null)) continue;
    const path = lensPath(field, spec, side);
    if (read === null || write === null) {
      const lacking = read === null ? 'read back' : 'written';
      if (spec.lossy !== true)
        found.push(
          error(
            'transform-one-sided',
            `the column on ${side.toLowerCase()} is ${read === null ? 'written' : 'read'} through a transform, but not ${lacking} through one`,
            path,
          ),
        );
      continue;
    }
    if (spec.lossy === true) continue;
    const broken = firstBroken(unit, side, values(unit, mapping, spec, samples));
    if (broken !== null) {
      const [value, raw, back] = broken.map((of) => (spec.pii === true ? '…' : shown(of)));
      found.push(
        error(
          'transform-lossy',
          `${value ?? ''} is written to ${side.toLowerCase()} as ${raw ?? ''}, which is read as ${back ?? ''}; mend the pair, compare more loosely, or say lossy: true`,
          path,
        ),
      );
    }
  }
  return found;
}

function lensPath(field: string, spec: FieldSpec, side: Side): SpecPath {
  return side === 'A' && spec.transform !== undefined
    ? ['fields', field, 'transform']
    : ['fields', field, side === 'A' ? 'a' : 'b'];
}

/** Canonical values that either side can bring up. */
function values(
  unit: UnitMapping,
  mapping: FieldMapping,
  spec: FieldSpec,
  samples: Samples,
): readonly Canon[] {
  const literals = lensExpressions(spec, []).flatMap(([text]) =>
    [...text.matchAll(/"([^"\\]*)"|'([^'\\]*)'/g)].map((match) => match[1] ?? match[2] ?? ''),
  );
  const found: Canon[] = [];
  for (const side of SIDES) {
    const { column, facts, read } = mapping[side];
    const columnType = read === null ? mapping.type : (facts?.type ?? 'text');
    const typed = TYPED[columnType] ?? [
      ...(facts?.options ?? []),
      ...literals.filter((text) => text !== ''),
      ...TEXTS,
    ];
    for (const raw of [...sampled(samples, side, column), ...typed]) {
      const value = attempted(() => unit.get(side, encodable(columnType, raw)));
      if (value !== undefined && value !== null) found.push(value);
    }
  }
  return found;
}

function encodable(type: FieldType, raw: Raw): Raw {
  decode(type, raw, '');
  return raw;
}

function firstBroken(
  unit: UnitMapping,
  side: Side,
  values: readonly Canon[],
): readonly [Canon, Raw, Canon] | null {
  for (const value of values) {
    const raw = attempted(() => unit.put(side, value, undefined));
    // Refused on writing is no silent loss: that value is blocked by name.
    if (raw === undefined) continue;
    const back = attempted(() => unit.get(side, raw));
    if (back === undefined || !unit.equal(back, value)) return [value, raw, back ?? null];
  }
  return null;
}

function attempted<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (thrown) {
    if (thrown instanceof CanonError) return undefined;
    throw thrown;
  }
}
