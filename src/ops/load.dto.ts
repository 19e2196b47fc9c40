import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { LoadProgressDto } from './pipeline.dto.js';

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

  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    description: 'Ids `a` and `b` of some pairs that differ, with the values `A` and `B`',
  })
  samples!: readonly object[];
}

export class FieldsComparedDto {
  @ApiProperty({
    type: 'integer',
    description: 'Pairs that were looked at, from everywhere among those that would be linked',
  })
  looked!: number;

  @ApiProperty({ type: 'object', additionalProperties: { $ref: getSchemaPath(FieldComparedDto) } })
  fields!: Readonly<Record<string, FieldComparedDto>>;
}

@ApiExtraModels(FieldComparedDto)
export class LoadDto {
  @ApiProperty()
  pipeline!: string;

  @ApiProperty({ description: 'State of the pipeline' })
  state!: string;

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

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'Some records of each kind' })
  samples!: unknown;

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

  @ApiProperty({ type: LoadProgressDto, nullable: true })
  progress!: LoadProgressDto | null;
}
