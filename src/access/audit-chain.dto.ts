import { ApiProperty } from '../common/api-doc.js';
import { IsIn } from 'class-validator';
import { dateTime } from '../common/api-schema.js';

export class VerifyAuditDto {
  @ApiProperty({
    enum: ['last', 'start'],
    description:
      'last: what has come since the last look. start: everything, believing nothing of earlier looks',
  })
  @IsIn(['last', 'start'])
  from!: 'last' | 'start';
}

export class AuditFaultDto {
  @ApiProperty({ type: 'integer', description: 'The row, or the first of the rows' })
  seq!: number;

  @ApiProperty({ enum: ['changed', 'removed', 'inserted'] })
  fault!: 'changed' | 'removed' | 'inserted';

  @ApiProperty()
  detail!: string;
}

export class AuditCheckDto {
  @ApiProperty(dateTime)
  at!: string;

  @ApiProperty()
  by!: string;

  @ApiProperty({ type: 'integer', description: 'The last row that was looked at' })
  upTo!: number;

  @ApiProperty({
    type: 'integer',
    description: 'Rows after it, but for the one that says that somebody has looked',
  })
  since!: number;

  @ApiProperty({
    description:
      'The end of the chain there; kept elsewhere, `accord audit verify --expect` proves later that it stands',
  })
  head!: string;

  @ApiProperty({ description: 'False: a look reads so many rows at most, and another goes on from there' })
  complete!: boolean;

  @ApiProperty({ description: 'Nothing was changed, removed or inserted, as far as it was looked at' })
  intact!: boolean;

  @ApiProperty({ type: [AuditFaultDto], description: 'Up to 100' })
  faults!: AuditFaultDto[];
}

export class AuditChainDto {
  @ApiProperty({ type: 'integer' })
  rows!: number;

  @ApiProperty({ description: 'The end of the chain: `<row>:<hash in hex>`' })
  head!: string;

  @ApiProperty({ type: AuditCheckDto, nullable: true, description: 'null: nobody has looked yet' })
  checked!: AuditCheckDto | null;
}
