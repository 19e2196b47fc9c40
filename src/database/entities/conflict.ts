import { defineEntity, p, raw } from '@mikro-orm/postgresql';
import type { Json } from '../../core/value.js';
import { Person } from './person.js';
import { Pipeline } from './pipeline.js';

const ConflictSchema = defineEntity({
  name: 'Conflict',
  tableName: 'conflict',
  indexes: [
    {
      name: 'conflict_queue',
      properties: ['pipelineId', 'priority', 'openedAt', 'id'],
      where: "state <> 'closed'",
    },
    {
      name: 'conflict_closed',
      expression:
        "create index conflict_closed on conflict (pipeline_id, closed_at desc, id) where state = 'closed'",
    },
    {
      name: 'conflict_unnotified',
      properties: ['openedAt'],
      where: "state = 'open' and notified_at is null",
    },
    {
      name: 'conflict_told',
      properties: ['notifiedAt'],
      where: "state = 'open' and notified_at is not null",
    },
    { name: 'conflict_changed', properties: ['changedAt'] },
    { name: 'conflict_link', properties: ['linkId'] },
  ],
  uniques: [{ name: 'conflict_one_per_unit', properties: ['linkId', 'unit'], where: "state <> 'closed'" }],
  properties: {
    id: p.uuid().primary(),
    pipelineId: () =>
      p.manyToOne(Pipeline).mapToPk().fieldName('pipeline_id').deleteRule('cascade').index(false),
    /** None for a match: it is about records that are not linked. */
    linkId: p.bigint('number').nullable(),
    unit: p.text(),
    rev: p.integer().default(1),
    key: p.text(),
    state: p.enum(['open', 'held', 'closed']),
    kind: p.text(),
    reason: p.text(),
    title: p.text(),
    base: p.json<Json>().nullable(),
    candidates: p.json<Json[]>(),
    policy: p.json<Json>(),
    revision: p.integer(),
    priority: p.smallint().default(2),
    openedAt: p.datetime().default(raw('now()')),
    changedAt: p.datetime().default(raw('now()')),
    closedAt: p.datetime().nullable(),
    closeReason: p.text().nullable(),
    notifiedAt: p.datetime().nullable(),
  },
});

/** Edits of one unit that no policy may settle: shown to a person. */
export class Conflict extends ConflictSchema.class {}
ConflictSchema.setClass(Conflict);

const DecisionSchema = defineEntity({
  name: 'Decision',
  tableName: 'decision',
  indexes: [
    { name: 'decision_conflict', properties: ['conflictId', 'at'] },
    { name: 'decision_set', properties: ['setId'], where: 'set_id is not null' },
  ],
  properties: {
    id: p.uuid().primary(),
    conflictId: () =>
      p.manyToOne(Conflict).mapToPk().fieldName('conflict_id').deleteRule('cascade').index(false),
    conflictRev: p.integer(),
    linkId: p.bigint('number').nullable(),
    unit: p.text(),
    shown: p.json<Json>(),
    take: p.enum(['a', 'b', 'base', 'merged', 'value', 'link', 'create', 'apart']),
    value: p.json<Json>().nullable(),
    note: p.text().nullable(),
    by: p.text(),
    at: p.datetime().default(raw('now()')),
    undoUntil: p.datetime(),
    outcome: p.text(),
    personId: () =>
      p.manyToOne(Person).mapToPk().nullable().fieldName('person_id').deleteRule('no action').index(false),
    setId: p.uuid().nullable(),
    redoOf: p.uuid().nullable(),
  },
});

/** What a person decided, with exactly what was shown. */
export class Decision extends DecisionSchema.class {}
DecisionSchema.setClass(Decision);
