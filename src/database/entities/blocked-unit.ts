import { defineEntity, p, raw } from '@mikro-orm/postgresql';
import type { Json } from '../../core/value.js';
import { Pipeline } from './pipeline.js';

const BlockedUnitSchema = defineEntity({
  name: 'BlockedUnit',
  tableName: 'blocked_unit',
  indexes: [{ name: 'blocked_unit_cause', properties: ['pipelineId', 'code', 'unit'] }],
  properties: {
    linkId: p.bigint('number').primary().autoincrement(false),
    unit: p.text().primary(),
    side: p.text().primary(),
    pipelineId: () =>
      p.manyToOne(Pipeline).mapToPk().fieldName('pipeline_id').deleteRule('cascade').index(false),
    code: p.text(),
    detail: p.text(),
    value: p.json<Json>().nullable(),
    attempts: p.integer().default(1),
    since: p.datetime().default(raw('now()')),
    lastAt: p.datetime().default(raw('now()')),
  },
});

/** A unit that a side refused for good, or that cannot be read. */
export class BlockedUnit extends BlockedUnitSchema.class {}
BlockedUnitSchema.setClass(BlockedUnit);
