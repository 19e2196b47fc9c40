import { ApiProperty } from '../common/api-doc.js';
import { IsIn, IsOptional, IsString, MaxLength, MinLength } from 'class-validator';

export class UnlinkDto {
  @ApiProperty({ required: false, maxLength: 2000 })
  @IsOptional()
  @IsString()
  @MaxLength(2000)
  note?: string;
}

export class UnlinkedDto {
  @ApiProperty({ example: 'rec_42' })
  record!: string;

  @ApiProperty()
  pipeline!: string;

  @ApiProperty({ type: String, nullable: true })
  a!: string | null;

  @ApiProperty({ type: String, nullable: true })
  b!: string | null;
}

export class MergedDto {
  @ApiProperty({ enum: ['A', 'B'], description: 'The side that merged two of its records' })
  @IsIn(['A', 'B'])
  side!: 'A' | 'B';

  @ApiProperty({ description: 'The id, there, of the record that it went into' })
  @IsString()
  @MinLength(1)
  @MaxLength(2000)
  into!: string;
}

export class MergedAnswerDto {
  @ApiProperty({
    enum: ['moved', 'detached'],
    description:
      'moved: the link is with the other record now. detached: that one is linked itself; the record of the other side stays, unlinked',
  })
  outcome!: 'moved' | 'detached';

  @ApiProperty({ example: 'rec_42', description: 'The record that goes by both ids of that side now' })
  record!: string;
}

export class LinkDto {
  @ApiProperty({ description: 'Id of the record on side A' })
  @IsString()
  @MinLength(1)
  @MaxLength(2000)
  a!: string;

  @ApiProperty({ description: 'Id of the record on side B' })
  @IsString()
  @MinLength(1)
  @MaxLength(2000)
  b!: string;

  @ApiProperty({ required: false, maxLength: 2000 })
  @IsOptional()
  @IsString()
  @MaxLength(2000)
  note?: string;
}

export class LinkOrderedDto {
  @ApiProperty({ description: 'GET /pipelines/{name}/links/{order} tells what becomes of it' })
  order!: string;

  @ApiProperty()
  pipeline!: string;

  @ApiProperty()
  a!: string;

  @ApiProperty()
  b!: string;
}

export class LinkOrderDto extends LinkOrderedDto {
  @ApiProperty({ description: 'Who ordered it' })
  by!: string;

  @ApiProperty({
    enum: ['ordered', 'linked', 'void'],
    description: 'void: it could not be carried out, and nothing was changed',
  })
  state!: 'ordered' | 'linked' | 'void';

  @ApiProperty({ type: String, nullable: true, description: 'How it ended, in words; null while it waits' })
  why!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The record that the two are now, if they are linked',
  })
  record!: string | null;
}
