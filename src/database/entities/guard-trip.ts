import { defineEntity, p, raw } from '@mikro-orm/postgresql';
import type { Json } from '../../core/value.js';
import { Pipeline } from './pipeline.js';

const GuardTripSchema = defineEntity({
  name: 'GuardTrip',
  tableName: 'guard_trip',
  indexes: [
    {
      name: 'guard_trip_recent',
      expression: 'create index guard_trip_recent on guard_trip (pipeline_id, opened_at desc, id)',
    },
    { name: 'guard_trip_untold', properties: ['openedAt'], where: 'told_at is null' },
  ],
  uniques: [
    {
      name: 'guard_trip_open',
      properties: ['pipelineId', 'side', 'kind', 'subject'],
      where: "state = 'open'",
    },
  ],
  properties: {
    id: p.uuid().primary(),
    pipelineId: () =>
      p.manyToOne(Pipeline).mapToPk().fieldName('pipeline_id').deleteRule('cascade').index(false),
    side: p.enum(['A', 'B']),
    kind: p.enum(['deletes', 'blanking', 'overwrite', 'canary']),
    subject: p.text(),
    count: p.integer(),
    most: p.integer(),
    linked: p.integer(),
    windowMs: p.bigint('number'),
    sample: p.json<Json>(),
    state: p.enum(['open', 'released', 'discarded']).default('open'),
    openedAt: p.datetime().default(raw('now()')),
    closedAt: p.datetime().nullable(),
    closedBy: p.text().nullable(),
    note: p.text().nullable(),
    closedByKind: p.enum(['person', 'integration']).nullable(),
    toldAt: p.datetime().nullable(),
  },
});

/** A class of operations that a guard stopped, and what a person answered. */
export class GuardTrip extends GuardTripSchema.class {}
GuardTripSchema.setClass(GuardTrip);
