import { ApiProperty } from './api-doc.js';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

/** What every list takes beside its filter: how much of it, and from where on. */
export class PageQueryDto {
  @ApiProperty({ required: false, type: 'integer', minimum: 1, maximum: 200, default: 50 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  limit = 50;

  @ApiProperty({ required: false, description: '`next` of the page before, with the same filter' })
  @IsOptional()
  @IsString()
  @MaxLength(2000)
  cursor?: string;
}
