import { ApiProperty } from '../common/api-doc.js';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { clockValue, dateTime, jsonValue } from '../common/api-schema.js';
import { TargetDto } from '../common/target-answer.js';
import { PageQueryDto } from '../common/page-query.js';
import { Reveal } from '../common/veil.js';
import { AuthorDto } from '../common/version-answer.js';
import type { Json } from '../core/value.js';

export class LineageQueryDto extends PageQueryDto {
  @ApiProperty({ required: false, description: 'Field or group' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  field?: string;

  @Reveal()
  reveal?: 'personal';
}

export class CauseDto {
  @ApiProperty({ type: String, nullable: true, description: 'Transaction of the system where it happened' })
  tx!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Write transaction of ours' })
  batch!: string | null;

  @ApiProperty({ type: String, nullable: true })
  decision!: string | null;

  @ApiProperty({ type: String, nullable: true })
  conflict!: string | null;

  @ApiProperty({ type: 'integer', description: 'Revision of the pipeline' })
  revision!: number;
}

export const ENTRY_KINDS = [
  'observed',
  'authored',
  'decided',
  'written',
  'missed',
  'rejected',
  'unreadable',
  'cosmetic',
  'linked',
  'created',
  'conflict',
  'policy-change',
  'scope',
  'restored',
  'undone',
] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

export class LineageEntryDto {
  @ApiProperty({
    example: 'chg_1207',
    description: 'Entries of one cause share it; with `field` it is unique',
  })
  id!: string;

  @ApiProperty()
  record!: string;

  @ApiProperty()
  field!: string;

  @ApiProperty({ enum: ENTRY_KINDS })
  kind!: EntryKind;

  @ApiProperty({ description: 'The exact way: forward, agreement, owner, newest, merge, rule, decision, …' })
  how!: string;

  @ApiProperty({ enum: ['A', 'B'], nullable: true })
  side!: 'A' | 'B' | null;

  @ApiProperty({ ...dateTime, description: 'When Accord knew' })
  recordedAt!: string;

  @ApiProperty({
    ...dateTime,
    nullable: true,
    description: 'When it happened in the system, as far as it tells',
  })
  occurredAt!: string | null;

  @ApiProperty({ type: AuthorDto, nullable: true })
  actor!: AuthorDto | null;

  @ApiProperty(jsonValue)
  before!: Json;

  @ApiProperty(jsonValue)
  after!: Json;

  @ApiProperty(clockValue)
  clock!: Readonly<Record<string, number>>;

  @ApiProperty({ type: String, nullable: true })
  why!: string | null;

  @ApiProperty({ type: CauseDto })
  cause!: CauseDto;
}

export class LineagePageDto {
  @ApiProperty({ type: [LineageEntryDto] })
  items!: LineageEntryDto[];

  @ApiProperty({
    type: [TargetDto],
    description: 'Records that values of references among them point to, as far as they may be seen',
  })
  targets!: TargetDto[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class StepDto {
  @ApiProperty({ type: 'integer' })
  step!: number;

  @ApiProperty({ enum: ENTRY_KINDS })
  kind!: EntryKind;

  @ApiProperty({ type: String, nullable: true, description: 'The system, by its name for people' })
  system!: string | null;

  @ApiProperty()
  change!: string;

  @ApiProperty(dateTime)
  at!: string;

  @ApiProperty(jsonValue)
  after!: Json;

  @ApiProperty({ type: AuthorDto, nullable: true })
  actor!: AuthorDto | null;

  @ApiProperty({ type: String, nullable: true })
  why!: string | null;

  @ApiProperty({ type: String, nullable: true })
  conflict!: string | null;

  @ApiProperty({ type: String, nullable: true })
  decision!: string | null;

  @ApiProperty({ type: 'integer' })
  revision!: number;
}

export class RejectedDto {
  @ApiProperty(jsonValue)
  value!: Json;

  @ApiProperty({ type: String, nullable: true, description: 'The system it came from' })
  from!: string | null;

  @ApiProperty()
  reason!: string;
}

export class ExplanationDto {
  @ApiProperty()
  record!: string;

  @ApiProperty()
  field!: string;

  @ApiProperty({ ...jsonValue, description: 'The value that stands, by the history' })
  value!: Json;

  @ApiProperty({ ...dateTime, nullable: true })
  standsSince!: string | null;

  @ApiProperty()
  sentence!: string;

  @ApiProperty({ type: [StepDto], description: 'What led to it, oldest first' })
  because!: StepDto[];

  @ApiProperty({ type: [RejectedDto], description: 'Values that gave way to it' })
  rejected!: RejectedDto[];

  @ApiProperty({ type: [String] })
  wouldChangeIf!: string[];

  @ApiProperty({ type: [String], description: 'What keeps it from moving now' })
  holds!: string[];

  @ApiProperty({ description: 'The whole history is there, from the moment the records were linked' })
  complete!: boolean;

  @ApiProperty({ ...dateTime, nullable: true })
  historyStartsAt!: string | null;

  @ApiProperty({
    type: [TargetDto],
    description: 'Records that values of a reference in it point to, as far as they may be seen',
  })
  targets!: TargetDto[];
}
