import type pg from 'pg';
import type { MissingRight, SystemInfo } from '../connector.js';
import { ConnectorError } from '../errors.js';
import { schemaName } from './log-schema.js';

/** `pg_snapshot` and 64-bit transaction ids came with 13. */
const oldest = 130_000;
const clockProbes = 5;

interface InfoRow {
  version: string;
  number: string;
  identity: string;
  account: string;
  encoding: string;
  recovery: string;
  mayCreate: string;
  fsync: string;
  superuser: string;
}

export async function systemInfo(pool: pg.Pool): Promise<SystemInfo> {
  const { rows } = await pool.query<InfoRow>(`
    select current_setting('server_version') as version, current_setting('server_version_num') as number,
      (select system_identifier from pg_control_system()) || ':' ||
        case when pg_is_in_recovery() then (select lpad(to_hex(timeline_id), 8, '0') from pg_control_checkpoint())
             else lower(substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)) end || ':' ||
        (select oid from pg_database where datname = current_database()) as identity,
      current_user as account, current_setting('server_encoding') as encoding, pg_is_in_recovery()::text as recovery,
      coalesce((select pg_has_role(nspowner, 'USAGE') from pg_namespace where nspname = '${schemaName}'),
        has_database_privilege(current_database(), 'CREATE'))::text as "mayCreate",
      current_setting('fsync') as fsync, (select rolsuper from pg_roles where rolname = current_user)::text as superuser`);
  const [info] = rows;
  if (info === undefined) throw new ConnectorError('side-failed', 'The server did not say what it is');
  if (Number(info.number) < oldest) {
    throw new ConnectorError(
      'version-unsupported',
      `PostgreSQL ${info.version} is too old; version 13 or later is needed`,
    );
  }
  const clock = await clockOffset(pool);
  return {
    system: 'PostgreSQL',
    version: info.version,
    identity: info.identity,
    account: info.account,
    clockOffsetMs: clock.offset,
    clockErrorMs: clock.error,
    warnings: warnings(info),
    missingRights: missingRights(info),
  };
}

function warnings(info: InfoRow): string[] {
  const found: string[] = [];
  if (info.recovery === 'true')
    found.push('The server is a standby: it accepts no writes and no capture by log.');
  if (info.superuser === 'true')
    found.push(`The account ${info.account} is a superuser; an account with fewer rights is enough.`);
  if (info.encoding !== 'UTF8')
    found.push(
      `The database is encoded in ${info.encoding}: characters that it lacks are refused record by record.`,
    );
  if (info.fsync !== 'on')
    found.push('The server runs without fsync: after a crash it may have lost what it had confirmed.');
  return found;
}

function missingRights({ mayCreate, account }: InfoRow): MissingRight[] {
  if (mayCreate === 'true') return [];
  return [
    {
      what: `The account ${account} may not create the schema "${schemaName}": capture by log cannot be installed, and lost answers cannot be settled.`,
      grant: `CREATE SCHEMA ${schemaName} AUTHORIZATION "${account.replaceAll('"', '""')}";`,
    },
  ];
}

/** The best of a few timed round trips: the true offset lies within half of its round trip around the middle. */
async function clockOffset(pool: pg.Pool): Promise<{ readonly offset: number; readonly error: number }> {
  let best = { offset: 0, error: Number.POSITIVE_INFINITY };
  for (let probe = 0; probe < clockProbes; probe++) {
    const start = performance.timeOrigin + performance.now();
    const { rows } = await pool.query<{ at: string }>(
      `select (date_part('epoch', clock_timestamp()) * 1000)::text as at`,
    );
    const end = performance.timeOrigin + performance.now();
    const error = (end - start) / 2;
    if (error < best.error) best = { offset: Number(rows[0]?.at) - (start + end) / 2, error };
  }
  return { offset: Math.round(best.offset * 1000) / 1000, error: Math.ceil(best.error * 1000) / 1000 };
}
