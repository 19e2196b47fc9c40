import { defineEntity, p, raw } from '@mikro-orm/postgresql';
import type { Json } from '../../core/value.js';

const PipelineSchema = defineEntity({
  name: 'Pipeline',
  tableName: 'pipeline',
  properties: {
    id: p.integer().primary().generated('identity'),
    name: p.text().unique(),
    revision: p.integer().default(0),
    state: p.enum(['new', 'comparing', 'report', 'loading', 'running', 'halted']),
    stateDetail: p.text().nullable(),
    pausedAt: p.datetime().nullable(),
    pausedBy: p.text().nullable(),
    pauseReason: p.text().nullable(),
    createdAt: p.datetime().default(raw('now()')),
    updatedAt: p.datetime().default(raw('now()')),
    haltToldAt: p.datetime().nullable(),
    pauseToldAt: p.datetime().nullable(),
    recastFrom: p.integer().nullable(),
    recastPosition: p.bigint('number').nullable(),
    rematchSide: p.enum(['A', 'B']).nullable(),
    rematchAfter: p.text().nullable(),
    reunite: p.boolean().default(false),
    lastAssigned: p.uuid().nullable(),
  },
});

export class Pipeline extends PipelineSchema.class {}
PipelineSchema.setClass(Pipeline);

const PipelineRevisionSchema = defineEntity({
  name: 'PipelineRevision',
  tableName: 'pipeline_revision',
  properties: {
    pipelineId: () =>
      p.manyToOne(Pipeline).mapToPk().primary().fieldName('pipeline_id').deleteRule('cascade').index(false),
    revision: p.integer().primary(),
    spec: p.json<Json>(),
    source: p.text(),
    hash: p.text(),
    createdAt: p.datetime().default(raw('now()')),
    createdBy: p.text(),
  },
});

/** A pipeline as it was at one revision; never changed after it is stored. */
export class PipelineRevision extends PipelineRevisionSchema.class {}
PipelineRevisionSchema.setClass(PipelineRevision);

const SideStateSchema = defineEntity({
  name: 'SideState',
  tableName: 'side_state',
  properties: {
    pipelineId: () =>
      p.manyToOne(Pipeline).mapToPk().primary().fieldName('pipeline_id').deleteRule('cascade').index(false),
    side: p.enum(['A', 'B']).primary(),
    label: p.text(),
    connector: p.text(),
    object: p.text(),
    cursor: p.json<Json>().nullable(),
    version: p.integer().default(0),
    epoch: p.integer().default(1),
    identity: p.text().nullable(),
    fingerprint: p.text().nullable(),
    readAt: p.datetime().nullable(),
    wroteAt: p.datetime().nullable(),
    caughtUpAt: p.datetime().nullable(),
    pausedAt: p.datetime().nullable(),
    pausedBy: p.text().nullable(),
    pauseReason: p.text().nullable(),
    pauseToldAt: p.datetime().nullable(),
    errorCode: p.text().nullable(),
    errorDetail: p.text().nullable(),
    errorSince: p.datetime().nullable(),
    retryAt: p.datetime().nullable(),
    columns: p.json<Json>().nullable(),
    restored: p.enum(['ask', 'give-back', 'take']).nullable(),
  },
});

/** What the engine knows of one side of one pipeline: how far it has read, and what is wrong with it. */
export class SideState extends SideStateSchema.class {}
SideStateSchema.setClass(SideState);
