import { ApiProperty } from '../common/api-doc.js';
import { IsOptional, Length } from 'class-validator';

const words = { message: 'must have 1 to 2000 characters' };

export class ExcludeRecordDto {
  @ApiProperty({ minLength: 1, maxLength: 2000, description: 'Why; stands by the record' })
  @Length(1, 2000, words)
  reason!: string;
}

export class IncludeRecordDto {
  @ApiProperty({ required: false, minLength: 1, maxLength: 2000 })
  @IsOptional()
  @Length(1, 2000, words)
  note?: string;
}

export class SyncAnswerDto {
  @ApiProperty({ example: 'rec_42' })
  record!: string;

  @ApiProperty()
  pipeline!: string;
}
