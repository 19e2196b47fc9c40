import { ApiProperty } from '../common/api-doc.js';
import { IsBoolean, IsEmail, IsOptional, IsString, Length, MaxLength } from 'class-validator';
import { PERMISSIONS, type Permission } from '../common/permissions.js';
import { GrantDto, lowerCase, trimmed } from './person.dto.js';

export class PermittedDto {
  @ApiProperty({ enum: PERMISSIONS })
  permission!: Permission;

  @ApiProperty({ type: [String], description: 'Names of pipelines; `*`: all' })
  pipelines!: readonly string[];
}

/** Who asks. */
export class MeDto {
  @ApiProperty({ description: '`usr_…`, or `tok_…` for a token' })
  id!: string;

  @ApiProperty({ description: 'As it stands by what this person does' })
  name!: string;

  @ApiProperty()
  email!: string;

  @ApiProperty({ description: 'One of the people that come with the demo' })
  demo!: boolean;

  @ApiProperty({ type: [GrantDto] })
  grants!: readonly GrantDto[];

  @ApiProperty({
    type: [PermittedDto],
    description: 'What the roles allow, and where; for a token within its scopes',
  })
  may!: readonly PermittedDto[];
}

export class DemoPersonDto {
  @ApiProperty()
  name!: string;

  @ApiProperty()
  email!: string;

  @ApiProperty()
  password!: string;

  @ApiProperty()
  role!: string;
}

export class SignInWaysDto {
  @ApiProperty({
    description: 'Nobody is an admin yet: the service has printed a one-time link where it was started',
  })
  firstAdminMissing!: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'What single sign-on is called here; null: there is none',
  })
  singleSignOn!: string | null;

  @ApiProperty({
    type: [DemoPersonDto],
    description: 'In the demo, and only there: its people and their passwords',
  })
  demo!: readonly DemoPersonDto[];
}

export class SessionDto {
  @ApiProperty({ type: MeDto, nullable: true, description: 'null: nobody is signed in' })
  me!: MeDto | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'What X-CSRF-Token must carry with whatever changes something',
  })
  csrfToken!: string | null;

  @ApiProperty({ type: SignInWaysDto })
  ways!: SignInWaysDto;
}

export class SignInDto {
  @ApiProperty({ maxLength: 254 })
  @IsString()
  @MaxLength(254)
  email!: string;

  @ApiProperty({ maxLength: 1000 })
  @IsString()
  @MaxLength(1000)
  password!: string;
}

export class ChangePasswordDto {
  @ApiProperty({ maxLength: 1000 })
  @IsString()
  @MaxLength(1000)
  present!: string;

  @ApiProperty({ minLength: 12, maxLength: 256 })
  @IsString()
  @MaxLength(1000)
  next!: string;
}

export class LookAtLinkDto {
  @ApiProperty({ description: 'What stands behind the # of the link' })
  @IsString()
  @MaxLength(200)
  secret!: string;
}

export class SeenLinkDto {
  @ApiProperty({
    enum: ['setup', 'password'],
    description: 'setup: makes the first admin. password: lets a person choose one',
  })
  purpose!: 'setup' | 'password';

  @ApiProperty({ type: String, nullable: true })
  email!: string | null;

  @ApiProperty({ type: String, nullable: true })
  name!: string | null;
}

export class UseLinkDto extends LookAtLinkDto {
  @ApiProperty({ minLength: 12, maxLength: 256 })
  @IsString()
  @MaxLength(1000)
  password!: string;

  @ApiProperty({ required: false, description: 'Of the first admin' })
  @IsOptional()
  @lowerCase
  @IsEmail({}, { message: 'must be an e-mail address' })
  @MaxLength(254)
  email?: string;

  @ApiProperty({ required: false, description: 'Of the first admin' })
  @IsOptional()
  @trimmed
  @Length(1, 100, { message: 'must have 1 to 100 characters' })
  name?: string;

  @ApiProperty({ required: false, description: 'The first admin decides conflicts as well' })
  @IsOptional()
  @IsBoolean()
  steward?: boolean;
}
