import { ApiProperty } from '../common/api-doc.js';

const nullable = { nullable: true } as const;
const time = { type: String, format: 'date-time' } as const;

export class PauseDto {
  @ApiProperty(time)
  at!: string;

  @ApiProperty()
  by!: string;

  @ApiProperty()
  reason!: string;
}

export class SideErrorDto {
  @ApiProperty({ description: 'Stable code' })
  code!: string;

  @ApiProperty()
  detail!: string;

  @ApiProperty(time)
  since!: string;
}

export class PipelineSideDto {
  @ApiProperty({ description: 'Name of the system for people' })
  label!: string;

  @ApiProperty()
  connector!: string;

  @ApiProperty({ description: 'The object there, such as a table' })
  object!: string;

  @ApiProperty({
    type: Number,
    ...nullable,
    description:
      'Age of the oldest change of this side that is not applied on the other; null while it is not known',
  })
  lagSeconds!: number | null;

  @ApiProperty({
    type: 'integer',
    description: 'Records whose changes are on their way or due to be looked at',
  })
  backlog!: number;

  @ApiProperty({ type: PauseDto, ...nullable })
  paused!: PauseDto | null;

  @ApiProperty({ type: SideErrorDto, ...nullable })
  error!: SideErrorDto | null;

  @ApiProperty({
    description:
      'It was restored or replaced: `resume` has to say what is right, the side as it is or what Accord knows',
  })
  restored!: boolean;

  @ApiProperty({ ...time, ...nullable })
  lastReadAt!: string | null;

  @ApiProperty({ ...time, ...nullable })
  lastWriteAt!: string | null;
}

export class PipelineSidesDto {
  @ApiProperty({ type: PipelineSideDto, ...nullable, description: 'null: never started' })
  A!: PipelineSideDto | null;

  @ApiProperty({ type: PipelineSideDto, ...nullable, description: 'null: never started' })
  B!: PipelineSideDto | null;
}

export class PipelineCountsDto {
  @ApiProperty({ type: 'integer' })
  linked!: number;

  @ApiProperty({ type: 'integer', description: 'Of the linked, records that are out of scope' })
  excluded!: number;

  @ApiProperty({ type: 'integer', description: 'Linked records on which both sides agree and nothing waits' })
  inSync!: number;

  @ApiProperty({ type: 'integer', description: 'Open conflicts' })
  conflicts!: number;

  @ApiProperty({ type: 'integer', description: 'Decided conflicts whose decision can still be undone' })
  held!: number;

  @ApiProperty({ type: 'integer', description: 'Fields that a side refused' })
  blocked!: number;

  @ApiProperty({
    type: 'integer',
    description: 'References that wait for the record that they point to to be linked',
  })
  waiting!: number;

  @ApiProperty({ type: 'integer', description: 'Guards that tripped: what they hold waits for an answer' })
  guards!: number;

  @ApiProperty({ type: 'integer', description: 'Records that no rule could link' })
  unmatched!: number;

  @ApiProperty({ type: 'integer' })
  changesTotal!: number;

  @ApiProperty({ type: 'integer' })
  writesTotal!: number;
}

export class LoadRateDto {
  @ApiProperty({ type: String, ...nullable, example: '500/s' })
  A!: string | null;

  @ApiProperty({ type: String, ...nullable, example: '500/s' })
  B!: string | null;
}

export class LoadProgressDto {
  @ApiProperty()
  phase!: string;

  @ApiProperty({ type: 'integer' })
  done!: number;

  @ApiProperty({ type: 'integer' })
  total!: number;

  @ApiProperty({ type: Number, ...nullable })
  ratePerSecond!: number | null;

  @ApiProperty({ type: 'integer', ...nullable, description: 'At the rate that is allowed now' })
  secondsLeft!: number | null;

  @ApiProperty({
    type: LoadRateDto,
    description: 'Records that may be made on each side in a time; null: no limit',
  })
  rate!: LoadRateDto;
}

export class PipelineDto {
  @ApiProperty()
  name!: string;

  @ApiProperty({ type: 'integer' })
  revision!: number;

  @ApiProperty({ enum: ['new', 'comparing', 'report', 'loading', 'running', 'halted'] })
  state!: 'new' | 'comparing' | 'report' | 'loading' | 'running' | 'halted';

  @ApiProperty({ type: PauseDto, ...nullable })
  paused!: PauseDto | null;

  @ApiProperty({ enum: ['ok', 'catching-up', 'attention', 'down'] })
  health!: 'ok' | 'catching-up' | 'attention' | 'down';

  @ApiProperty({ description: 'How it is, in words' })
  sentence!: string;

  @ApiProperty({ type: PipelineSidesDto })
  sides!: PipelineSidesDto;

  @ApiProperty({ type: PipelineCountsDto })
  counts!: PipelineCountsDto;

  @ApiProperty({ type: LoadProgressDto, ...nullable, description: 'null: no load is under way' })
  load!: LoadProgressDto | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Unit → what decides it, in words',
  })
  policies!: Record<string, string>;
}
