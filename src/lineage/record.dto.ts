import { ApiProperty } from '../common/api-doc.js';
import { IsIn, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { clockValue, dateTime, jsonValue } from '../common/api-schema.js';
import { PageQueryDto } from '../common/page-query.js';
import { TargetDto } from '../common/target-answer.js';
import { RevealQueryDto } from '../common/veil.js';
import { VersionDto } from '../common/version-answer.js';
import type { Json } from '../core/value.js';

export const RECORD_STATES = [
  'in-sync',
  'conflict',
  'held',
  'blocked',
  'excluded',
  'creating',
  'deleted',
  'unlinked',
] as const;
export type RecordState = (typeof RECORD_STATES)[number] | 'in-flight' | 'diverged';

export class RecordQueryDto extends PageQueryDto {
  @ApiProperty({ required: false, description: 'Name of a pipeline' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  pipeline?: string;

  @ApiProperty({
    required: false,
    maxLength: 500,
    description:
      'Our id (rec_42), an id of either system, or else the exact name of a record. Names are looked at a stretch at a time: `next` goes on',
  })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  q?: string;

  @ApiProperty({ required: false, enum: RECORD_STATES })
  @IsOptional()
  @IsIn(RECORD_STATES)
  state?: (typeof RECORD_STATES)[number];
}

export class LookupQueryDto extends RevealQueryDto {
  @ApiProperty()
  @IsString()
  @MaxLength(200)
  pipeline!: string;

  @ApiProperty({ enum: ['A', 'B'] })
  @IsIn(['A', 'B'])
  side!: 'A' | 'B';

  @ApiProperty({ description: "The record's id in that system, also one it had before" })
  @IsString()
  @MaxLength(500)
  externalId!: string;
}

export class AsOfQueryDto extends RevealQueryDto {
  @ApiProperty({ ...dateTime, required: false, description: 'The record as it was known then' })
  @IsOptional()
  @Matches(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})$/, {
    message: 'asOf must be a time such as 2026-01-12T09:00:00Z',
  })
  asOf?: string;
}

export class IdsDto {
  @ApiProperty({ type: String, nullable: true })
  A!: string | null;

  @ApiProperty({ type: String, nullable: true })
  B!: string | null;
}

export class LabelsDto {
  @ApiProperty()
  A!: string;

  @ApiProperty()
  B!: string;
}

export class RecordSummaryDto {
  @ApiProperty({ example: 'rec_42' })
  id!: string;

  @ApiProperty()
  pipeline!: string;

  @ApiProperty({ description: 'Its name for people' })
  title!: string;

  @ApiProperty({ type: IdsDto })
  ids!: IdsDto;

  @ApiProperty({ type: LabelsDto })
  systems!: LabelsDto;

  @ApiProperty({
    enum: [...RECORD_STATES, 'in-flight', 'diverged'],
    description: 'The worst of its fields, or what became of it',
  })
  state!: RecordState;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Why it takes no part: which side is out of scope, by which filter; null: it does',
  })
  excluded!: string | null;

  @ApiProperty({ type: [String], description: 'Conflicts that are not closed' })
  conflicts!: string[];
}

export class RecordPageDto {
  @ApiProperty({ type: [RecordSummaryDto] })
  items!: RecordSummaryDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'May be given with fewer items than asked for: a search goes on there',
  })
  next!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'What was searched, in words; null without q' })
  searched!: string | null;
}

export const FIELD_STATES = ['in-sync', 'conflict', 'held', 'blocked', 'in-flight', 'diverged'] as const;
export type FieldState = (typeof FIELD_STATES)[number];

export class RecordFieldDto {
  @ApiProperty({ description: 'Field or group; `$life`: whether the record exists' })
  field!: string;

  @ApiProperty({
    description:
      'Personal data (`pii` of the file): its values are `{"redacted": true, "reason": "personal"}` until asked for',
  })
  personal!: boolean;

  @ApiProperty({ ...jsonValue, description: 'The agreed value' })
  value!: Json;

  @ApiProperty({ type: VersionDto, nullable: true, description: 'null: the system has no such field' })
  A!: VersionDto | null;

  @ApiProperty({ type: VersionDto, nullable: true })
  B!: VersionDto | null;

  @ApiProperty(clockValue)
  clock!: Readonly<Record<string, number>>;

  @ApiProperty({ enum: FIELD_STATES })
  state!: FieldState;

  @ApiProperty({ description: 'One sentence' })
  why!: string;
}

export class RecordDto extends RecordSummaryDto {
  @ApiProperty({ type: [RecordFieldDto] })
  fields!: RecordFieldDto[];

  @ApiProperty({
    type: [TargetDto],
    description:
      'Records that the values of references among the fields point to, as far as they may be seen',
  })
  targets!: TargetDto[];

  @ApiProperty({ description: 'It shows personal data, covered or not: also its name may be some' })
  personal!: boolean;

  @ApiProperty({ ...dateTime, nullable: true, description: 'The time that was asked for; null: now' })
  asOf!: string | null;
}
