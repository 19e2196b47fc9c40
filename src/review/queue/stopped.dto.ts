import { ApiProperty } from '../../common/api-doc.js';
import { jsonValue } from '../../common/api-schema.js';
import type { Json } from '../../core/value.js';

export class GuardExampleDto {
  @ApiProperty()
  record!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Id on side A' })
  a!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Id on side B' })
  b!: string | null;

  @ApiProperty()
  unit!: string;

  @ApiProperty(jsonValue)
  before!: Json;

  @ApiProperty(jsonValue)
  after!: Json;
}

/** A class of operations that a guard stopped. */
export class GuardItemDto {
  @ApiProperty({ example: 'grd_0199…' })
  id!: string;

  @ApiProperty({
    enum: ['A', 'B'],
    description: 'The side where it was done; it is held back from the other',
  })
  side!: 'A' | 'B';

  @ApiProperty({ enum: ['deletes', 'blanking', 'overwrite', 'canary'] })
  guard!: string;

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

  @ApiProperty({ type: 'integer', description: 'Fields and records that are held at the moment' })
  held!: number;

  @ApiProperty({ type: String, nullable: true })
  answeredBy!: string | null;

  @ApiProperty({ type: String, nullable: true })
  note!: string | null;

  @ApiProperty({ type: [GuardExampleDto], description: 'Up to ten of the first' })
  sample!: GuardExampleDto[];
}

/** A pipeline that has stopped until a person says how to go on. */
export const HALT_CHOICES = ['resume', 'give-back', 'take'] as const;
export type HaltChoice = (typeof HALT_CHOICES)[number];

export class HaltItemDto {
  @ApiProperty({ description: 'Why' })
  detail!: string;

  @ApiProperty({ enum: ['A', 'B'], isArray: true, description: 'Sides that were restored or replaced' })
  restored!: ('A' | 'B')[];

  @ApiProperty({
    enum: HALT_CHOICES,
    isArray: true,
    description: 'Names of the actions: `resume`, or `give-back` and `take`',
  })
  choices!: HaltChoice[];
}
