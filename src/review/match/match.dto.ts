import { ApiProperty } from '../../common/api-doc.js';
import { jsonValue } from '../../common/api-schema.js';
import type { Json } from '../../core/value.js';

export class VerdictDto {
  @ApiProperty()
  field!: string;

  @ApiProperty({ description: 'How the two values were compared' })
  as!: string;

  @ApiProperty({ type: Number, nullable: true, description: 'From 0 to 1; null: blank on a side' })
  likeness!: number | null;

  @ApiProperty({ description: 'What it speaks for (positive) or against (negative)' })
  points!: number;

  @ApiProperty({ enum: ['agrees', 'alike', 'differs', 'blank'] })
  verdict!: string;
}

const values = {
  type: 'object',
  additionalProperties: jsonValue,
  description: 'Field or group → its value when it was asked',
} as const;

export class MatchCandidateDto {
  @ApiProperty({ type: 'integer', description: 'What a decision to link names' })
  n!: number;

  @ApiProperty({ description: 'Its id on the other side' })
  id!: string;

  @ApiProperty()
  title!: string;

  @ApiProperty({ description: 'The rule that found it' })
  rule!: string;

  @ApiProperty({ type: Number, nullable: true, description: 'null: they have the same key by an exact rule' })
  points!: number | null;

  @ApiProperty({ type: [VerdictDto] })
  verdicts!: VerdictDto[];

  @ApiProperty(values)
  values!: Record<string, Json>;

  @ApiProperty({ type: String, nullable: true, description: 'Why it cannot be chosen any more' })
  gone!: string | null;
}

export class MatchDto {
  @ApiProperty({ enum: ['A', 'B'], description: 'The side of the record in question' })
  side!: 'A' | 'B';

  @ApiProperty({ description: 'Its id there' })
  id!: string;

  @ApiProperty(values)
  values!: Record<string, Json>;

  @ApiProperty({ type: [MatchCandidateDto], description: 'Records of the other side, the most likely first' })
  candidates!: MatchCandidateDto[];

  @ApiProperty({ description: 'Whether the pipeline makes such records on the other side' })
  mayCreate!: boolean;
}
