import { ApiProperty } from '../common/api-doc.js';
import { IsBoolean, IsIn, IsOptional } from 'class-validator';
import { dateTime, jsonValue } from '../common/api-schema.js';
import { PageQueryDto } from '../common/page-query.js';
import { Reveal } from '../common/veil.js';
import { REASONS, type Reason } from '../core/difference.js';

const nullable = { nullable: true } as const;
const KINDS = ['value', 'apart', 'missing', 'returned', 'extra', 'alone'] as const;

export class AskVerificationDto {
  @ApiProperty({
    required: false,
    default: false,
    description: 'Take in what nothing explains as edits of the side that drifted, under the policies',
  })
  @IsOptional()
  @IsBoolean()
  repair?: boolean;
}

export class DifferenceQueryDto extends PageQueryDto {
  @Reveal()
  reveal?: 'personal';

  @ApiProperty({ required: false, enum: REASONS })
  @IsOptional()
  @IsIn(REASONS)
  reason?: Reason;
}

export class ReasonCountsDto {
  @ApiProperty({ type: 'integer', description: 'Waits for a person' })
  conflict!: number;

  @ApiProperty({ type: 'integer', description: 'Refused by a side, or held' })
  blocked!: number;

  @ApiProperty({ type: 'integer', name: 'in-flight', description: 'On its way' })
  'in-flight'!: number;

  @ApiProperty({ type: 'integer', description: 'Meant to be so' })
  policy!: number;

  @ApiProperty({ type: 'integer', description: 'Out of the scope of the pipeline' })
  scope!: number;

  @ApiProperty({ type: 'integer', description: 'Nothing explains it' })
  unknown!: number;
}

export class VerificationDto {
  @ApiProperty()
  id!: string;

  @ApiProperty()
  pipeline!: string;

  @ApiProperty({ enum: ['asked', 'running', 'finished', 'failed'] })
  state!: 'asked' | 'running' | 'finished' | 'failed';

  @ApiProperty(dateTime)
  askedAt!: string;

  @ApiProperty({ type: String, ...nullable, description: 'null: the schedule' })
  askedBy!: string | null;

  @ApiProperty()
  repair!: boolean;

  @ApiProperty({ type: 'integer', ...nullable })
  revision!: number | null;

  @ApiProperty({ type: String, ...nullable, enum: ['records', 'A', 'B', 'looks', 'repair'] })
  phase!: 'records' | 'A' | 'B' | 'looks' | 'repair' | null;

  @ApiProperty({ type: 'integer', description: 'Linked records read so far' })
  done!: number;

  @ApiProperty({ type: 'integer' })
  total!: number;

  @ApiProperty({
    type: 'integer',
    ...nullable,
    description: 'Until the linked records are read, at this pace',
  })
  secondsLeft!: number | null;

  @ApiProperty({ ...dateTime, ...nullable })
  startedAt!: string | null;

  @ApiProperty({ ...dateTime, ...nullable })
  finishedAt!: string | null;

  @ApiProperty({ type: ReasonCountsDto, ...nullable })
  differences!: ReasonCountsDto | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    ...nullable,
    description: 'What was compared and found; `hash` is the SHA-256 of its canonical form (sorted keys)',
  })
  certificate!: object | null;

  @ApiProperty({ type: String, ...nullable })
  hash!: string | null;

  @ApiProperty({ type: String, ...nullable, description: 'Why there is no certificate' })
  error!: string | null;
}

export class VerificationPageDto {
  @ApiProperty({ type: [VerificationDto] })
  items!: VerificationDto[];

  @ApiProperty({ type: String, ...nullable })
  next!: string | null;
}

export class DifferenceDto {
  @ApiProperty({ enum: KINDS })
  kind!: (typeof KINDS)[number];

  @ApiProperty({ enum: REASONS })
  reason!: Reason;

  @ApiProperty({ type: String, ...nullable })
  record!: string | null;

  @ApiProperty({ type: String, enum: ['A', 'B'], ...nullable, description: 'null: between the sides' })
  side!: 'A' | 'B' | null;

  @ApiProperty({ type: String, ...nullable, description: 'The id on that side' })
  externalId!: string | null;

  @ApiProperty({ type: String, ...nullable, description: 'The field or group; `$life`: the record itself' })
  unit!: string | null;

  @ApiProperty({ ...jsonValue, description: 'What is held of the side; between the sides: what A holds' })
  held!: unknown;

  @ApiProperty({ ...jsonValue, description: 'What the side shows; between the sides: what B holds' })
  seen!: unknown;

  @ApiProperty()
  detail!: string;

  @ApiProperty({ type: String, ...nullable, description: 'What repairing came to' })
  repaired!: string | null;
}

export class DifferencePageDto {
  @ApiProperty({ type: [DifferenceDto] })
  items!: DifferenceDto[];

  @ApiProperty({ type: String, ...nullable })
  next!: string | null;
}
