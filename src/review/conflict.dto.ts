import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '../common/api-doc.js';
import { IsIn, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { dateTime, jsonValue } from '../common/api-schema.js';
import { PageQueryDto } from '../common/page-query.js';
import { TargetDto } from '../common/target-answer.js';
import { VersionDto } from '../common/version-answer.js';
import type { Json } from '../core/value.js';
import { DecisionDto } from './decision.dto.js';
import { MatchDto } from './match/match.dto.js';
import { GuardItemDto, HaltItemDto } from './queue/stopped.dto.js';
import { ActionDto, ActivityDto, WorkDto } from './queue/work.dto.js';

export const CONFLICT_STATES = ['open', 'snoozed', 'held', 'closed'] as const;
export type ConflictState = (typeof CONFLICT_STATES)[number];

/** What every route that looks at the queue takes. */
const Filter = (): PropertyDecorator =>
  applyDecorators(
    ApiProperty({
      type: String,
      required: false,
      maxLength: 1000,
      example: 'pipeline:companies priority:urgent,high -assignee:none due:<4h value:"@example.org"',
      description: 'Terms that must all hold; docs/queue.md has the grammar',
    }),
    IsOptional(),
    IsString(),
    MaxLength(1000),
  );

export class QueueFilterDto {
  @Filter()
  filter?: string;
}

export class ConflictQueryDto extends PageQueryDto {
  @Filter()
  filter?: string;

  @ApiProperty({
    enum: CONFLICT_STATES,
    required: false,
    description: 'Without it: open and held. One of many: `filter` can say more',
  })
  @IsOptional()
  @IsIn(CONFLICT_STATES)
  state?: ConflictState;

  @ApiProperty({ required: false, description: 'Name of a pipeline' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  pipeline?: string;

  @ApiProperty({
    required: false,
    description: 'Name of a field or group; `$life`: whether the record exists',
  })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  unit?: string;

  @ApiProperty({ required: false, pattern: '^rec_\\d{1,15}$' })
  @IsOptional()
  @Matches(/^rec_\d{1,15}$/, { message: 'record must be the id of a record, such as rec_42' })
  record?: string;
}

export class ValueDto {
  @ApiProperty(jsonValue)
  value!: Json;
}

export class CandidateDto extends VersionDto {
  @ApiProperty({ enum: ['a', 'b', 'decision', 'recovered'] })
  key!: string;

  @ApiProperty({ enum: ['A', 'B'], nullable: true })
  side!: 'A' | 'B' | null;

  @ApiProperty({ description: 'Where the value stands, for people' })
  label!: string;

  @ApiProperty({ required: false, description: 'In lists: the value was too long and is cut off' })
  truncated?: true;
}

export class ConflictSummaryDto {
  @ApiProperty({ example: 'cf_0199…' })
  id!: string;

  @ApiProperty()
  pipeline!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'rec_42',
    description: 'null for a match: it is about records that are not linked',
  })
  record!: string | null;

  @ApiProperty({ description: 'Name of the record for people' })
  title!: string;

  @ApiProperty({ description: 'Field or group; `$life`: whether the record exists' })
  unit!: string;

  @ApiProperty()
  kind!: string;

  @ApiProperty({ description: 'One sentence' })
  reason!: string;

  @ApiProperty({ enum: CONFLICT_STATES })
  state!: ConflictState;

  @ApiProperty({
    example: '"3-open"',
    description: 'Names what was asked, and whether it can be decided: what a decision carries in If-Match',
  })
  etag!: string;

  @ApiProperty({ type: 'integer' })
  rev!: number;

  @ApiProperty({ enum: ['urgent', 'high', 'normal', 'low'] })
  priority!: string;

  @ApiProperty(dateTime)
  openedAt!: string;

  @ApiProperty(dateTime)
  changedAt!: string;

  @ApiProperty({ ...dateTime, nullable: true })
  closedAt!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      '`decided`; by itself: `converged`, `withdrawn`, `policy`, `record-deleted`; of guards and halts: `released`, `discarded`, `resumed`',
  })
  closeReason!: string | null;

  @ApiProperty({ type: 'integer', description: 'How often it came back after it was closed' })
  reopened!: number;

  @ApiProperty({ ...dateTime, nullable: true })
  reopenedAt!: string | null;

  @ApiProperty({
    type: ValueDto,
    nullable: true,
    description: 'The last agreed value; null: the records share no past',
  })
  base!: ValueDto | null;

  @ApiProperty({ type: [CandidateDto] })
  candidates!: CandidateDto[];

  @ApiProperty({
    type: [TargetDto],
    description: 'Of a reference: the records that its values point to, as far as they may be seen',
  })
  targets!: TargetDto[];

  @ApiProperty({
    description:
      'Its values are personal data (`pii` of the file): `{"redacted": true, "reason": "personal"}` stands for them until GET /conflicts/:id?reveal=personal',
  })
  personal!: boolean;

  @ApiProperty({ description: 'Values or the name are covered in this answer; of the name its id is left' })
  covered!: boolean;

  @ApiProperty({ type: WorkDto, description: 'What people added to it' })
  work!: WorkDto;

  @ApiProperty({
    type: [ActionDto],
    description:
      'How it is answered: conflicts `decide`, guards `release` and `discard`, halts one for each choice',
  })
  actions!: ActionDto[];
}

