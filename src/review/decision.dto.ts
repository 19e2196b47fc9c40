import { ApiProperty } from '../common/api-doc.js';
import { Type } from 'class-transformer';
import {
  Allow,
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { dateTime, jsonValue } from '../common/api-schema.js';
import type { SideUndone } from '../core/give-back.js';
import type { Json } from '../core/value.js';

export const TAKES = ['a', 'b', 'base', 'merged', 'value', 'link', 'create', 'apart'] as const;
export type Take = (typeof TAKES)[number];

export class DecideDto {
  @ApiProperty({
    enum: TAKES,
    description: 'Whose value is to stand; `value`: the one given. For a match: `link`, `create` or `apart`',
  })
  @IsIn(TAKES)
  take!: Take;

  @ApiProperty({
    ...jsonValue,
    required: false,
    description: 'With `take: value` only; a group is given whole',
  })
  @Allow()
  value?: Json;

  @ApiProperty({
    type: 'integer',
    required: false,
    description: 'With `take: link` only: the number of the candidate',
  })
  @IsOptional()
  @IsInt()
  candidate?: number;

  @ApiProperty({ required: false, maxLength: 2000 })
  @IsOptional()
  @IsString()
  @MaxLength(2000)
  note?: string;
}

/** One of the decisions that are made as one. */
export class RecordDecisionDto {
  @ApiProperty({ example: 'cf_0199…' })
  @Matches(/^cf_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, { message: 'expected the id of a conflict' })
  conflict!: string;

  @ApiProperty({ example: '"3-open"', description: 'Its `etag` as it was shown' })
  @IsString()
  @MaxLength(100)
  etag!: string;

  @ApiProperty({ enum: ['a', 'b', 'base', 'merged', 'value'] })
  @IsIn(['a', 'b', 'base', 'merged', 'value'])
  take!: 'a' | 'b' | 'base' | 'merged' | 'value';

  @ApiProperty({ ...jsonValue, required: false, description: 'With `take: value` only' })
  @Allow()
  value?: Json;
}

export class DecideRecordDto {
  @ApiProperty({
    type: [RecordDecisionDto],
    description: 'One for each conflict of the record that is open; that of `$life` may be left out',
  })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(500)
  @ValidateNested({ each: true })
  @Type(() => RecordDecisionDto)
  decisions!: RecordDecisionDto[];

  @ApiProperty({ required: false, maxLength: 2000 })
  @IsOptional()
  @IsString()
  @MaxLength(2000)
  note?: string;
}

export const SIDES_UNDONE = ['given-back', 'edited-since', 'as-it-was'] as const;

export class UndoneSidesDto {
  @ApiProperty({ enum: SIDES_UNDONE })
  A!: SideUndone;

  @ApiProperty({ enum: SIDES_UNDONE })
  B!: SideUndone;
}

export class DecisionDto {
  @ApiProperty({ example: 'dec_0199…' })
  id!: string;

  @ApiProperty({ example: 'cf_0199…' })
  conflict!: string;

  @ApiProperty({ enum: TAKES })
  take!: Take;

  @ApiProperty(jsonValue)
  value!: Json;

  @ApiProperty({ type: String, nullable: true })
  note!: string | null;

  @ApiProperty()
  by!: string;

  @ApiProperty(dateTime)
  at!: string;

  @ApiProperty({ ...dateTime, description: 'Nothing is written before' })
  undoUntil!: string;

  @ApiProperty({
    enum: ['held', 'applied', 'undone', 'stale', 'closed'],
    description:
      'held: not written yet. stale: values moved first, decide again. closed: the conflict had ended by itself',
  })
  outcome!: string;

  @ApiProperty({ type: 'integer', description: 'How many were made as one with it; 1: it alone' })
  together!: number;

  @ApiProperty({ type: String, nullable: true, description: 'The undone decision that it makes again' })
  redoOf!: string | null;

  @ApiProperty({
    type: UndoneSidesDto,
    required: false,
    description:
      'Answer of an undo after the write. given-back: the side gets what it held before. edited-since: it was edited meanwhile and ' +
      'keeps that. as-it-was: it holds what it held before',
  })
  undone?: UndoneSidesDto;
}

export class RecordDecisionsDto {
  @ApiProperty({ type: [DecisionDto] })
  decisions!: DecisionDto[];

  @ApiProperty({ ...dateTime, description: 'Nothing is written before' })
  undoUntil!: string;
}

export class UndoneDecisionsDto {
  @ApiProperty({ type: [DecisionDto] })
  decisions!: DecisionDto[];
}
