import type { ClientBase } from 'pg';
import type { Side } from '../../core/clock.js';
import { insertBatch, type BatchRow } from '../../database/sql/lane/batches.js';
import { run } from '../../database/sql/statement.js';
import type { BatchIds } from './batch-ids.js';
import type { Outgoing } from './intake.js';
import type { BatchDraft } from './plan-writes.js';

/** The write batches in the making: one per side and kind. */
export class Drafts {
  readonly #drafts = new Map<string, BatchDraft>();

  constructor(private readonly ids: BatchIds) {}

  get(side: Side, kind: BatchRow['kind']): BatchDraft {
    const key = `${side} ${kind}`;
    let draft = this.#drafts.get(key);
    if (draft === undefined) {
      draft = { id: this.ids.take(), side, kind, items: [], payload: [] };
      this.#drafts.set(key, draft);
    }
    return draft;
  }

  /** Stores the batches as sent: from here on they may have happened. */
  async insert(client: Pick<ClientBase, 'query'>, pipelineId: number): Promise<Outgoing[]> {
    const outgoing: Outgoing[] = [];
    for (const { id, side, kind, items, payload } of this.#drafts.values()) {
      await run(client, insertBatch, [id, pipelineId, side, kind, items.length, JSON.stringify(payload)]);
      const row: BatchRow = { id, side, kind, state: 'sent', position: null, mark: null, settled_ms: null };
      outgoing.push({ row, batch: { id: String(id), items }, payload });
    }
    return outgoing;
  }
}
