import { ApiProperty } from '@nestjs/swagger';
import { LoadProgressDto } from './pipeline.dto.js';

const time = { type: String, format: 'date-time', nullable: true } as const;

export class LoadDto {
  @ApiProperty()
  pipeline!: string;

  @ApiProperty({ description: 'State of the pipeline' })
  state!: string;

  @ApiProperty({ type: 'integer' })
  revision!: number;

  @ApiProperty({ type: 'integer', description: 'Pairs that a rule found' })
  linked!: number;

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
