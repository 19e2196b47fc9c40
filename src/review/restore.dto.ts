import { ApiProperty } from '../common/api-doc.js';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';

export class RestoreDto {
  @ApiProperty({ required: false, enum: ['A', 'B'], description: 'Only there; default: wherever it is gone' })
  @IsOptional()
  @IsIn(['A', 'B'])
  side?: 'A' | 'B';

  @ApiProperty({ required: false, maxLength: 2000 })
  @IsOptional()
  @IsString()
  @MaxLength(2000)
  note?: string;
}

export class RestoredDto {
  @ApiProperty({ example: 'rec_42' })
  record!: string;

  @ApiProperty()
  pipeline!: string;

  @ApiProperty({ enum: ['A', 'B'], isArray: true, description: 'Where it is made again' })
  sides!: ('A' | 'B')[];
}
