import 'reflect-metadata';
import { readFileSync, existsSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { Transform, Type, plainToInstance } from 'class-transformer';
import {
  ArrayNotEmpty,
  IsEmail,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsOptional,
  IsString,
  Max,
  Min,
  ValidateBy,
  ValidateIf,
  getMetadataStorage,
  validateSync,
} from 'class-validator';
import { AppError, type Fault } from './errors.js';
import { MASTER_KEY_EXPECTED, readMasterKeys } from './master-key.js';
import { isSafeAddress, whyNotListen } from './listening.js';
import { ROLES } from './permissions.js';
import { readRoleRules } from './role-rules.js';

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** An address of one of these schemes. The message never repeats the value: it may hold a password. */
const IsAddress = (...schemes: string[]): PropertyDecorator =>
  ValidateBy({
    name: 'isAddress',
    validator: {
      validate: (value) =>
        typeof value === 'string' &&
        schemes.some((scheme) => value.startsWith(`${scheme}://`)) &&
        URL.canParse(value),
      defaultMessage: () =>
        `must be an address that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
    },
  });

/** This machine only, unless what people send cannot be read on its way. */
const MayListen = (): PropertyDecorator =>
  ValidateBy({
    name: 'mayListen',
    validator: {
      validate: (_value, args) => whyNotListen(args?.object as Env) === null,
      defaultMessage: (args) => whyNotListen(args?.object as Env) ?? '',
    },
  });

/** An address over which a password can be sent. */
const IsSafeAddress = (): PropertyDecorator =>
  ValidateBy({
    name: 'isSafeAddress',
    validator: {
      validate: (value) => typeof value !== 'string' || isSafeAddress(value),
      defaultMessage: () => 'must begin with https://, unless it means this machine only',
    },
  });

/** Roles that groups of the identity provider give. */
const AreRoleRules = (): PropertyDecorator =>
  ValidateBy({
    name: 'areRoleRules',
    validator: {
      validate: (value) => typeof value === 'string' && readRoleRules(value) !== null,
      defaultMessage: () =>
        `must be rules like sync-admins=admin; crm-team=steward@companies, with the roles ${ROLES.join(', ')}`,
    },
  });

/** Master keys. The message never repeats the value. */
const AreMasterKeys = (): PropertyDecorator =>
  ValidateBy({
    name: 'areMasterKeys',
    validator: {
      validate: (value) => typeof value === 'string' && readMasterKeys(value) !== null,
      defaultMessage: () => `must be ${MASTER_KEY_EXPECTED}; several are separated by commas`,
    },
  });

/** Every environment variable of the service, with its default. `.env.example` describes them for people. */
export class Env {
  @IsIn(['production', 'development', 'test'])
  NODE_ENV: 'production' | 'development' | 'test' = 'production';

  @Type(() => Number)
  @IsInt({ message: 'must be a whole number' })
  @Min(0)
  @Max(65535)
  PORT = 3000;

  @MayListen()
  HOST = '127.0.0.1';

  /** PEM files; with both, the service speaks TLS itself. */
  @IsOptional()
  @IsString()
  TLS_CERT_FILE?: string;

  @IsOptional()
  @IsString()
  TLS_KEY_FILE?: string;

  /** How many proxies in front add to X-Forwarded-For. Set, it says that what is in front does TLS, or is this machine's own. */
  @Type(() => Number)
  @IsOptional()
  @IsInt({ message: 'must be the number of proxies in front, such as 1' })
  @Min(0)
  @Max(9)
  ACCORD_BEHIND_PROXY?: number;

  /** Where people reach the service: the links in mails begin with it. */
  @IsOptional()
  @IsAddress('http', 'https')
  @IsSafeAddress()
  PUBLIC_URL?: string;

  /** A browser that is idle for so long is signed out. */
  @Type(() => Number)
  @IsInt({ message: 'must be a whole number of minutes' })
  @Min(5)
  @Max(10_080)
  ACCORD_SESSION_IDLE_MINUTES = 480;

  /** A browser is signed out after so long, idle or not. */
  @Type(() => Number)
  @IsInt({ message: 'must be a whole number of hours' })
  @Min(1)
  @Max(720)
  ACCORD_SESSION_HOURS = 168;

  /** The API token with which the command line speaks to the service. */
  @IsOptional()
  @IsString()
  ACCORD_TOKEN?: string;

  /** The identity provider of single sign-on. */
  @IsOptional()
  @IsAddress('http', 'https')
  @IsSafeAddress()
  OIDC_ISSUER?: string;

  @ValidateIf(({ OIDC_ISSUER }: Env) => OIDC_ISSUER !== undefined)
  @IsString({ message: 'must be set together with OIDC_ISSUER' })
  OIDC_CLIENT_ID?: string;

  @IsOptional()
  @IsString()
  OIDC_CLIENT_SECRET?: string;

  @IsNotEmpty()
  OIDC_SCOPE = 'openid email profile';

  /** The claim that holds the groups of a person. */
  @IsNotEmpty()
  OIDC_GROUPS_CLAIM = 'groups';

  /** Which group gives which role, and on which pipeline. */
  @IsOptional()
  @AreRoleRules()
  OIDC_ROLES?: string;

  /** What the button says: "Sign in with …". */
  @IsNotEmpty()
  OIDC_LABEL = 'single sign-on';

  /** Accord's own database. Without it, the embedded server runs. */
  @IsOptional()
  @IsAddress('postgresql', 'postgres')
  DATABASE_URL?: string;

  /**
   * Under which secrets are kept encrypted; the first encrypts, those behind a comma only decrypt. Without it, beside the embedded server,
   * a file in ACCORD_DATA_DIR.
   */
  @IsOptional()
  @AreMasterKeys()
  ACCORD_MASTER_KEY?: string;

  /** Where the command line finds the running service. */
  @IsOptional()
  @IsAddress('http', 'https')
  ACCORD_URL?: string;

  /** PostgreSQL programs for the embedded server, instead of those from the npm package. */
  @IsOptional()
  @IsString()
  PG_BIN_DIR?: string;

  @IsNotEmpty()
  ACCORD_DATA_DIR = '.accord';

  /** A folder of pipeline files. */
  @IsOptional()
  @IsString()
  ACCORD_PIPELINES?: string;

  /** `auto`: the demo is set up where no pipeline folder is given and the embedded server runs. */
  @IsIn(['auto', 'on', 'off'])
  ACCORD_DEMO: 'auto' | 'on' | 'off' = 'auto';

  /** Without it no mail is sent. */
  @IsOptional()
  @IsAddress('smtp', 'smtps')
  SMTP_URL?: string;

  @IsEmail({ allow_display_name: true, require_tld: false }, { message: 'must be a mail address' })
  MAIL_FROM = 'Accord <accord@localhost>';

  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.split(',').map((address) => address.trim()) : value,
  )
  @IsOptional()
  @ArrayNotEmpty()
  @IsEmail(
    { allow_display_name: true, require_tld: false },
    { each: true, message: 'must be mail addresses, separated by commas' },
  )
  MAIL_TO?: string[];

  @IsIn(logLevels)
  LOG_LEVEL: (typeof logLevels)[number] = 'info';

  /** `auto`: for people on a terminal, JSON elsewhere. */
  @IsIn(['auto', 'json', 'pretty'])
  LOG_FORMAT: 'auto' | 'json' | 'pretty' = 'auto';

  /** PUBLIC_URL, or the address that the service listens on. */
  get publicUrl(): string {
    const host = this.HOST.includes(':') ? `[${this.HOST}]` : this.HOST;
    return (this.PUBLIC_URL ?? `${this.scheme}://${host}:${this.PORT}`).replace(/\/+$/, '');
  }

  /** What the service itself speaks. */
  get scheme(): 'http' | 'https' {
    return this.TLS_CERT_FILE === undefined ? 'http' : 'https';
  }
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads and checks the environment; an empty variable counts as absent. Without an argument it reads the process's, and
 * what a file `.env` in the current folder adds to it.
 *
 * @throws AppError `environment-invalid`, with every fault in one message
 */
export function loadEnv(variables?: Variables): Env {
  const known = variableNames();
  const given = Object.entries(variables ?? processVariables()).filter(
    ([, value]) => value !== undefined && value !== '',
  );
  const env = plainToInstance(Env, Object.fromEntries(given.filter(([name]) => known.includes(name))), {
    exposeDefaultValues: true,
  });

  const faults: Fault[] = validateSync(env).flatMap(({ property, constraints }) =>
    Object.entries(constraints ?? {}).map(([code, detail]) => ({
      pointer: property,
      code,
      detail: detail.replace(`${property} `, ''),
    })),
  );
  for (const [name] of given) {
    const unknown =
      name.startsWith('ACCORD_') && !/^ACCORD_(TEST|SECRET)_/.test(name) && !known.includes(name);
    if (unknown)
      faults.push({
        pointer: name,
        code: 'unknown',
        detail: `is not a variable of Accord; there are ${known.join(', ')}`,
      });
  }
  if (faults.length === 0) return env;
  const list = faults.map(({ pointer, detail }) => `\n  ${pointer} ${detail}`).join('');
  throw new AppError('environment-invalid', `The environment is not valid:${list}`, { faults });
}

/** The names of all variables, in alphabetical order. */
export function variableNames(): string[] {
  const properties = getMetadataStorage().getTargetValidationMetadatas(Env, '', false, false);
  return [...new Set(properties.map(({ propertyName }) => propertyName))].sort();
}

/** The value of a variable that a file of the user names, such as the password of a connection. */
export function variableNamed(name: string): string | undefined {
  const value = processVariables()[name];
  return value === '' ? undefined : value;
}

/** What a test told the process that it started. Never from a file, and nothing unless NODE_ENV says that this is a test. */
export function testVariable(name: 'NODE_ENV' | `ACCORD_TEST_${string}`): string | undefined {
  return process.env.NODE_ENV === 'test' ? process.env[name] : undefined;
}

function processVariables(): Variables {
  const file = existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8')) : {};
  return { ...file, ...process.env };
}
