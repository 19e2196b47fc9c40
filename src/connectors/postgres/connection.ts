import type {
  Connection,
  ConnectionConfig,
  Endpoint,
  EndpointOptions,
  ObjectSchema,
  SystemInfo,
} from '../connector.js';
import { ConnectorError } from '../errors.js';
import { allTables, findTable, type Column, type Table } from './catalog.js';
import { PostgresEndpoint } from './endpoint.js';
import { quoteName } from './identifiers.js';
import { schemaName } from './log-schema.js';
import type { Pools, Queryable } from './pools.js';
import { guarded } from './server-error.js';
import { systemInfo } from './system-info.js';

/** One database as one account. */
export class PostgresConnection implements Connection {
  constructor(
    readonly config: ConnectionConfig,
    private readonly pools: Pools,
  ) {}

  check(): Promise<SystemInfo> {
    return this.guarded('connecting', () => systemInfo(this.pools.read));
  }

  async discover(): Promise<readonly ObjectSchema[]> {
    return this.guarded('reading the catalogue', async () =>
      (await allTables(this.pools.read)).map(({ schema }) => schema),
    );
  }

  async endpoint(options: EndpointOptions): Promise<Endpoint> {
    return this.guarded(`opening ${options.object}`, async () => {
      const { read } = this.pools;
      const table = await findTable(read, options.object);
      if (table === null)
        throw new ConnectorError(
          'object-unknown',
          `There is no table "${options.object}" in ${this.config.label}`,
          { details: { object: options.object } },
        );
      const { rows } = await read.query<{ account: string; fences: string }>(
        `select current_user as account, coalesce((select pg_has_role(nspowner, 'USAGE') from pg_namespace where nspname = '${schemaName}'),
           has_database_privilege(current_database(), 'CREATE'))::text as fences`,
      );
      const account = rows[0]?.account ?? '';
      if (!table.readable) throw missingSelect(table, account);
      if (table.key.length === 0) {
        throw new ConnectorError(
          'key-missing',
          `${table.object} has no primary key and no unique index over columns that are never empty`,
          { details: { object: table.object } },
        );
      }
      const hint = options.columns.every((name) => table.columns.has(name))
        ? ''
        : await renameHint(read, table, options);
      const there = options.columns.filter(
        (name) => options.leaveOutAbsent !== true || table.columns.has(name),
      );
      const columns = there.map((name) => supported(table, name, hint));
      const absent = options.columns.filter((name) => !there.includes(name));
      for (const column of table.key) supported(table, column.name, '');
      const actor = options.actorColumn === undefined ? null : supported(table, options.actorColumn, '');
      return new PostgresEndpoint(options, {
        pools: this.pools,
        table,
        columns,
        absent: Object.fromEntries(
          absent.map((name) => [name, `${table.object} has no column "${name}" any more.${hint}`]),
        ),
        updatedAt: stampColumn(table, options),
        actor,
        account,
        fences: options.capture.mode === 'log' || rows[0]?.fences === 'true',
      });
    });
  }

  async close(): Promise<void> {
    await this.pools.end();
  }

  private guarded<T>(doing: string, work: () => Promise<T>): Promise<T> {
    return guarded(`${doing} (${this.config.label})`, work);
  }
}

function supported(table: Table, name: string, hint: string): Column {
  const column = table.columns.get(name);
  const details = { object: table.object, field: name };
  if (column === undefined)
    throw new ConnectorError('field-unknown', `${table.object} has no column "${name}".${hint}`, { details });
  if (column.type.field === null) {
    throw new ConnectorError(
      'field-unsupported',
      `${table.object}.${name} has the type ${column.native}, whose values cannot be kept exactly`,
      { details },
    );
  }
  return column;
}

/** What became of a column that was there when capture was installed, else what there is to choose from. */
async function renameHint(db: Queryable, table: Table, options: EndpointOptions): Promise<string> {
  const existing = ` It has: ${[...table.columns.keys()].slice(0, 40).join(', ')}`;
  const { rows: installed } = await db.query<{ there: string | null }>(
    `select to_regclass('${schemaName}.consumer')::text as there`,
  );
  if (typeof installed[0]?.there !== 'string') return existing;
  const { rows } = await db.query<{ was: string; is: string }>({
    text: `select u.name as was, a.attname as is from ${schemaName}.consumer c, unnest(c.columns, c.attnums) u(name, attnum)
      join pg_attribute a on a.attrelid = $2 and a.attnum = u.attnum and not a.attisdropped and a.attname <> u.name
      where c.consumer = $1 and c.relid = $2`,
    values: [options.consumer, table.oid],
  });
  return rows.length === 0
    ? existing
    : ` Renamed since: ${rows.map(({ was, is }) => `"${was}" is now "${is}"`).join(', ')}.`;
}

function stampColumn(table: Table, options: EndpointOptions): Column | null {
  const { mode, updatedAt } = options.capture;
  if (updatedAt === undefined) {
    if (mode === 'polling')
      throw new ConnectorError(
        'field-unknown',
        `Capture "polling" of ${table.object} needs the name of its modification stamp (updatedAt)`,
      );
    return null;
  }
  const column = supported(table, updatedAt, '');
  if (column.type.field !== 'datetime' && column.type.field !== 'localdatetime') {
    throw new ConnectorError(
      'field-unsupported',
      `${table.object}.${updatedAt} is ${column.native}; a modification stamp must be a timestamp`,
      { details: { object: table.object, field: updatedAt } },
    );
  }
  return column;
}

function missingSelect(table: Table, account: string): ConnectorError {
  const grant = `GRANT SELECT ON ${table.qualified} TO ${quoteName(account)};`;
  return new ConnectorError(
    'permission-missing',
    `The account ${account} may not read ${table.object}. An administrator can run: ${grant}`,
    { details: { grant } },
  );
}
