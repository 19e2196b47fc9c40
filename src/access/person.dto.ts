import { ApiProperty } from '../common/api-doc.js';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsEmail,
  IsIn,
  IsOptional,
  Length,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { dateTime } from '../common/api-schema.js';
import { ROLES, type Role } from '../common/permissions.js';

/** A pipeline's name as pipeline files allow it, or `*`. */
const PIPELINE = /^(\*|[a-z][a-z0-9_-]{0,62})$/;

export class GrantDto {
  @ApiProperty({ enum: ROLES })
  @IsIn(ROLES)
  role!: Role;

  @ApiProperty({ description: 'Name of a pipeline, or `*`: on every pipeline, also those to come' })
  @Matches(PIPELINE, { message: 'must be the name of a pipeline, or * for all' })
  pipeline!: string;
}

export class HeldGrantDto extends GrantDto {
  @ApiProperty({
    enum: ['people', 'oidc'],
    description: 'Given here, or by a group of the identity provider (renewed at every sign-in)',
  })
  source!: 'people' | 'oidc';
}

export class MailRefusedDto {
  @ApiProperty(dateTime)
  since!: string;

  @ApiProperty({ description: 'What the mail server said' })
  reason!: string;
}

export class PersonDto {
  @ApiProperty()
  id!: string;

  @ApiProperty()
  email!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty({
    enum: ['invited', 'active', 'disabled'],
    description: 'invited: has not chosen a password, nor come by single sign-on, yet',
  })
  state!: 'invited' | 'active' | 'disabled';

  @ApiProperty({ description: 'One of the people that come with the demo' })
  demo!: boolean;

  @ApiProperty({ description: 'Can sign in by a password' })
  hasPassword!: boolean;

  @ApiProperty({ description: 'Has come by single sign-on' })
  singleSignOn!: boolean;

  @ApiProperty({ type: [HeldGrantDto] })
  grants!: readonly HeldGrantDto[];

  @ApiProperty({ ...dateTime, nullable: true })
  lastSignInAt!: string | null;

  @ApiProperty({
    type: MailRefusedDto,
    nullable: true,
    description:
      'The mail server has refused the address for good: nothing is sent there until somebody says to try again',
  })
  mailRefused!: MailRefusedDto | null;

  @ApiProperty({ description: 'What If-Match must carry to change it' })
  etag!: string;
}

export class PeopleDto {
  @ApiProperty({ type: [PersonDto] })
  items!: readonly PersonDto[];
}

export class OneTimeLinkDto {
  @ApiProperty({ description: 'To be given to the person; lets in once, to choose a password' })
  address!: string;

  @ApiProperty(dateTime)
  expiresAt!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'A mail with another such link goes there; null: no mails are sent here',
  })
  mailedTo!: string | null;
}

export class InvitedDto {
  @ApiProperty({ type: PersonDto })
  person!: PersonDto;

  @ApiProperty({ type: OneTimeLinkDto })
  link!: OneTimeLinkDto;
}

const lowerCase = Transform(({ value }: { value: unknown }) =>
  typeof value === 'string' ? value.trim().toLowerCase() : value,
);
const trimmed = Transform(({ value }: { value: unknown }) =>
  typeof value === 'string' ? value.trim() : value,
);

export class InviteDto {
  @ApiProperty({ maxLength: 254 })
  @lowerCase
  @IsEmail({}, { message: 'must be an e-mail address' })
  @MaxLength(254)
  email!: string;

  @ApiProperty({ minLength: 1, maxLength: 100, description: 'As others see it' })
  @trimmed
  @Length(1, 100, { message: 'must have 1 to 100 characters' })
  name!: string;

  @ApiProperty({ type: [GrantDto] })
  @IsArray()
  @ArrayMaxSize(200)
  @ValidateNested({ each: true })
  @Type(() => GrantDto)
  grants!: GrantDto[];
}

export class ChangePersonDto {
  @ApiProperty({ required: false, minLength: 1, maxLength: 100 })
  @IsOptional()
  @trimmed
  @Length(1, 100, { message: 'must have 1 to 100 characters' })
  name?: string;

  @ApiProperty({
    required: false,
    type: [GrantDto],
    description: 'All that are given here; others are taken away',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(200)
  @ValidateNested({ each: true })
  @Type(() => GrantDto)
  grants?: GrantDto[];

  @ApiProperty({
    required: false,
    enum: ['active', 'disabled'],
    description: 'disabled: signed out everywhere at once, and tokens are revoked for good',
  })
  @IsOptional()
  @IsIn(['active', 'disabled'])
  state?: 'active' | 'disabled';
}

export { lowerCase, trimmed };
