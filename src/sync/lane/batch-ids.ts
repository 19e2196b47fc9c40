import type { ClientBase } from 'pg';
import { nextBatchIds } from '../../database/sql/lane/batches.js';
import { run } from '../../database/sql/statement.js';

/** Batch ids drawn ahead, so that records can name their batch while it is being put together. Unused ones leave gaps, which are harmless. */
export class BatchIds {
  readonly #ids: number[] = [];

  async ensure(client: Pick<ClientBase, 'query'>, n: number): Promise<void> {
    if (this.#ids.length >= n) return;
    for (const row of await run(client, nextBatchIds, [n + 32])) this.#ids.push(row.id);
    this.#ids.sort((x, y) => x - y);
  }

  take(): number {
    const id = this.#ids.shift();
    if (id === undefined) throw new RangeError('no batch id was drawn ahead');
    return id;
  }
}
