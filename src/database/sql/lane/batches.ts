import type { Statement } from '../statement.js';

export interface BatchRow {
  id: number;
  side: 'A' | 'B';
  kind: 'update' | 'create' | 'delete';
  state: 'sent' | 'unknown' | 'acked' | 'dead';
  position: number | null;
  mark: string | null;
  settled_ms: number | null;
}

/** Batch ids ahead of use, so that a record can name its batch before the batch is complete. Parameters: how many. */
export const nextBatchIds: Statement<{ id: number }> = {
  name: 'lane_next_batch_ids',
  text: `select nextval('batch_id_seq') as id from generate_series(1, $1::int)`,
};

/** Parameters: id, pipeline, side, kind, items, payload. */
export const insertBatch: Statement<Record<string, never>> = {
  name: 'lane_insert_batch',
  text: `insert into attempt_batch (id, pipeline_id, side, kind, state, items, payload) values ($1, $2, $3, $4, 'sent', $5, $6)`,
};

/** Moves a batch to its end, once: a batch that is settled already stays as it is. Parameters: id, state, position, mark, exceptions, error. */
export const settleBatch: Statement<{ id: number }> = {
  name: 'lane_settle_batch',
  text: `
  update attempt_batch set state = $2, position = $3, mark = $4, exceptions = $5, error = $6,
         settled_at = case when $2 = 'unknown' then null else clock_timestamp() end
  where id = $1 and state in ('sent', 'unknown')
  returning id`,
};

/** Parameters: ids[]. */
export const readBatches: Statement<BatchRow> = {
  name: 'lane_read_batches',
  text: `
  select id, side, kind, state, position, mark, (extract(epoch from settled_at) * 1000)::float8 as settled_ms
  from attempt_batch where id = any($1::bigint[])`,
};

/** Parameters: id. */
export const readBatchPayload: Statement<{ payload: unknown }> = {
  name: 'lane_read_batch_payload',
  text: `select payload from attempt_batch where id = $1`,
};

/** Batches whose end is not known, oldest first. Parameters: pipeline. */
export const unsettledBatches: Statement<BatchRow> = {
  name: 'lane_unsettled_batches',
  text: `
  select id, side, kind, state, position, mark, null::float8 as settled_ms
  from attempt_batch where pipeline_id = $1 and state in ('sent', 'unknown') order by id`,
};
