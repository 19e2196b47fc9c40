import { ApiProperty } from '@nestjs/swagger';
import { Allow, IsIn, IsInt, IsOptional, IsString, MaxLength } from 'class-validator';
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

  @ApiProperty({
    type: UndoneSidesDto,
    required: false,
    description:
      'Answer of an undo after the write. given-back: the side gets what it held before. edited-since: it was edited meanwhile and ' +
      'keeps that. as-it-was: it holds what it held before',
  })
  undone?: UndoneSidesDto;
}
