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
import { namedColumns } from '../sql/named-columns.js';
import { SnapshotCapture } from '../sql/snapshot-capture.js';
import { nextIds } from './allocate-ids.js';
import type { Column, Table } from './catalog.js';
import { schemaDrift } from './drift.js';
import { install, missingForLog, requireSchema, uninstall, type Consumer } from './install.js';
import { lastApplied } from './fence.js';
import { LogCapture } from './log-capture.js';
import { asLogCursor, coversMark } from './log-cursor.js';
import { PollingCapture } from './polling-capture.js';
import type { Pools } from './pools.js';
import { purgeFences, purgeLog } from './purge.js';
import { recordDigest } from './record-digest.js';
import { RecordReader } from './record-reader.js';
import type { StateColumns } from './select-columns.js';
import { guarded } from './server-error.js';
import { unwritableColumns } from './write-rights.js';
import { Writer } from './writer.js';

export interface EndpointParts {
  readonly pools: Pools;
  readonly table: Table;
  readonly columns: readonly Column[];
  readonly absent: Readonly<Record<string, string>>;
  readonly updatedAt: Column | null;
  readonly actor: Column | null;
  readonly account: string;
  /** Fences exist or may be made. */
  readonly fences: boolean;
}

const defaultOverlapMs = 60_000;
const batch = { read: 5000, write: 2000 };

/** One table of one database, for one consumer. */
export class PostgresEndpoint implements Endpoint {
  readonly capabilities: Capabilities;
  readonly schema: ObjectSchema;
  readonly absent: Readonly<Record<string, string>>;
  private readonly reader: RecordReader;
  private readonly writer: Writer;
  private readonly capture: LogCapture | PollingCapture | SnapshotCapture;
  private readonly state: StateColumns;

  constructor(
    readonly options: EndpointOptions,
    private readonly parts: EndpointParts,
  ) {
    const { pools, table, columns, updatedAt, actor, fences } = parts;
    const { mode, overlapMs } = options.capture;
    this.schema = table.schema;
    this.absent = parts.absent;
    this.state = { columns, updatedAt, actor };
    this.reader = new RecordReader(pools.read, table, this.state);
    this.writer = new Writer(pools.write, {
      table,
      columns,
      consumer: options.consumer,
      fences,
      logged: mode === 'log',
      maxItems: batch.write,
    });
    const logged = mode === 'log';
    this.capabilities = { tier: 'T0', orderedLog: logged, reportsDeletes: logged, fences, batch };
    if (logged) {
      const names = columns.map(({ name }) => name);
      this.capture = new LogCapture(pools.read, table.oid, table.object, options.consumer, names, () =>
        this.install(),
      );
    } else if (mode === 'polling' && updatedAt !== null) {
      this.capture = new PollingCapture(
        pools.read,
        table,
        this.state,
        updatedAt,
        overlapMs ?? defaultOverlapMs,
      );
    } else this.capture = new SnapshotCapture((limit, after) => this.reader.page(this.state, limit, after));
  }

  async installable(): Promise<void> {
    this.#requirePlain();
    if (this.parts.fences) await requireSchema(this.parts.pools.read);
  }

  async install(): Promise<void> {
    const { pools, table, fences } = this.parts;
    this.#requirePlain();
    if (fences) await install(pools.write, table, this.consumer());
  }

  /** @throws ConnectorError `object-unsupported`, `permission-missing` */
  #requirePlain(): void {
    const { table, account } = this.parts;
    const missing = this.options.capture.mode === 'log' ? missingForLog(table, account) : null;
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
    return this.options.capture.mode === 'log' && coversMark(asLogCursor(cursor), mark);
  }

  snapshot(options: {
    readonly columns: readonly string[];
    readonly pageSize: number;
    readonly after?: string;
  }): AsyncIterable<readonly RecordState[]> {
    return this.reader.snapshot(
      namedColumns(this.parts.table, options.columns),
      options.pageSize,
      options.after,
    );
  }

  fetch(ids: readonly string[]): Promise<StatePage> {
    return this.reader.fetch(ids, null);
  }

  digest(ids: readonly string[], columns: readonly string[]): Promise<string | null> {
    const { pools, table } = this.parts;
    return recordDigest(pools.read, table, namedColumns(table, columns), ids);
  }

  hidesRecords(): Promise<boolean> {
    return this.reader.hidesRecords();
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
      unwritableColumns(pools.write, table, fields),
    );
  }

  settle(batchId: string): Promise<WriteReceipt> {
    return this.writer.settle(batchId);
  }

  lastBatch(): Promise<string | null> {
    const { pools, table } = this.parts;
    return guarded(`asking for the last write to ${table.object}`, () =>
      lastApplied(pools.read, this.options.consumer),
    );
  }

  async purge(options: { readonly cursor: Cursor; readonly batchesBefore: string | null }): Promise<void> {
    const { pools, table, fences } = this.parts;
    const { consumer, capture } = this.options;
    await guarded(`purging the log of ${table.object}`, async () => {
      if (capture.mode === 'log') await purgeLog(pools.write, table.oid, consumer, options.cursor);
      if (fences && options.batchesBefore !== null)
        await purgeFences(pools.write, consumer, options.batchesBefore);
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

  private consumer(): Consumer {
    const { options } = this;
    return {
      name: options.consumer,
      mode: options.capture.mode,
      columns: this.parts.columns.map(({ name }) => name),
      actorColumn: options.actorColumn ?? null,
    };
  }
}
