import type { Env } from '../../common/env.js';
import { messageOf } from '../../common/errors.js';
import type { OwnDatabase } from '../../embedded/own-database.js';
import { fault, ok, warning, type Finding } from './finding.js';

const oldestServer = 150_000;
const noticeableOffsetMs = 2_000;

interface Facts {
  readonly server: string;
  readonly version: number;
  readonly now: number;
  readonly may_create: boolean;
}

/** Reachable, new enough, with the right schema, and of one mind about the time. */
export async function ownDatabase({ DATABASE_URL }: Env, { url }: OwnDatabase): Promise<Finding[]> {
  const [{ Client }, { schemaVersion }] = await Promise.all([
    import('pg'),
    import('../../database/migrate.js'),
  ]);
  const client = new Client({
    connectionString: url,
    application_name: 'accord doctor',
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    const fix =
      DATABASE_URL === undefined
        ? 'Look into postgres.log below ACCORD_DATA_DIR'
        : 'Check host, port, account and password in DATABASE_URL';
    return [fault('database', `cannot be reached: ${messageOf(error)}`, fix)];
  }
  try {
    const asked = Date.now();
    const { rows } = await client.query<Facts>(
      `select current_setting('server_version') as server, current_setting('server_version_num')::int as version,
              (extract(epoch from clock_timestamp()) * 1000)::float8 as now,
              has_database_privilege(current_database(), 'create') and has_schema_privilege(current_schema(), 'create') as may_create`,
    );
    const [facts] = rows;
    if (facts === undefined) return [fault('database', 'gives no answer', 'Look into its log')];
    const offset = Math.round(facts.now - (asked + Date.now()) / 2);
    return [
      facts.version < oldestServer
        ? fault(
            'database',
            `PostgreSQL ${facts.server}; 15 or newer is needed`,
            'Upgrade the server, or leave DATABASE_URL out for the embedded one',
          )
        : facts.may_create
          ? ok('database', `PostgreSQL ${facts.server}`)
          : fault(
              'database',
              'the account may not create tables',
              'grant create on database … to …; grant create on schema public to …',
            ),
      schema(await schemaVersion(client)),
      Math.abs(offset) > noticeableOffsetMs
        ? warning('clock', `the database's clock is ${offset} ms off this machine's`, 'Run NTP on both')
        : ok('clock', `${offset} ms off the database's`),
    ];
  } finally {
    await client.end();
  }
}

function schema({
  applied,
  pending,
  unknown,
}: {
  readonly applied: readonly string[];
  readonly pending: readonly string[];
  readonly unknown: readonly string[];
}): Finding {
  if (unknown.length > 0)
    return fault(
      'schema',
      `made by a newer version: ${unknown.join(', ')}`,
      'Start that version, or restore the database from before it',
    );
  if (pending.length > 0)
    return warning(
      'schema',
      `not applied yet: ${pending.join(', ')}`,
      'accord db migrate, or npm start, applies it',
    );
  return ok('schema', applied.at(-1) ?? '');
}
