import { ApiProperty } from '../common/api-doc.js';
import { dateTime } from '../common/api-schema.js';
import { type Step, steps } from './conflict-flow.dto.js';

const lag = {
  type: 'number',
  nullable: true,
  description:
    'Age of the oldest change of this side that was not applied on the other, in seconds, at most; null: not measured',
} as const;

export class LagStretchDto {
  @ApiProperty({ ...dateTime, description: 'Beginning of the stretch, in UTC' })
  at!: string;

  @ApiProperty(lag)
  A!: number | null;

  @ApiProperty(lag)
  B!: number | null;
}

export class LagHistoryDto {
  @ApiProperty({ enum: steps })
  by!: Step;

  @ApiProperty({ type: 'integer', description: 'Length of a stretch' })
  seconds!: number;

  @ApiProperty({ type: [LagStretchDto], description: 'Every stretch, oldest first' })
  stretches!: LagStretchDto[];
}
