import type { FieldType } from '../../core/value.js';
import {
  Amount,
  Below,
  COLUMN,
  COLUMN_EXPECTED,
  Flag,
  ListOf,
  Name,
  NameList,
  OneOf,
  Pattern,
  Text,
} from './constraints.js';
import { POLICY, type PolicyDto } from './policy.dto.js';

const TYPES: readonly FieldType[] = [
  'text',
  'integer',
  'decimal',
  'float',
  'boolean',
  'date',
  'datetime',
  'localdatetime',
  'time',
  'interval',
  'uuid',
  'enum',
  'set',
  'list',
  'json',
  'bytes',
];
const NORMALIZERS = ['trim', 'lowercase', 'digits', 'unicode-nfc', 'collapse-space', 'date-only'] as const;

/** A column with its lens. */
export class FieldEndDto {
  @Pattern(COLUMN, COLUMN_EXPECTED) column!: string;
  @Text({ optional: true }) read?: string;
  @Text({ optional: true }) write?: string;
}

export class TransformDto {
  @Text({ optional: true }) aToB?: string;
  @Text({ optional: true }) bToA?: string;
}

/** When two values count as equal. */
export class CompareDto {
  @ListOf(NORMALIZERS, { optional: true }) normalize?: (typeof NORMALIZERS)[number][];
  @Amount({ optional: true, min: 0 }) tolerance?: number;
}

/** One field of the records. */
export class FieldDto {
  @OneOf(TYPES, { optional: true }) type?: FieldType;
  @Below({ kind: 'object', type: () => FieldEndDto, orText: true }, { optional: true }) a?:
    string | FieldEndDto;
  @Below({ kind: 'object', type: () => FieldEndDto, orText: true }, { optional: true }) b?:
    string | FieldEndDto;
  @OneOf(['aToB', 'bToA', 'both'], { optional: true }) direction?: 'aToB' | 'bToA' | 'both';
  @Below({ kind: 'object', type: () => TransformDto }, { optional: true }) transform?: TransformDto;
  @Below({ kind: 'object', type: () => CompareDto }, { optional: true }) compare?: CompareDto;
  @Below({ kind: 'object', type: POLICY }, { optional: true }) policy?: PolicyDto;
  @Flag() preferNonBlank?: boolean;
  @Flag() lossy?: boolean;
  @Flag() pii?: boolean;
  @Flag() contextOnly?: boolean;
  @Name({ optional: true }) reference?: string;
}

/** Fields that are decided as one value. */
export class GroupDto {
  @NameList({ min: 2, max: 50 }) fields!: string[];
  @Below({ kind: 'object', type: POLICY }) policy!: PolicyDto;
}
