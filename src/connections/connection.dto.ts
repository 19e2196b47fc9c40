import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '../common/api-doc.js';
import { IsIn, IsInt, IsOptional, IsString, Length, Matches, Max, MaxLength, Min } from 'class-validator';
import { dateTime } from '../common/api-schema.js';
import { RATE } from '../core/pipeline/duration.js';
import type { TlsMode } from '../database/sql/connections/connections.js';
import { HOST } from './address.js';

/** As pipeline files may name one. */
const NAME = /^[a-z][a-z0-9_-]{0,62}$/;
const CONNECTORS = ['postgres', 'mysql'] as const;
const TLS_MODES = ['disable', 'require', 'verify-full'] as const;
const KEYLESS_CA = /^-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----\s*$/;

/** Needed of a new connection; a change may leave it out. */
const Host = (required: boolean): PropertyDecorator =>
  applyDecorators(
    ApiProperty({
      type: String,
      required,
      description: 'Name or address of a host, or the path of a socket',
      maxLength: 253,
    }),
    Matches(HOST, { message: 'must be the name or the address of a host, or the path of a socket' }),
  );

const Name = (required: boolean, description?: string): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ type: String, required, minLength: 1, maxLength: 128, description }),
    Length(1, 128, { message: 'must have 1 to 128 characters' }),
  );

/** What no connection has to say. */
class ConnectionSettingsDto {
  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 80, description: 'Name for people' })
  @IsOptional()
  @Length(1, 80, { message: 'must have 1 to 80 characters' })
  label?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 2000 })
  @IsOptional()
  @Length(1, 2000, { message: 'must have 1 to 2000 characters' })
  description?: string | null;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 65535, description: 'Default: 5432, or 3306' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(65535)
  port?: number;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    writeOnly: true,
    maxLength: 1024,
    description:
      'Never answered, logged or recorded. `null`: none. Left out of a change: it stays, unless the change is to whom it is sent',
  })
  @IsOptional()
  @Length(1, 1024, { message: 'must have 1 to 1024 characters' })
  password?: string | null;

  @ApiPropertyOptional({ enum: TLS_MODES, description: 'Default: disable' })
  @IsOptional()
  @IsIn(TLS_MODES)
  tls?: TlsMode;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    maxLength: 20_000,
    description: 'Certificates (PEM) by which the one of the server is judged; default: those of the system',
  })
  @IsOptional()
  @IsString()
  @MaxLength(20_000, { message: 'must have at most 20000 characters' })
  @Matches(KEYLESS_CA, { message: 'must be certificates in PEM, and nothing else' })
  ca?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'Most rows written per time, over all pipelines: `2000/s`, `80/10s`',
  })
  @IsOptional()
  @Matches(RATE, { message: 'must be a rate such as 2000/s or 80/10s' })
  rate?: string | null;
}

export class NewConnectionDto extends ConnectionSettingsDto {
  @ApiProperty({ description: 'What pipeline files call it; stays as it is', pattern: NAME.source })
  @Matches(NAME, { message: 'must be a small letter, then at most 62 small letters, digits, _ or -' })
  name!: string;

  @ApiProperty({ enum: CONNECTORS, description: 'mysql: MariaDB' })
  @IsIn(CONNECTORS)
  connector!: (typeof CONNECTORS)[number];

  @Host(true)
  host!: string;

  @Name(true)
  database!: string;

  @Name(true, 'As whom to sign in')
  account!: string;
}

/** What is left out stays as it is. Name and connector do not change: make another one. */
export class ChangeConnectionDto extends ConnectionSettingsDto {
  @IsOptional()
  @Host(false)
  host?: string;

  @IsOptional()
  @Name(false)
  database?: string;

  @IsOptional()
  @Name(false, 'As whom to sign in')
  account?: string;
}

export class SecretStateDto {
  @ApiProperty(dateTime)
  setAt!: string;

  @ApiProperty()
  setBy!: string;
}

export class ConnectionDto {
  @ApiProperty()
  name!: string;

  @ApiProperty({
    enum: ['file', 'hand'],
    description: 'Declared in a file, and changed there; or kept here by hand',
  })
  origin!: 'file' | 'hand';

  @ApiProperty({ enum: CONNECTORS })
  connector!: (typeof CONNECTORS)[number];

  @ApiProperty()
  label!: string;

  @ApiProperty({ type: String, nullable: true })
  description!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'null: the file says none that can be read' })
  host!: string | null;

  @ApiProperty({ type: 'integer', nullable: true })
  port!: number | null;

  @ApiProperty({ type: String, nullable: true })
  database!: string | null;

  @ApiProperty({ type: String, nullable: true })
  account!: string | null;

  @ApiProperty({ enum: TLS_MODES })
  tls!: TlsMode;

  @ApiProperty({ type: String, nullable: true })
  ca!: string | null;

  @ApiProperty({ type: String, nullable: true })
  rate!: string | null;

  @ApiProperty({
    type: SecretStateDto,
    nullable: true,
    description: 'When its password was set, and by whom. null: it has none, or a file says it',
  })
  secret!: SecretStateDto | null;

  @ApiProperty({ type: [String], description: 'Pipelines that use it, by name' })
  pipelines!: readonly string[];

  @ApiProperty({ description: 'A file declares another one of this name, and that one counts' })
  overridden!: boolean;

  @ApiProperty({ ...dateTime, nullable: true })
  changedAt!: string | null;

  @ApiProperty({ type: String, nullable: true })
  changedBy!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'For If-Match; null: not changed here' })
  etag!: string | null;
}

export class ConnectionsDto {
  @ApiProperty({ type: [ConnectionDto], description: 'By name' })
  items!: readonly ConnectionDto[];

  @ApiProperty({
    description:
      'False: there is no master key, so that passwords cannot be kept. `master-key-missing` says how to give one',
  })
  canKeepSecrets!: boolean;
}
