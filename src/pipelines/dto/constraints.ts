import { applyDecorators } from '@nestjs/common';
import {
  Allow,
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  Equals,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsNumber,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateBy,
} from 'class-validator';
import { DURATION, RATE } from '../../core/pipeline/duration.js';

/** Names of pipelines, connections, rules. */
export const NAME = /^[a-z][a-z0-9_-]{0,62}$/;

/** Names of fields and groups: also names in expressions, hence no hyphen, and keys of plain objects, hence not the one that all have. */
export const FIELD_NAME = /^(?!constructor$)[a-z][a-z0-9_]{0,62}$/;

/** Records are plain objects by column, where this one name would change the object instead of being a member. */
export const COLUMN = /^(?!__proto__$)[\s\S]{1,200}$/u;

export const COLUMN_EXPECTED = 'a column name of 1 to 200 characters, other than __proto__';

interface Presence {
  readonly optional?: boolean;
}

/**
 * Decorators that say in one line what a property may be and, in the message, what was expected. They are made of class-validator's
 * own, so that validation and the published JSON Schema read the same metadata.
 */
function property({ optional = false }: Presence, ...decorators: PropertyDecorator[]): PropertyDecorator {
  return applyDecorators(...(optional ? [IsOptional()] : []), ...decorators);
}

export function Text(options: Presence & { readonly max?: number } = {}): PropertyDecorator {
  const { max = 2000 } = options;
  const message = `expected text of 1 to ${String(max)} characters`;
  return property(options, IsString({ message }), MinLength(1, { message }), MaxLength(max, { message }));
}

export function Pattern(pattern: RegExp, expected: string, options: Presence = {}): PropertyDecorator {
  const message = `expected ${expected}`;
  return property(options, IsString({ message }), MaxLength(200, { message }), Matches(pattern, { message }));
}

export function Name(options: Presence = {}): PropertyDecorator {
  return Pattern(NAME, 'a name: a small letter, then at most 62 small letters, digits, _ or -', options);
}

export function Duration(options: Presence = { optional: true }): PropertyDecorator {
  return Pattern(DURATION, 'a duration: 250ms, 5s, 10m, 2h or 1d', options);
}

export function RateText(options: Presence = { optional: true }): PropertyDecorator {
  return Pattern(RATE, 'a rate: 500/s or 80/10s', options);
}

export function OneOf(values: readonly string[], options: Presence = {}): PropertyDecorator {
  return property(options, IsIn([...values], { message: `expected ${words(values)}` }));
}

export function Constant(value: string): PropertyDecorator {
  return property({}, Equals(value, { message: `expected ${value}` }));
}

export function Flag(options: Presence = { optional: true }): PropertyDecorator {
  return property(options, IsBoolean({ message: 'expected true or false' }));
}

/** Text, a number, or true or false: what one column of a row may hold. */
export function Scalar(options: Presence = {}): PropertyDecorator {
  const message = 'expected text of at most 200 characters, a number, true or false';
  const validate = (value: unknown): boolean =>
    typeof value === 'boolean' ||
    Number.isFinite(value) ||
    (typeof value === 'string' && value.length <= 200);
  return property(options, ValidateBy({ name: IS_SCALAR, validator: { validate } }, { message }));
}

/** Name of the constraint, for the published schema. */
export const IS_SCALAR = 'isScalar';

export function Amount(
  options: Presence & { readonly min?: number } = { optional: true },
): PropertyDecorator {
  const message =
    options.min === undefined ? 'expected a number' : `expected a number, at least ${String(options.min)}`;
  const least = options.min === undefined ? [] : [Min(options.min, { message })];
  return property(options, IsNumber({ allowNaN: false, allowInfinity: false }, { message }), ...least);
}

export function Count(options: Presence & { readonly min: number; readonly max: number }): PropertyDecorator {
  const message = `expected a whole number from ${String(options.min)} to ${String(options.max)}`;
  return property(options, IsInt({ message }), Min(options.min, { message }), Max(options.max, { message }));
}

export function Instant(options: Presence = { optional: true }): PropertyDecorator {
  const message = 'expected a time with its offset: 2026-12-31T00:00:00Z';
  return property(
    options,
    IsString({ message }),
    MaxLength(40, { message }),
    Matches(/T.*(?:Z|[+-]\d{2}:\d{2})$/, { message }),
    IsISO8601({ strict: true }, { message }),
  );
}

export function NameList(
  options: Presence & { readonly min?: number; readonly max?: number } = {},
): PropertyDecorator {
  const { min = 1, max = 200 } = options;
  const message = `expected a list of ${String(min)} to ${String(max)} field names, each once`;
  return property(
    options,
    IsArray({ message }),
    ArrayMinSize(min, { message }),
    ArrayMaxSize(max, { message }),
    ArrayUnique({ message }),
    Matches(FIELD_NAME, { each: true, message }),
  );
}

export function ListOf(values: readonly string[], options: Presence = {}): PropertyDecorator {
  const message = `expected a list of ${words(values)}`;
  return property(
    options,
    IsArray({ message }),
    ArrayMinSize(1, { message }),
    ArrayMaxSize(values.length, { message }),
    ArrayUnique({ message }),
    IsIn([...values], { each: true, message }),
  );
}

/** What stands below a property: another class. */
export type Child = { readonly type: ChildType } & (
  | { readonly kind: 'object'; readonly orText?: boolean }
  | { readonly kind: 'list'; readonly min: number; readonly max: number }
  /** Free names → objects of the type. */
  | {
      readonly kind: 'dictionary';
      readonly names: RegExp;
      readonly expected: string;
      readonly min: number;
      readonly max: number;
    }
  /** Free names → one of some words, or text when there are none. */
  | {
      readonly kind: 'words';
      readonly names: RegExp;
      readonly values: readonly string[] | null;
      readonly max: number;
    }
);

export type Constructor = new () => object;

/** A class, or classes told apart by the value of one property. */
export type ChildType =
  | (() => Constructor)
  | { readonly by: string; readonly classes: () => Readonly<Record<string, Constructor>> };

interface ChildInfo {
  readonly child: Child;
  readonly optional: boolean;
}

const children = new Map<object, Map<string, ChildInfo>>();

/** Declares what stands below a property. `shape.ts` walks it; class-validator looks at one level at a time. */
export function Below(child: Child, options: Presence = {}): PropertyDecorator {
  return (target, name) => {
    Allow()(target, name);
    const of = children.get(target.constructor) ?? new Map<string, ChildInfo>();
    of.set(name as string, { child, optional: options.optional ?? false });
    children.set(target.constructor, of);
  };
}

export function childrenOf(type: Constructor): ReadonlyMap<string, ChildInfo> {
  return children.get(type) ?? new Map<string, ChildInfo>();
}

function words(values: readonly string[]): string {
  return values.length === 1
    ? values.join('')
    : `${values.slice(0, -1).join(', ')} or ${values.at(-1) ?? ''}`;
}
