import { ApiProperty } from '../common/api-doc.js';
import { dateTime } from '../common/api-schema.js';
import { TargetDto } from '../common/target-answer.js';

export const WHY_CODES = [
  'unlinked',
  'deleted',
  'creating',
  'kept-out',
  'out-of-scope',
  'pipeline-loading',
  'pipeline-halted',
  'pipeline-paused',
  'side-paused',
  'side-failing',
  'conflict',
  'held',
  'guard',
  'waiting-for',
  'refused',
  'in-flight',
  'due',
  'resync',
  'policy',
] as const;
export type WhyCode = (typeof WHY_CODES)[number];

export const WHY_ACTIONS = [
  'decide',
  'undo',
  'include',
  'resume',
  'accept',
  'retry',
  'release',
  'wait',
  'mend',
] as const;
export type WhyAction = (typeof WHY_ACTIONS)[number];

export class WhyReasonDto {
  @ApiProperty({ enum: WHY_CODES })
  code!: WhyCode;

  @ApiProperty({
    description:
      'stops: nothing of the record, or of the field, is written; waits: it goes on by itself; settled: as it should be',
    enum: ['stops', 'waits', 'settled'],
  })
  weight!: 'stops' | 'waits' | 'settled';

  @ApiProperty({ type: String, nullable: true, description: 'Field or group; null: the whole record' })
  field!: string | null;

  @ApiProperty({ type: String, nullable: true, enum: ['A', 'B', null] })
  side!: 'A' | 'B' | null;

  @ApiProperty({ description: 'In words' })
  detail!: string;

  @ApiProperty({ ...dateTime, nullable: true })
  since!: string | null;

  @ApiProperty({ ...dateTime, nullable: true, description: 'When it is tried, or goes on, next' })
  until!: string | null;

  @ApiProperty({ enum: WHY_ACTIONS, description: 'What can be done' })
  action!: WhyAction;

  @ApiProperty({ description: 'What can be done, in words' })
  advice!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Of a conflict: its id' })
  conflict!: string | null;
}

export class WhyResyncDto {
  @ApiProperty({ enum: ['asked', 'running', 'finished', 'failed'] })
  state!: 'asked' | 'running' | 'finished' | 'failed';

  @ApiProperty(dateTime)
  askedAt!: string;

  @ApiProperty({ type: String, nullable: true })
  askedBy!: string | null;

  @ApiProperty({ ...dateTime, nullable: true })
  finishedAt!: string | null;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Differences that nothing had explained' })
  drifted!: number | null;
}

export class WhyDto {
  @ApiProperty({ example: 'rec_42' })
  record!: string;

  @ApiProperty()
  pipeline!: string;

  @ApiProperty({ description: 'Both sides hold what they are to hold, and nothing stops or waits' })
  inSync!: boolean;

  @ApiProperty({ description: 'One sentence' })
  sentence!: string;

  @ApiProperty({ type: [WhyReasonDto], description: 'What stops it first' })
  reasons!: readonly WhyReasonDto[];

  @ApiProperty({
    type: [TargetDto],
    description: 'Records that the reasons name, as far as they may be seen',
  })
  targets!: TargetDto[];

  @ApiProperty({ description: 'A person keeps it out of sync' })
  keptOut!: boolean;

  @ApiProperty({ type: WhyResyncDto, nullable: true, description: 'The last time it was to be read again' })
  resync!: WhyResyncDto | null;
}
