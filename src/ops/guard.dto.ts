import { ApiProperty } from '../common/api-doc.js';
import { Transform } from 'class-transformer';
import { IsBoolean, IsOptional, IsString, MaxLength } from 'class-validator';
import { dateTime, jsonValue } from '../common/api-schema.js';
import { RevealQueryDto } from '../common/veil.js';
import type { Side } from '../core/clock.js';
import type { GuardKind } from '../core/guard.js';
import type { Json } from '../core/value.js';

export class GuardQueryDto extends RevealQueryDto {
  @ApiProperty({
    required: false,
    type: Boolean,
    default: false,
    description: 'Only those that wait for an answer',
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean({ message: 'must be true or false' })
  open = false;
}

export class GuardAnswerDto {
  @ApiProperty({ required: false, maxLength: 2000, description: 'Why; kept in the audit log' })
  @IsOptional()
  @IsString()
  @MaxLength(2000)
  note?: string;
}

export class GuardSampleDto {
  @ApiProperty()
  record!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Id on side A' })
  a!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Id on side B' })
  b!: string | null;

  @ApiProperty({ description: 'Field or group; `$life`: whether the record exists' })
  unit!: string;

  @ApiProperty(jsonValue)
  before!: Json;

  @ApiProperty(jsonValue)
  after!: Json;
}

export class GuardTripDto {
  @ApiProperty()
  id!: string;

  @ApiProperty()
  pipeline!: string;

  @ApiProperty({
    enum: ['A', 'B'],
    description: 'The side where it was done; it is held back from the other',
  })
  side!: Side;

  @ApiProperty({ enum: ['deletes', 'blanking', 'overwrite', 'canary'] })
  kind!: GuardKind;

  @ApiProperty({
    description: 'blanking: the field; overwrite: who; canary: the id of the record that is missing',
  })
  subject!: string;

  @ApiProperty({ type: 'integer', description: 'Records within the window when it tripped' })
  count!: number;

  @ApiProperty({ type: 'integer', description: 'The most that pass' })
  most!: number;

  @ApiProperty({ type: 'integer', description: 'Linked records at that time' })
  linked!: number;

  @ApiProperty({ type: 'integer' })
  windowMs!: number;

  @ApiProperty({ enum: ['open', 'released', 'discarded'] })
  state!: 'open' | 'released' | 'discarded';

  @ApiProperty({ type: 'integer', description: 'Fields and records that are held at the moment' })
  held!: number;

  @ApiProperty({ type: [GuardSampleDto], description: 'Up to ten of the first' })
  sample!: GuardSampleDto[];

  @ApiProperty(dateTime)
  openedAt!: string;

  @ApiProperty({ ...dateTime, nullable: true })
  closedAt!: string | null;

  @ApiProperty({ type: String, nullable: true })
  closedBy!: string | null;

  @ApiProperty({ type: String, nullable: true })
  note!: string | null;
}

export class GuardTripListDto {
  @ApiProperty({ type: [GuardTripDto] })
  items!: GuardTripDto[];
}
