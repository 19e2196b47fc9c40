import type { SystemInfo } from '../connector.js';
import { ConnectorError } from '../errors.js';
import { quoteName, quoteText } from './identifiers.js';
import { schemaName } from './log-schema.js';
import type { Queryable } from './pools.js';

/** `SKIP LOCKED` and `JSON_TABLE` came with 10.6. */
const oldest = [10, 6] as const;
const clockProbes = 5;

export async function systemInfo(db: Queryable): Promise<SystemInfo> {
  const [row] = await db.rows(
    `select version(), current_user(), database(), cast(@@log_bin as char), @@binlog_format, cast(@@innodb_flush_log_at_trx_commit as char), cast(@@read_only as char), @@character_set_database`,
  );
  const [version, account, database, logged, format, flush, readOnly] = row ?? [];
  if (typeof version !== 'string' || typeof account !== 'string')
    throw new ConnectorError('side-failed', 'The server did not say what it is');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (!version.includes('MariaDB') || major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
    throw new ConnectorError(
      'version-unsupported',
      `MariaDB ${oldest.join('.')} or later is needed; this server is ${version.includes('MariaDB') ? version : `MySQL ${version}`}`,
    );
  }
  const warnings: string[] = [];
  if (readOnly === '1') warnings.push('The server is read only: it accepts no writes and no capture by log.');
  if (flush !== '1')
    warnings.push(
      `innodb_flush_log_at_trx_commit is ${String(flush)}: after a crash the server may have lost what it had confirmed.`,
    );
  if (logged === '1' && format === 'STATEMENT')
    warnings.push(
      'binlog_format is STATEMENT: the server refuses writes of sessions that read what is committed. Use MIXED or ROW.',
    );
  const missingRights = (await mayUseSchema(db, account, String(database)))
    ? []
    : [
        {
          what: `The account ${account} may not use the database "${schemaName(String(database))}": capture by log cannot be installed, and lost answers cannot be settled.`,
          grant: schemaGrant(account, String(database)),
        },
      ];
  const clock = await clockOffset(db);
  return {
    system: 'MariaDB',
    version,
    identity: `${await serverIdentity(db)}:${String(database)}`,
    account,
    clockOffsetMs: clock.offset,
    clockErrorMs: clock.error,
    warnings,
    missingRights,
  };
}

/** A copy of the data folder on another machine has another one; older servers lack it. */
async function serverIdentity(db: Queryable): Promise<string> {
  const [row] = await db.rows(
    `select coalesce(max(if(variable_name = 'SERVER_UID', variable_value, null)), concat(max(if(variable_name = 'HOSTNAME', variable_value, null)), ':', max(if(variable_name = 'PORT', variable_value, null))))
      from information_schema.global_variables where variable_name in ('SERVER_UID', 'HOSTNAME', 'PORT')`,
  );
  return row?.[0] ?? '';
}

export async function mayUseSchema(db: Queryable, account: string, database: string): Promise<boolean> {
  const [user = '', host = ''] = splitAccount(account);
  const grantee = `'${user}'@'${host}'`;
  const wanted = `('CREATE', 'DROP', 'SELECT', 'INSERT', 'UPDATE', 'DELETE')`;
  const roles = `select ${quoteText(grantee)} union select concat("'", role_name, "'@''") from information_schema.enabled_roles where role_name is not null
    union select role_name from information_schema.enabled_roles where role_name is not null`;
  const [row] = await db.rows(
    `select count(distinct privilege_type) from (
       select privilege_type from information_schema.user_privileges where grantee in (${roles}) and privilege_type in ${wanted}
       union select privilege_type from information_schema.schema_privileges
         where grantee in (${roles}) and ${quoteText(schemaName(database))} like table_schema and privilege_type in ${wanted}) granted`,
  );
  return Number(row?.[0]) === 6;
}

export function schemaGrant(account: string, database: string): string {
  const [user = '', host = ''] = splitAccount(account);
  return `GRANT CREATE, DROP, SELECT, INSERT, UPDATE, DELETE ON ${quoteName(schemaName(database))}.* TO ${quoteText(user)}@${quoteText(host)};`;
}

export function accountText(account: string): string {
  return splitAccount(account).map(quoteText).join('@');
}

function splitAccount(account: string): readonly string[] {
  const at = account.lastIndexOf('@');
  return [account.slice(0, at), account.slice(at + 1)];
}

/** The best of a few timed round trips: the true offset lies within half of its round trip around the middle. */
async function clockOffset(db: Queryable): Promise<{ readonly offset: number; readonly error: number }> {
  let best = { offset: 0, error: Number.POSITIVE_INFINITY };
  for (let probe = 0; probe < clockProbes; probe++) {
    const start = performance.timeOrigin + performance.now();
    const [row] = await db.rows(`select cast(unix_timestamp(sysdate(6)) * 1000 as char)`);
    const end = performance.timeOrigin + performance.now();
    const error = (end - start) / 2;
    if (error < best.error) best = { offset: Number(row?.[0]) - (start + end) / 2, error };
  }
  return { offset: Math.round(best.offset * 1000) / 1000, error: Math.ceil(best.error * 1000) / 1000 };
}
