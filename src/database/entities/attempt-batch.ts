import { defineEntity, p, raw } from '@mikro-orm/postgresql';
import type { Json } from '../../core/value.js';
import { Pipeline } from './pipeline.js';

const AttemptBatchSchema = defineEntity({
  name: 'AttemptBatch',
  tableName: 'attempt_batch',
  indexes: [
    { name: 'attempt_batch_open', properties: ['pipelineId', 'side'], where: "state in ('sent', 'unknown')" },
  ],
  properties: {
    id: p.bigint('number').primary().autoincrement(false),
    pipelineId: () =>
      p.manyToOne(Pipeline).mapToPk().fieldName('pipeline_id').deleteRule('cascade').index(false),
    side: p.enum(['A', 'B']),
    kind: p.enum(['update', 'create', 'delete']),
    state: p.enum(['sent', 'unknown', 'acked', 'dead']),
    items: p.integer(),
    payload: p.json<Json>().nullable(),
    position: p.bigint('number').nullable(),
    mark: p.text().nullable(),
    exceptions: p.json<Json>().nullable(),
    error: p.text().nullable(),
    sentAt: p.datetime().default(raw('now()')),
    settledAt: p.datetime().nullable(),
  },
});

/** One write transaction on a side. */
export class AttemptBatch extends AttemptBatchSchema.class {}
AttemptBatchSchema.setClass(AttemptBatch);
