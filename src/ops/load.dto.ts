import { ApiExtraModels, ApiProperty } from '../common/api-doc.js';
import { IsIn, IsString, Matches, ValidateIf } from 'class-validator';
import { jsonValue } from '../common/api-schema.js';
import type { Json } from '../core/value.js';
import { RATE } from '../core/pipeline/duration.js';
import { LoadProgressDto, LoadRateDto } from './pipeline.dto.js';

const time = { type: String, format: 'date-time', nullable: true } as const;

export class LeftOutKeyDto {
  @ApiProperty({ description: 'Id of the match rule' })
  rule!: string;

  @ApiProperty()
  key!: string;

  @ApiProperty({ type: 'integer' })
  a!: number;

  @ApiProperty({ type: 'integer' })
  b!: number;
}

export class ComparedPairDto {
  @ApiProperty({ description: 'Id in A' })
  a!: string;

  @ApiProperty({ description: 'Id in B' })
  b!: string;

  @ApiProperty({ ...jsonValue, description: 'Value in A' })
  A!: Json;

  @ApiProperty({ ...jsonValue, description: 'Value in B' })
  B!: Json;
}

export class LoadSampleDto {
  @ApiProperty({ enum: ['linked', 'scored', 'question', 'ambiguous', 'only-a', 'only-b'] })
  kind!: 'linked' | 'scored' | 'question' | 'ambiguous' | 'only-a' | 'only-b';

  @ApiProperty({ type: String, nullable: true })
  a_id!: string | null;

  @ApiProperty({ type: String, nullable: true })
  b_id!: string | null;

  @ApiProperty({ type: Number, nullable: true, required: false, description: 'Of a pair that was scored' })
  points?: number | null;

  @ApiProperty({ type: String, nullable: true, description: 'What speaks for and against it' })
  detail!: string | null;
}

export class FieldComparedDto {
  @ApiProperty({ type: 'integer' })
  equal!: number;

  @ApiProperty({ type: 'integer', description: 'Both have a value, and not the same' })
  different!: number;

  @ApiProperty({ type: 'integer', description: 'Blank in B' })
  onlyA!: number;

  @ApiProperty({ type: 'integer', description: 'Blank in A' })
  onlyB!: number;

  @ApiProperty({ type: 'integer', description: 'A side has a value that the mapping cannot read' })
  unreadable!: number;

  @ApiProperty({ type: [ComparedPairDto], description: 'Some pairs that differ' })
  samples!: readonly ComparedPairDto[];
}

export class FieldsComparedDto {
  @ApiProperty({
    type: 'integer',
    description: 'Pairs that were looked at, from everywhere among those that would be linked',
  })
  looked!: number;

  @ApiProperty({ type: 'object', additionalProperties: { $ref: '#/components/schemas/FieldComparedDto' } })
  fields!: Readonly<Record<string, FieldComparedDto>>;
}

export class SetLoadRateDto {
  @ApiProperty({ enum: ['A', 'B'], description: 'Where records are made' })
  @IsIn(['A', 'B'])
  side!: 'A' | 'B';

  @ApiProperty({ type: String, nullable: true, example: '500/s', description: 'null: no limit' })
  @ValidateIf(({ rate }: SetLoadRateDto) => rate !== null)
  @IsString()
  @Matches(RATE, { message: 'rate: expected so many per time, 500/s or 80/10s, or null' })
  rate!: string | null;
}

@ApiExtraModels(FieldComparedDto)
export class LoadDto {
  @ApiProperty()
  pipeline!: string;

  @ApiProperty({ description: 'State of the pipeline' })
  state!: string;

  @ApiProperty({ description: 'Personal data is covered in this answer' })
  covered!: boolean;

  @ApiProperty({ type: 'integer' })
  revision!: number;

  @ApiProperty({ type: 'integer', description: 'Pairs that a rule found' })
  linked!: number;

  @ApiProperty({ type: 'integer', description: 'Of these, pairs that a rule with points found' })
  scored!: number;

  @ApiProperty({
    type: FieldsComparedDto,
    nullable: true,
    description: 'What linking would mean, field by field',
  })
  fields!: FieldsComparedDto | null;

  @ApiProperty({
    type: [LeftOutKeyDto],
    description: 'Keys that too many records share to compare all of them, the most common first',
  })
  leftOut!: LeftOutKeyDto[];

  @ApiProperty({ type: 'integer' })
  onlyA!: number;

  @ApiProperty({ type: 'integer' })
  onlyB!: number;

  @ApiProperty({
    type: 'integer',
    description: 'Records with several possible partners: shown, never guessed',
  })
  ambiguous!: number;

  @ApiProperty({ type: 'integer' })
  excludedA!: number;

  @ApiProperty({ type: 'integer' })
  excludedB!: number;

  @ApiProperty({ type: [LoadSampleDto], description: 'Some records of each kind' })
  samples!: readonly LoadSampleDto[];

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: string;

  @ApiProperty(time)
  acceptedAt!: string | null;

  @ApiProperty({ type: String, nullable: true })
  acceptedBy!: string | null;

  @ApiProperty(time)
  startedAt!: string | null;

  @ApiProperty(time)
  finishedAt!: string | null;

  @ApiProperty({ type: LoadRateDto })
  rate!: LoadRateDto;

  @ApiProperty({ type: LoadProgressDto, nullable: true })
  progress!: LoadProgressDto | null;
}
