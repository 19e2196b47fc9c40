import { jsonEqual, type Raw } from '../../core/value.js';
import type {
  Capabilities,
  ChangePage,
  Cursor,
  Endpoint,
  EndpointOptions,
  ItemException,
  LogEntry,
  LogPage,
  Merge,
  ObjectSchema,
  RecordState,
  StatePage,
  WriteBatch,
  WriteItem,
  WriteReceipt,
} from '../connector.js';
import { ConnectorError } from '../errors.js';
import type { ItemAnswer, Reading, WriteAnswer, WriteRequestItem } from './exchange.js';
import type { Happening } from './happening.js';
import type { MemoryObject } from './object.js';

interface MemoryCursor {
  readonly v: 1;
  readonly position: number;
}

const batch = { read: 5000, write: 2000 };

/**
 * One object in memory for one consumer: a T0 system, read by its log (`capture: log`) or as states that changed (any other mode).
 * Only for systems that fence: after a lost answer `settle` always knows.
 */
export class MemoryEndpoint implements Endpoint {
  readonly schema: ObjectSchema;
  readonly absent = {};
  readonly capabilities: Capabilities;
  readonly #columns: ReadonlySet<string>;

  constructor(
    readonly options: EndpointOptions,
    private readonly object: MemoryObject,
  ) {
    const logged = options.capture.mode === 'log';
    this.schema = object.schema;
    this.#columns = new Set(options.columns);
    this.capabilities = {
      tier: object.system.traits.tier,
      orderedLog: logged,
      reportsDeletes: logged,
      fences: true,
      batch,
    };
  }

  async install(): Promise<void> {
    await Promise.resolve();
  }

  async uninstall(): Promise<void> {
    await Promise.resolve();
  }

  async now(): Promise<Cursor> {
    return Promise.resolve(cursorAt(this.object.system.position));
  }

