import { ApiProperty } from '../common/api-doc.js';
import { ArrayNotEmpty, ArrayUnique, IsArray, IsIn, IsInt, Length, Max, Min } from 'class-validator';
import { dateTime } from '../common/api-schema.js';
import { PERMISSIONS, type Permission } from '../common/permissions.js';
import { trimmed } from './person.dto.js';

export class TokenDto {
  @ApiProperty()
  id!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty({ description: 'How the token begins: to tell it from others' })
  begins!: string;

  @ApiProperty({ enum: PERMISSIONS, isArray: true })
  scopes!: readonly Permission[];

  @ApiProperty(dateTime)
  createdAt!: string;

  @ApiProperty(dateTime)
  expiresAt!: string;

  @ApiProperty({ ...dateTime, nullable: true })
  revokedAt!: string | null;

  @ApiProperty({ ...dateTime, nullable: true, description: 'To the minute' })
  usedAt!: string | null;
}

export class TokenListDto {
  @ApiProperty({ type: [TokenDto] })
  items!: readonly TokenDto[];
}

export class NewTokenDto {
  @ApiProperty({ type: TokenDto })
  token!: TokenDto;

  @ApiProperty({ description: 'The token itself. Shown once: it is not stored' })
  secret!: string;
}

export class MakeTokenDto {
  @ApiProperty({ minLength: 1, maxLength: 60, description: 'What it is for; stands by what is done with it' })
  @trimmed
  @Length(1, 60, { message: 'must have 1 to 60 characters' })
  name!: string;

  @ApiProperty({
    enum: PERMISSIONS,
    isArray: true,
    description: 'It may do these where your roles allow them, and nothing else',
  })
  @IsArray()
  @ArrayNotEmpty({ message: 'must name at least one' })
  @ArrayUnique()
  @IsIn(PERMISSIONS, { each: true })
  scopes!: Permission[];

  @ApiProperty({ type: 'integer', minimum: 1, maximum: 365 })
  @IsInt()
  @Min(1)
  @Max(365)
  days!: number;
}
