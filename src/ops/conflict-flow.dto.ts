import { ApiProperty } from '../common/api-doc.js';
import { IsIn, IsOptional } from 'class-validator';
import { dateTime } from '../common/api-schema.js';

export const steps = ['hour', 'day'] as const;
export type Step = (typeof steps)[number];

export class FlowQueryDto {
  @ApiProperty({ required: false, enum: steps, default: 'hour', description: '24 hours, or 14 days' })
  @IsOptional()
  @IsIn(steps)
  by: Step = 'hour';
}

export class FlowStretchDto {
  @ApiProperty({ ...dateTime, description: 'Beginning of the hour or day, in UTC' })
  at!: string;

  @ApiProperty({ type: 'integer', description: 'Conflicts that opened' })
  opened!: number;

  @ApiProperty({ type: 'integer', description: 'Conflicts that closed, whatever closed them' })
  closed!: number;
}

export class OpenAgeDto {
  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Open for less than so many seconds; null: longer',
  })
  under!: number | null;

  @ApiProperty({ type: 'integer' })
  count!: number;
}

export class ConflictFlowDto {
  @ApiProperty({ enum: steps })
  by!: Step;

  @ApiProperty({ type: [FlowStretchDto], description: 'Every hour or day, oldest first' })
  stretches!: FlowStretchDto[];

  @ApiProperty({ type: [OpenAgeDto], description: 'The open ones by age, youngest first' })
  ages!: OpenAgeDto[];

  @ApiProperty({ ...dateTime, nullable: true, description: 'When the oldest open one opened' })
  oldestAt!: string | null;
}
