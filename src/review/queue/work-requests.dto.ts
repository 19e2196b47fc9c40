import { ApiProperty } from '../../common/api-doc.js';
import {
  Allow,
  IsBoolean,
  IsIn,
  IsISO8601,
  IsOptional,
  IsString,
  Length,
  Matches,
  MaxLength,
  ValidateIf,
} from 'class-validator';
import { jsonValue } from '../../common/api-schema.js';
import type { Json } from '../../core/value.js';
import { PRIORITIES } from './filter-conditions.js';

const PERSON = /^(me|usr_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
const personMessage = { message: 'expected the id of a person (usr_…), or me' };
const timeMessage = { message: 'expected a time such as 2026-12-01T08:00:00Z' };

export class ChangeItemDto {
  @ApiProperty({
    type: String,
    nullable: true,
    required: false,
    description: '`usr_…`, `me`, or null: nobody',
  })
  @ValidateIf(({ assignee }: ChangeItemDto) => assignee !== undefined && assignee !== null)
  @Matches(PERSON, personMessage)
  assignee?: string | null;

  @ApiProperty({ enum: [...PRIORITIES, 'rule'], required: false, description: '`rule`: what the file says' })
  @IsOptional()
  @IsIn([...PRIORITIES, 'rule'])
  priority?: (typeof PRIORITIES)[number] | 'rule';

  @ApiProperty({
    type: String,
    nullable: true,
    required: false,
    description: 'A time, null: no due date, or `rule`: what the file says',
  })
  @ValidateIf(({ dueAt }: ChangeItemDto) => dueAt !== undefined && dueAt !== null && dueAt !== 'rule')
  @IsISO8601({ strict: true }, timeMessage)
  dueAt?: string | null;
}

export class CommentDto {
  @ApiProperty({ minLength: 1, maxLength: 4000 })
  @IsString()
  @Length(1, 4000)
  text!: string;

  @ApiProperty({ required: false, description: 'Whose turn it is now: `usr_…`, or `me`' })
  @IsOptional()
  @Matches(PERSON, personMessage)
  to?: string;
}

export class SnoozeDto {
  @ApiProperty({
    required: false,
    format: 'date-time',
    description: 'When it comes back; absent: when it changes',
  })
  @IsOptional()
  @IsISO8601({ strict: true }, timeMessage)
  until?: string;

  @ApiProperty({
    type: Boolean,
    required: false,
    default: true,
    description: 'Whether it also comes back when it changes',
  })
  @IsOptional()
  @IsBoolean()
  orChange = true;
}

export class AskDto {
  @ApiProperty({ required: false, description: 'Whom; absent: whoever wants to answer' })
  @IsOptional()
  @Matches(PERSON, personMessage)
  of?: string;

  @ApiProperty({ required: false, maxLength: 2000 })
  @IsOptional()
  @IsString()
  @MaxLength(2000)
  question?: string;
}

export const OPINIONS = [
  'a',
  'b',
  'base',
  'merged',
  'value',
  'link',
  'create',
  'apart',
  'release',
  'discard',
] as const;

export class OpinionDto {
  @ApiProperty({
    enum: OPINIONS,
    required: false,
    description: 'What they would choose; nothing is decided by it',
  })
  @IsOptional()
  @IsIn(OPINIONS)
  take?: (typeof OPINIONS)[number];

  @ApiProperty({ ...jsonValue, required: false })
  @Allow()
  value?: Json;

  @ApiProperty({ required: false, maxLength: 4000 })
  @IsOptional()
  @IsString()
  @MaxLength(4000)
  text?: string;
}

export class SkipDto {
  @ApiProperty({ required: false, maxLength: 2000, description: 'Why' })
  @IsOptional()
  @IsString()
  @MaxLength(2000)
  reason?: string;
}