export class ConflictPageDto {
  @ApiProperty({ type: [ConflictSummaryDto] })
  items!: ConflictSummaryDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'Where the list goes on. A page may hold fewer items than asked for, even none, while there are more: what a request looks at is bounded',
  })
  next!: string | null;
}

export class RecordIdsDto {
  @ApiProperty({ type: String, nullable: true })
  A!: string | null;

  @ApiProperty({ type: String, nullable: true })
  B!: string | null;
}

export class SystemsDto {
  @ApiProperty()
  A!: string;

  @ApiProperty()
  B!: string;
}

export class LinksDto {
  @ApiProperty({ type: String, nullable: true, example: 'https://crm.example/accounts/7' })
  A!: string | null;

  @ApiProperty({ type: String, nullable: true })
  B!: string | null;
}

export class EffectsDto {
  @ApiProperty({ required: false })
  a?: string;

  @ApiProperty({ required: false })
  b?: string;

  @ApiProperty({ required: false })
  base?: string;

  @ApiProperty({ required: false })
  merged?: string;
}

export class SiblingDto {
  @ApiProperty()
  id!: string;

  @ApiProperty()
  unit!: string;

  @ApiProperty({ enum: ['open', 'held'] })
  state!: string;

  @ApiProperty({ description: 'As of a conflict' })
  etag!: string;

  @ApiProperty()
  reason!: string;
}

export class ConflictDto extends ConflictSummaryDto {
  @ApiProperty({
    type: MatchDto,
    nullable: true,
    description: 'Of kind `match`: the record in question and what it may be the same as',
  })
  match!: MatchDto | null;

  @ApiProperty({ type: GuardItemDto, nullable: true, description: 'Of kind `guard`' })
  guard!: GuardItemDto | null;

  @ApiProperty({ type: HaltItemDto, nullable: true, description: 'Of kind `halt`' })
  halt!: HaltItemDto | null;

  @ApiProperty({ type: RecordIdsDto })
  recordIds!: RecordIdsDto;

  @ApiProperty({ type: SystemsDto })
  systems!: SystemsDto;

  @ApiProperty({
    type: LinksDto,
    description: 'Where each system shows the record (`recordUrl` of the file)',
  })
  links!: LinksDto;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: '`strategy`, its settings, and `sentence`: the same in words',
  })
  policy!: { readonly strategy: string; readonly sentence: string; readonly [setting: string]: unknown };

  @ApiProperty({ type: 'integer' })
  revision!: number;

  @ApiProperty({ description: 'Why a person is asked: what happened, and the policy that sends it here' })
  why!: string;

  @ApiProperty({
    type: ValueDto,
    nullable: true,
    description: 'A clean three-way merge, where there is one; never preselected',
  })
  merged!: ValueDto | null;

  @ApiProperty({
    type: EffectsDto,
    description: 'What each choice writes, in words; a choice that is absent cannot be taken',
  })
  effects!: EffectsDto;

  @ApiProperty({ type: [DecisionDto] })
  decisions!: DecisionDto[];

  @ApiProperty({ type: [SiblingDto], description: 'Other conflicts of the record that are not closed' })
  others!: SiblingDto[];

  @ApiProperty({ type: [ActivityDto], description: 'The newest 50; more: GET /conflicts/:id/activity' })
  activity!: ActivityDto[];
}
