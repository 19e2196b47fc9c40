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
import { MysqlEndpoint } from './endpoint.js';
import type { Pools } from './pools.js';
import { guarded } from './server-error.js';
import { accountText, mayUseSchema, systemInfo } from './system-info.js';

/** One database as one account. */
export class MysqlConnection implements Connection {
  constructor(
    readonly config: ConnectionConfig,
    private readonly pools: Pools,
  ) {}

  check(): Promise<SystemInfo> {
    return this.guarded('connecting', () => systemInfo(this.pools.read));
  }

  async discover(): Promise<readonly ObjectSchema[]> {
    return this.guarded('reading the catalogue', async () =>
      (await allTables(this.pools.read, this.pools.database)).map(({ schema }) => schema),
    );
  }

  async endpoint(options: EndpointOptions): Promise<Endpoint> {
    return this.guarded(`opening ${options.object}`, async () => {
      const { read, database } = this.pools;
      const table = await findTable(read, database, options.object);
      if (table === null)
        throw new ConnectorError(
          'object-unknown',
          `There is no table "${options.object}" in ${this.config.label} that the account may see`,
          { details: { object: options.object } },
        );
      const account = (await read.rows('select current_user()'))[0]?.[0] ?? '';
      requireUsable(table, account);
      const there = options.columns.filter(
        (name) => options.leaveOutAbsent !== true || table.columns.has(name),
      );
      const columns = there.map((name) => supported(table, name));
      const absent = options.columns.filter((name) => !there.includes(name));
      const actor = options.actorColumn === undefined ? null : supported(table, options.actorColumn);
      return new MysqlEndpoint(options, {
        pools: this.pools,
        table,
        columns,
        absent: Object.fromEntries(
          absent.map((name) => [name, `${table.object} has no column "${name}" any more.`]),
        ),
        updatedAt: stampColumn(table, options),
        actor,
        fences: options.capture.mode === 'log' || (await mayUseSchema(read, account, table.database)),
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

function requireUsable(table: Table, account: string): void {
  const details = { object: table.object };
  if (![...table.columns.values()].some(({ selectable }) => selectable)) {
    const grant = `GRANT SELECT ON ${table.qualified} TO ${accountText(account)};`;
    throw new ConnectorError(
      'permission-missing',
      `The account ${account} may not read ${table.object}. An administrator can run: ${grant}`,
      { details: { grant } },
    );
  }
  if (table.engine !== 'InnoDB')
    throw new ConnectorError(
      'object-unsupported',
      table.engine === null
        ? `${table.object} is a view; a view has no key. Name the table behind it`
        : `${table.object} is kept by ${table.engine}, which has no transactions: what is written could not be taken back. InnoDB is needed`,
      { details },
    );
  if (table.key.length === 0)
    throw new ConnectorError(
      'key-missing',
      `${table.object} has no primary key and no unique index over whole columns that are never empty`,
      { details },
    );
  const odd = table.key.find(({ type }) => type.key === null || type.field === null);
  if (odd !== undefined)
    throw new ConnectorError(
      'field-unsupported',
      `${table.object}.${odd.name} has the type ${odd.native}, which cannot name records`,
      { details: { ...details, field: odd.name } },
    );
}

function supported(table: Table, name: string): Column {
  const column = table.columns.get(name);
  const details = { object: table.object, field: name };
  if (column === undefined)
    throw new ConnectorError(
      'field-unknown',
      `${table.object} has no column "${name}". It has: ${[...table.columns.keys()].slice(0, 40).join(', ')}`,
      { details },
    );
  if (column.type.field === null)
    throw new ConnectorError(
      'field-unsupported',
      `${table.object}.${name} has the type ${column.native}, whose values cannot be kept exactly`,
      { details },
    );
  return column;
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
  const column = supported(table, updatedAt);
  if (column.type.field !== 'datetime' && column.type.field !== 'localdatetime') {
    throw new ConnectorError(
      'field-unsupported',
      `${table.object}.${updatedAt} is ${column.native}; a modification stamp must be a TIMESTAMP or DATETIME`,
      { details: { object: table.object, field: updatedAt } },
    );
  }
  return column;
}
