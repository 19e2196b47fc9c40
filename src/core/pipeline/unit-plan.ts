import type { Side } from '../clock.js';
import { PlanError, ExpressionError } from '../errors.js';
import { comparison, type Comparison } from '../mapping/compare.js';
import { fieldMapping, type FieldMapping } from '../mapping/field-mapping.js';
import { fieldLens, type Lens } from '../mapping/lens.js';
import type { Direction, FieldPlan, UnitPlan } from '../plan.js';
import { NOBODY, referenceLens } from '../reference.js';
import type { Canon, Raw } from '../value.js';
import type { SchemaFacts } from './facts.js';
import type { FieldSpec } from './spec.js';

type CanonObject = { readonly [field: string]: Canon };
type RawObject = { readonly [field: string]: Raw };

/** The parts of a unit's plan that come from its fields alone: types, lenses, comparison. */
export type UnitMapping = Pick<
  UnitPlan,
  'members' | 'isGroup' | 'type' | 'get' | 'put' | 'compareKey' | 'equal' | 'reference'
>;

interface Member {
  readonly field: string;
  readonly mapping: FieldMapping;
  readonly lens: Readonly<Record<Side, Lens>>;
  readonly comparison: Comparison;
}

export function plainUnit(field: string, spec: FieldSpec, schemas: SchemaFacts): UnitMapping {
  const { mapping, lens, comparison } = member(field, spec, schemas);
  if (spec.reference !== undefined) {
    const { reference } = spec;
    return {
      members: [fieldPlan(mapping)],
      isGroup: false,
      type: mapping.type,
      reference,
      ...referenceLens(field, reference, NOBODY),
      compareKey: String,
      equal: (x, y) => x === y,
    };
  }
  const { A, B } = lens;
  // The hot path: most units are texts that both sides hold alike.
  const shared = A.identity && B.identity;
  return {
    members: [fieldPlan(mapping)],
    isGroup: false,
    type: mapping.type,
    get: shared ? (_side, raw) => A.get(raw) : (side, raw) => (side === 'A' ? A : B).get(raw),
    put: shared
      ? (_side, value) => value
      : (side, value, before) => (side === 'A' ? A : B).put(value, before),
    compareKey: comparison.key,
    equal: comparison.equal,
  };
}

/** A group's value and raw are objects member → value, always with all members. */
export function groupUnit(
  fields: readonly (readonly [string, FieldSpec])[],
  schemas: SchemaFacts,
): UnitMapping {
  const members = fields.map(([field, spec]) => member(field, spec, schemas));
  return {
    members: members.map(({ mapping }) => fieldPlan(mapping)),
    isGroup: true,
    type: 'group',
    get: (side, raw) => {
      const object = raw as RawObject | null;
      const value: Record<string, Canon> = {};
      for (const { field, lens } of members) value[field] = lens[side].get(object?.[field]);
      return value;
    },
    put: (side, value, before) => {
      const object = value as CanonObject | null;
      const old = before as RawObject | null | undefined;
      const raw: Record<string, Raw> = {};
      for (const { field, lens } of members)
        raw[field] = lens[side].put(object?.[field] ?? null, old?.[field]);
      return raw;
    },
    compareKey: (value) => {
      const object = value as CanonObject | null;
      return JSON.stringify(members.map(({ field, comparison }) => comparison.key(object?.[field] ?? null)));
    },
    equal: (x, y) => {
      if (x === y) return true;
      const xo = x as CanonObject | null;
      const yo = y as CanonObject | null;
      return members.every(({ field, comparison }) =>
        comparison.equal(xo?.[field] ?? null, yo?.[field] ?? null),
      );
    },
  };
}

export function direction(spec: Pick<FieldSpec, 'direction'>): Direction {
  return spec.direction === 'aToB' ? 'AtoB' : spec.direction === 'bToA' ? 'BtoA' : 'both';
}

function member(field: string, spec: FieldSpec, schemas: SchemaFacts): Member {
  const mapping = fieldMapping(field, spec, schemas);
  const lens = (side: Side): Lens => {
    try {
      return fieldLens(field, mapping.type, mapping[side]);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const path = ['fields', field, spec.transform === undefined ? side.toLowerCase() : 'transform'];
      throw new PlanError(error.code, error.message, path, error.position, { cause: error });
    }
  };
  return {
    field,
    mapping,
    lens: { A: lens('A'), B: lens('B') },
    comparison: comparison(mapping.type, spec.compare),
  };
}

function fieldPlan({ field, type, A, B }: FieldMapping): FieldPlan {
  return { field, type, A: A.column, B: B.column };
}
