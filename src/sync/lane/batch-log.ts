import type { ClientBase } from 'pg';
import { readBatches, readBatchPayload, type BatchRow } from '../../database/sql/lane/batches.js';
import { run } from '../../database/sql/statement.js';
import type { Payload, PayloadItem } from './payload.js';

/** Payloads kept in memory; older ones are read again when needed. */
const KEEP_PAYLOADS = 32;
const KEEP_BATCHES = 10_000;

/** The state of write batches, as shadows refer to them; the database has the truth, this remembers what was read. */
export class BatchLog {
  readonly #batches = new Map<number, BatchRow>();
  readonly #payloads = new Map<number, ReadonlyMap<number, PayloadItem>>();

  get(id: number): BatchRow | undefined {
    return this.#batches.get(id);
  }

  set(batch: BatchRow): void {
    this.#batches.delete(batch.id);
    this.#batches.set(batch.id, batch);
    if (this.#batches.size > KEEP_BATCHES) this.#dropOldestSettled();
  }

  setPayload(id: number, payload: Payload): void {
    this.#payloads.set(id, new Map(payload.map((item) => [item.l, item])));
    for (const old of this.#payloads.keys()) {
      if (this.#payloads.size <= KEEP_PAYLOADS) break;
      this.#payloads.delete(old);
    }
  }

  /** Makes sure that `get` knows all of these. */
  async load(client: Pick<ClientBase, 'query'>, ids: Iterable<number>): Promise<void> {
    const unknown = [...new Set(ids)].filter((id) => !this.#batches.has(id));
    if (unknown.length === 0) return;
    for (const row of await run(client, readBatches, [unknown])) this.set(row);
  }

  async payload(client: Pick<ClientBase, 'query'>, id: number): Promise<ReadonlyMap<number, PayloadItem>> {
    const known = this.#payloads.get(id);
    if (known !== undefined) return known;
    const [row] = await run(client, readBatchPayload, [id]);
    this.setPayload(id, (row?.payload ?? []) as Payload);
    return this.#payloads.get(id) ?? new Map<number, PayloadItem>();
  }

  /** Forgets everything: after a transaction that did not commit, or when another process had the pipeline. */
  clear(): void {
    this.#batches.clear();
    this.#payloads.clear();
  }

  #dropOldestSettled(): void {
    for (const [id, batch] of this.#batches) {
      if (batch.state === 'acked' || batch.state === 'dead') {
        this.#batches.delete(id);
        return;
      }
    }
  }
}
