import type {
  Capabilities,
  ChangePage,
  Cursor,
  Endpoint,
  EndpointOptions,
  ObjectSchema,
  RecordState,
  SchemaDrift,
  StatePage,
  WriteBatch,
  WriteReceipt,
} from '../connector.js';
import { ConnectorError } from '../errors.js';
import { namedColumns } from '../sql/named-columns.js';
import { SnapshotCapture } from '../sql/snapshot-capture.js';
import { nextIds } from './allocate-ids.js';
import type { Column, Table } from './catalog.js';
import { schemaDrift } from './drift.js';
import { install, missingForLog, uninstall } from './install.js';
import { lastApplied } from './fence.js';
import { LogCapture } from './log-capture.js';
import { schemaName } from './log-schema.js';
import { asLogCursor, hasSeen } from './log-cursor.js';
import { PollingCapture } from './polling-capture.js';
import type { Pools } from './pools.js';
import { purgeFences, purgeLog } from './purge.js';
import { RecordReader, type StateColumns } from './record-reader.js';
import { guarded } from './server-error.js';
import { mayUseSchema, schemaGrant } from './system-info.js';
import { unwritableColumns } from './write-rights.js';
import { Writer } from './writer.js';

export interface EndpointParts {
  readonly pools: Pools;
  readonly table: Table;
  readonly columns: readonly Column[];
  readonly absent: Readonly<Record<string, string>>;
  readonly updatedAt: Column | null;
  readonly actor: Column | null;
  /** Fences exist or may be made. */
  readonly fences: boolean;
}

const defaultOverlapMs = 60_000;
const batch = { read: 5000, write: 2000 };

/** One table of one database, for one consumer. */
export class MysqlEndpoint implements Endpoint {
  readonly capabilities: Capabilities;
  readonly schema: ObjectSchema;
  readonly absent: Readonly<Record<string, string>>;
  private readonly reader: RecordReader;
  private readonly writer: Writer;
  private readonly capture: LogCapture | PollingCapture | SnapshotCapture;

  constructor(
    readonly options: EndpointOptions,
    private readonly parts: EndpointParts,
  ) {
    const { pools, table, columns, updatedAt, actor, fences } = parts;
    const { mode, overlapMs } = options.capture;
    const state: StateColumns = { columns, updatedAt, actor };
    const logged = mode === 'log';
    this.schema = table.schema;
    this.absent = parts.absent;
    this.reader = new RecordReader(pools.read, table, state);
    this.writer = new Writer(pools.write, {
      table,
      columns,
      consumer: options.consumer,
      fences,
      logged,
      maxItems: batch.write,
    });
    this.capabilities = {
      tier: 'T0',
      orderedLog: logged,
      // What goes with a parent by a foreign key goes without a trigger: those must be looked for.
      reportsDeletes: logged && !table.cascades.some(({ deletes }) => deletes),
      fences,
      batch,
    };
    if (logged) {
      const byName = new Map(columns.map((column) => [column.name, column]));
      this.capture = new LogCapture(pools.read, table, options.consumer, byName, () => this.install());
    } else if (mode === 'polling' && updatedAt !== null)
      this.capture = new PollingCapture(pools.read, table, state, updatedAt, overlapMs ?? defaultOverlapMs);
    else this.capture = new SnapshotCapture((limit, after) => this.reader.page(state, limit, after));
  }

  async installable(): Promise<void> {
    this.#requirePlain();
    const { pools, table, fences } = this.parts;
    const [row] = await pools.read.rows('select current_user()');
    const account = row?.[0] ?? '';
    if (!fences || (await mayUseSchema(pools.read, account, table.database))) return;
    const grant = schemaGrant(account, table.database);
    throw new ConnectorError(
      'permission-missing',
      `The account ${account} may not use the database "${schemaName(table.database)}", which capture needs. An administrator can run: ${grant}`,
      { details: { grant } },
    );
  }

  async install(): Promise<void> {
    const { pools, table, columns, fences } = this.parts;
    const { consumer, capture, actorColumn } = this.options;
    this.#requirePlain();
    if (!fences) return;
    await install(pools.write, table, {
      name: consumer,
      mode: capture.mode,
      columns: columns.map(({ name }) => name),
      actorColumn: actorColumn ?? null,
    });
  }

  /** @throws ConnectorError `object-unsupported` */
  #requirePlain(): void {
    const { table, columns } = this.parts;
    const names = columns.map(({ name }) => name);
    const missing = this.options.capture.mode === 'log' ? missingForLog(table, names) : null;
    if (missing !== null) throw missing;
  }

  async uninstall(): Promise<void> {
    await uninstall(this.parts.pools.write, this.parts.table, this.options.consumer);
  }

  async now(): Promise<Cursor> {
    return (await this.capture.now()) as unknown as Cursor;
  }

  async hasNews(cursor: Cursor): Promise<boolean> {
    return this.capture instanceof SnapshotCapture || this.capture.hasNews(cursor);
  }

  changes(cursor: Cursor, limit: number): Promise<ChangePage> {
    return this.capture.changes(cursor, limit);
  }

  covers(cursor: Cursor, mark: string): boolean {
    return this.options.capture.mode === 'log' && hasSeen(asLogCursor(cursor), Number(mark));
  }

  snapshot(options: {
    readonly columns: readonly string[];
    readonly pageSize: number;
    readonly after?: string;
  }): AsyncIterable<readonly RecordState[]> {
    const columns = namedColumns(this.parts.table, options.columns);
    return this.reader.snapshot(columns, options.pageSize, options.after);
  }

  fetch(ids: readonly string[]): Promise<StatePage> {
    return this.reader.fetch(ids, null);
  }

  /** The server knows no rights on single rows. */
  async hidesRecords(): Promise<boolean> {
    return Promise.resolve(false);
  }

  estimate(): Promise<number | null> {
    return this.reader.estimate();
  }

  allocateIds(n: number): Promise<readonly string[] | null> {
    return nextIds(this.parts.pools.write, this.parts.table, n);
  }

  write(items: WriteBatch): Promise<WriteReceipt> {
    return this.writer.write(items);
  }

  unwritable(fields: readonly string[]): Promise<readonly string[]> {
    const { pools, table } = this.parts;
    return guarded(`asking for rights on ${table.object}`, () =>
      unwritableColumns(pools.read, table, fields),
    );
  }

  settle(batchId: string): Promise<WriteReceipt> {
    return this.writer.settle(batchId);
  }

  lastBatch(): Promise<string | null> {
    const { pools, table } = this.parts;
    return guarded(`asking for the last write to ${table.object}`, () =>
      lastApplied(pools.read, table.database, this.options.consumer),
    );
  }

  async purge(options: { readonly cursor: Cursor; readonly batchesBefore: string | null }): Promise<void> {
    const { pools, table, fences } = this.parts;
    const { consumer, capture } = this.options;
    await guarded(`purging the log of ${table.object}`, async () => {
      if (capture.mode === 'log') await purgeLog(pools.write, table, consumer, options.cursor);
      if (fences && options.batchesBefore !== null)
        await purgeFences(pools.write, table.database, consumer, options.batchesBefore);
    });
  }

  drift(): Promise<SchemaDrift | null> {
    const { pools, table, columns, absent } = this.parts;
    return guarded(`reading the schema of ${table.object}`, () =>
      schemaDrift(pools.read, table, columns, Object.keys(absent)),
    );
  }

  /** The pools belong to the connection. */
  async close(): Promise<void> {
    await Promise.resolve();
  }
}
