import { defineEntity, p, raw } from '@mikro-orm/postgresql';
import { Pipeline } from './pipeline.js';

const AbsenceSweepSchema = defineEntity({
  name: 'AbsenceSweep',
  tableName: 'absence_sweep',
  properties: {
    pipelineId: () =>
      p.manyToOne(Pipeline).mapToPk().primary().fieldName('pipeline_id').deleteRule('cascade').index(false),
    side: p.enum(['A', 'B']).primary(),
    phase: p.enum(['links', 'rows', 'confirm']).nullable(),
    position: p.text().nullable(),
    total: p.integer().default(0),
    links: p.integer().default(0),
    missing: p.integer().default(0),
    witnesses: p.array().columnType('text[]').default(raw(`'{}'`)),
    startedAt: p.datetime().nullable(),
    previousAt: p.datetime().nullable(),
    finishedAt: p.datetime().nullable(),
  },
});

/** How far a side that does not report deletions has been read through. */
export class AbsenceSweep extends AbsenceSweepSchema.class {}
AbsenceSweepSchema.setClass(AbsenceSweep);

const AbsentRecordSchema = defineEntity({
  name: 'AbsentRecord',
  tableName: 'absent_record',
  properties: {
    pipelineId: () =>
      p.manyToOne(Pipeline).mapToPk().primary().fieldName('pipeline_id').deleteRule('cascade').index(false),
    side: p.enum(['A', 'B']).primary(),
    linkId: p.bigint('number').primary().autoincrement(false),
    missedAt: p.datetime(),
  },
});

/** A linked record that was read for and not found, until a second look tells. */
export class AbsentRecord extends AbsentRecordSchema.class {}
AbsentRecordSchema.setClass(AbsentRecord);