  async hasNews(cursor: Cursor): Promise<boolean> {
    const { position } = own(cursor);
    return Promise.resolve(this.object.system.journal.slice(position).some((entry) => this.#concerns(entry)));
  }

  changes(cursor: Cursor, limit: number): Promise<ChangePage> {
    const { position } = own(cursor);
    return answered(() =>
      this.object.ask('changes', () =>
        this.capabilities.orderedLog ? this.#log(position, limit) : this.#states(position, limit),
      ),
    );
  }

  covers(cursor: Cursor, mark: string): boolean {
    return this.capabilities.orderedLog && own(cursor).position >= Number(mark);
  }

  async *snapshot(options: {
    readonly columns: readonly string[];
    readonly pageSize: number;
    readonly after?: string;
  }): AsyncIterable<readonly RecordState[]> {
    const columns = new Set(options.columns);
    for (let after = options.after; ;) {
      const page = await answered(() =>
        this.object.ask('snapshot', () =>
          [...this.object.system.records.keys()]
            .sort()
            .filter((id) => after === undefined || id > after)
            .map((id) => this.#read(id))
            .filter(({ alive }) => alive)
            .slice(0, options.pageSize)
            .map((reading) => stateOf(reading, columns)),
        ),
      );
      const last = page.at(-1);
      if (last === undefined) return;
      yield page;
      after = last.id;
    }
  }

  fetch(ids: readonly string[]): Promise<StatePage> {
    return answered(() =>
      this.object.ask('fetch', () => {
        const readings = [...new Set(ids)].map((id) => this.#read(id)).filter(({ alive }) => alive);
        return this.#page(readings, this.object.system.position, false);
      }),
    );
  }

  async hidesRecords(): Promise<boolean> {
    return Promise.resolve(false);
  }

  async estimate(): Promise<number | null> {
    return Promise.resolve(this.object.system.records.size);
  }

  async allocateIds(n: number): Promise<readonly string[] | null> {
    return Promise.resolve(Array.from({ length: n }, () => this.object.newId()));
  }

  async write({ id, items }: WriteBatch): Promise<WriteReceipt> {
    const request = { id: this.#request(id), items: items.map((item) => requestOf(item)) };
    const answer = await answered(() => this.object.send(this.options.consumer, request));
    return answer === null
      ? { status: 'unknown', reason: 'no answer' }
      : this.#receipt(answer, request.items);
  }

  async unwritable(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  async settle(batchId: string): Promise<WriteReceipt> {
    const id = this.#request(batchId);
    const items = this.object.sent(this.options.consumer, id)?.items ?? [];
    try {
      return await answered(() =>
        this.object.ask('settle', () => this.#receipt(this.object.system.settle(id), items)),
      );
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      return { status: 'unknown', reason: error.message };
    }
  }

  async lastBatch(): Promise<string | null> {
    const mine = this.#request('');
    const ids = this.object.system
      .remembered()
      .filter((id) => id.startsWith(mine))
      .map((id) => Number(id.slice(mine.length)));
    return Promise.resolve(ids.length === 0 ? null : String(Math.max(...ids)));
  }

  async purge(options: { readonly cursor: Cursor; readonly batchesBefore: string | null }): Promise<void> {
    const { batchesBefore } = options;
    if (batchesBefore === null) return Promise.resolve();
    this.object.forget(
      this.options.consumer,
      (request) => Number(request.slice(this.#request('').length)) <= Number(batchesBefore),
    );
  }

  async drift(): Promise<null> {
    return Promise.resolve(null);
  }

  async close(): Promise<void> {
    await Promise.resolve();
  }

  #request(batchId: string): string {
    return `${this.options.consumer} ${batchId}`;
  }

  #batchOf(request: string | null): string | null {
    const mine = this.#request('');
    return request?.startsWith(mine) === true ? request.slice(mine.length) : null;
  }

  #read(id: string): Reading {
    return this.object.system.read(id, this.object.now(), this.object.faults.lagMs());
  }

  /** Not what this consumer itself wrote, where a log is read; a reader of states sees that as well. */
  #concerns({ origin, request, op, after }: Happening): boolean {
    if (!this.capabilities.orderedLog) return true;
    if (origin === 'hub' && this.#batchOf(request) !== null) return false;
    return op !== 'update' || Object.keys(after).some((column) => this.#columns.has(column));
  }

  /** Never cut inside a transaction. */
  #log(position: number, limit: number): LogPage {
    const { journal } = this.object.system;
    const seen = Math.max(position, journal.length - this.object.faults.logLag());
    const entries: LogEntry[] = [];
    let end = position;
    for (; end < seen; end++) {
      const happening = journal[end] as Happening;
      if (entries.length >= limit && journal[end - 1]?.tx !== happening.tx) break;
      if (this.#concerns(happening)) entries.push(this.#entry(happening));
    }
    // A transaction that is not seen to its end yet is not seen at all.
    while (end > position && end < journal.length && journal[end]?.tx === journal[end - 1]?.tx) {
      end--;
      if (entries.at(-1)?.position === end + 1) entries.pop();
    }
    const merges = mergesIn(journal.slice(position, end));
    return { kind: 'log', entries, cursor: cursorAt(end), more: end < seen, gap: null, merges };
  }

  #entry({ position, tx, op, record, before, after, origin, request, by, stamp }: Happening): LogEntry {
    return {
      position,
      tx: String(tx),
      op,
      id: record,
      oldId: null,
      before: op === 'insert' ? null : pick(before, this.#columns),
      after: op === 'delete' ? null : pick(after, this.#columns),
      batchId: origin === 'trigger' ? this.#batchOf(request) : null,
      by,
      at: stamp,
    };
  }

  #states(position: number, limit: number): StatePage {
    const { journal } = this.object.system;
    const ids = new Set<string>();
    let end = position;
    for (; end < journal.length && ids.size < limit; end++) ids.add((journal[end] as Happening).record);
    const readings = [...ids].map((id) => this.#read(id)).filter(({ alive }) => alive);
    return {
      ...this.#page(readings, end, end < journal.length),
      merges: mergesIn(journal.slice(position, end)),
    };
  }

  #page(readings: readonly Reading[], position: number, more: boolean): StatePage {
    const at = this.object.now();
    return {
      kind: 'states',
      states: readings.map((reading) => stateOf(reading, this.#columns)),
      readStart: at,
      readEnd: at,
      cursor: cursorAt(position),
      more,
      gap: null,
    };
  }

  #receipt(answer: WriteAnswer | 'fenced', sent: readonly WriteRequestItem[]): WriteReceipt {
    if (answer === 'fenced')
      return { status: 'dead', reason: 'it was not carried out, and its id is fenced', retryAfterMs: null };
    return {
      status: 'committed',
      position: answer.position,
      mark: String(answer.endPosition),
      exceptions: answer.items.flatMap((item, index) => this.#exception(index, item, sent[index]?.set ?? {})),
    };
  }

  #exception(index: number, answer: ItemAnswer, set: Readonly<Record<string, Raw>>): ItemException[] {
    switch (answer.status) {
      case 'applied': {
        const after = pick(answer.state.values, new Set(Object.keys(set)));
        const also = Object.fromEntries(
          Object.entries(answer.also).filter(([column]) => this.#columns.has(column) && !(column in set)),
        );
        const differs = Object.keys(set).some((column) => !jsonEqual(set[column], after[column]));
        return differs || Object.keys(also).length > 0 ? [{ index, kind: 'normalised', after, also }] : [];
      }
      case 'missed':
        return [{ index, kind: 'missed', current: pick(answer.state.values, this.#columns) }];
      case 'gone':
        return [{ index, kind: 'gone' }];
      case 'duplicate':
        return [
          { index, kind: 'duplicate', detail: `A record with the key ${answer.state.id} exists already` },
        ];
      case 'refused':
        return [{ index, kind: 'rejected', code: 'refused', detail: answer.detail, columns: answer.columns }];
    }
  }
}

function cursorAt(position: number): Cursor {
  const cursor: MemoryCursor = { v: 1, position };
  return cursor as unknown as Cursor;
}

function own(cursor: Cursor): MemoryCursor {
  const value = cursor as unknown as MemoryCursor | null;
  if (value?.v !== 1)
    throw new ConnectorError('cursor-invalid', 'The cursor was not made by a system in memory');
  return value;
}

function mergesIn(happenings: readonly Happening[]): readonly Merge[] {
  return happenings.flatMap(({ record: id, into, by }) => (into === undefined ? [] : [{ id, into, by }]));
}

/** Like a real system, it answers later, never at once. */
async function answered<T>(work: () => T): Promise<T> {
  await Promise.resolve();
  return work();
}

function stateOf({ id, values, modifiedAt }: Reading, columns: ReadonlySet<string>): RecordState {
  return { id, values: pick(values, columns), modifiedAt, by: null };
}

function pick(
  values: Readonly<Record<string, Raw>>,
  columns: ReadonlySet<string>,
): Readonly<Record<string, Raw>> {
  const picked: Record<string, Raw> = {};
  for (const column of columns) if (column in values) picked[column] = values[column] as Raw;
  return picked;
}

function requestOf(item: WriteItem): WriteRequestItem {
  return {
    op: item.op,
    id: item.id,
    set: item.op === 'delete' ? {} : item.set,
    expect: item.op === 'create' ? null : item.expect,
    tag: null,
    marker: null,
  };
}
