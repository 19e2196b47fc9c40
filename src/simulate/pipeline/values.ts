import { decode } from '../../core/canon/codec.js';
import { SIDES } from '../../core/clock.js';
import { CanonError } from '../../core/errors.js';
import type { FieldPlan, UnitPlan } from '../../core/plan.js';
import { jsonEqual, stableStringify, type Canon, type FieldType } from '../../core/value.js';

/** Values of one field: as many as there are numbers, or a few that come again and again. */
export interface Values {
  /** `by`: a word for who types it, so that a text names its author. Equal numbers give equal values of one author. */
  readonly make: (by: string, n: number) => Canon;
  /** False: only a few values are known, and who typed one cannot be told from it. */
  readonly endless: boolean;
  /** Blank is a value of the field, too. */
  readonly blank: boolean;
}

type Make = Values['make'];

const DAY_MS = 86_400_000;
const EPOCH_MS = Date.UTC(2024, 0, 1);
const COUNTRIES = ['DE', 'FR', 'IT', 'NL', 'SE', 'DK', 'FI', 'ES', 'PL', 'AT'];
const TRIES = [1, 2, -3, 14, 75] as const;

/**
 * Values that the field can hold and that come back unharmed from both sides, through its own transforms: the first family of values
 * of which all samples do. `null`: none was found.
 *
 * @param literals what the pipeline's expressions say about the field
 */
export function valuesOf(unit: UnitPlan, member: FieldPlan, literals: readonly string[]): Values | null {
  const known = distinct(unit, member, [
    ...typedLiterals(member.type, literals),
    ...(member.type === 'text' ? COUNTRIES : []),
  ]);
  const blank = comesBack(unit, member, null);
  const few: Values | null =
    known.length < 2
      ? null
      : { make: (_by, n) => known[Math.abs(n) % known.length] as Canon, endless: false, blank };
  if (member.type === 'boolean') return { make: (_by, n) => Math.abs(n) % 2 === 0, endless: false, blank };
  if (member.type === 'enum' && few !== null) return few;
  const make = families(member.type).find((family) => fits(unit, member, family));
  return make === undefined ? few : { make, endless: true, blank };
}

/** What the expressions mention, as values of the field: conditions on them should be met now and then. */
export function mentioned(unit: UnitPlan, member: FieldPlan, literals: readonly string[]): readonly Canon[] {
  return distinct(unit, member, typedLiterals(member.type, literals));
}

/** Whether a value that is stored on either side is read there as itself. */
export function comesBack(unit: UnitPlan, { field, A, B }: FieldPlan, value: Canon): boolean {
  const whole = unit.isGroup ? { [field]: value } : value;
  const column = { A, B };
  try {
    return SIDES.every((side) => {
      if (column[side] === null) return true;
      const raw = unit.put(side, whole, undefined);
      return jsonEqual(part(unit, field, unit.get(side, raw)), value);
    });
  } catch (error) {
    if (error instanceof CanonError) return false;
    throw error;
  }
}

export function part(unit: UnitPlan, field: string, whole: Canon): Canon {
  return unit.isGroup ? ((whole as Readonly<Record<string, Canon>> | null)?.[field] ?? null) : whole;
}

function fits(unit: UnitPlan, member: FieldPlan, make: Make): boolean {
  const samples = TRIES.flatMap((n) => [make('CRM', n), make('Steward', n + 200)]);
  return distinct(unit, member, samples).length === new Set(samples.map(stableStringify)).size;
}

/** Those that come back and that the field's comparison tells apart, from each other and from blank. */
function distinct(unit: UnitPlan, member: FieldPlan, values: readonly Canon[]): readonly Canon[] {
  const keyOf = (value: Canon): string => unit.compareKey(unit.isGroup ? { [member.field]: value } : value);
  const keys = new Set([keyOf(null)]);
  return values.filter((value) => {
    if (!comesBack(unit, member, value)) return false;
    const key = keyOf(value);
    return !keys.has(key) && keys.add(key).size > 0;
  });
}

function typedLiterals(type: FieldType, literals: readonly string[]): readonly Canon[] {
  return literals.flatMap((literal) => {
    try {
      const value = decode(type, literal, '');
      return value === null ? [] : [value];
    } catch (error) {
      if (error instanceof CanonError) return [];
      throw error;
    }
  });
}

function families(type: FieldType): readonly Make[] {
  switch (type) {
    case 'text':
    case 'enum':
      return TEXTS;
    case 'interval':
      return [(_by, n) => `${String(n)} days`];
    case 'integer':
      return [10, 1_000].map((step) => (_by, n) => String(n * step));
    case 'decimal':
      return [
        (_by, n) => (n === 0 ? '0.5' : `${String(n * 10)}.5`),
        (_by, n) => String(n * 10),
        (_by, n) => String(n * 1_000),
      ];
    case 'float':
      return [(_by, n) => n + 0.5, (_by, n) => n * 1_000];
    case 'date':
      return [(_by, n) => day(n)];
    case 'datetime':
      return [(_by, n) => `${day(n)}T12:00:00Z`];
    case 'localdatetime':
      return [(_by, n) => `${day(n)}T12:00:00`];
    case 'time':
      return [(_by, n) => new Date(EPOCH_MS + n * 1_000).toISOString().slice(11, 19)];
    case 'uuid':
      return [(_by, n) => `00000000-0000-4000-8000-${hex(n, 12)}`];
    case 'bytes':
      return [(_by, n) => hex(n, 8)];
    case 'set':
    case 'list':
      return TEXTS.map((text) => (by, n) => [text(by, n)]);
    case 'json':
      return [(by, n) => ({ by: `${by} ${digits(n)}` })];
    case 'boolean':
      return [];
  }
}

/** Texts of several shapes, plain words first: a transform may want small letters, digits, a telephone number. */
export const TEXTS: readonly ((by: string, n: number) => string)[] = [
  (by, n) => `${by} ${digits(n)}`,
  (by, n) => `${by} ${digits(n)}`.toLowerCase(),
  (by, n) => `${by} ${digits(n)}`.toUpperCase(),
  (by, n) => `${by}${digits(n)}`,
  (by, n) => `${by}${digits(n)}`.toLowerCase(),
  (by, n) => `${by}${digits(n)}`.toUpperCase(),
  (_by, n) => `+4930${String(1_234_567 + n)}`,
  (_by, n) => `+1201555${String(1_000 + (n % 9_000))}`,
  (by, n) => `${by.toLowerCase()}${digits(n)}@example.com`,
  (by, n) => `https://${by.toLowerCase()}${digits(n)}.example.com`,
  (_by, n) => String(1_000 + n),
  (_by, n) => `${String(1_000 + n)}.5`,
  (_by, n) => day(n),
  (_by, n) => `${day(n)}T12:00:00Z`,
];

/** Texts may be compared by their digits alone: no number gives those of another one, whoever types it. */
function digits(n: number): string {
  return String(n < 0 ? 1_000 - n : n);
}

function day(n: number): string {
  return new Date(EPOCH_MS + n * DAY_MS).toISOString().slice(0, 10);
}

function hex(n: number, length: number): string {
  return (n >>> 0).toString(16).padStart(length, '0');
}
