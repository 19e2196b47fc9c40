import { defineEntity, p, raw } from '@mikro-orm/postgresql';
import type { Json } from '../../core/value.js';
import { Pipeline } from './pipeline.js';

const LoadRecordSchema = defineEntity({
  name: 'LoadRecord',
  tableName: 'load_record',
  indexes: [
    {
      name: 'load_record_key',
      properties: ['pipelineId', 'rule', 'matchKey', 'side'],
      where: 'match_key is not null',
    },
  ],
  properties: {
    pipelineId: () =>
      p.manyToOne(Pipeline).mapToPk().primary().fieldName('pipeline_id').deleteRule('cascade').index(false),
    side: p.text().primary(),
    extId: p.text().primary(),
    rule: p.smallint().primary(),
    matchKey: p.text().nullable(),
  },
});

/** A record that the first load found on a side. */
export class LoadRecord extends LoadRecordSchema.class {}
LoadRecordSchema.setClass(LoadRecord);

const LoadPairSchema = defineEntity({
  name: 'LoadPair',
  tableName: 'load_pair',
  uniques: [{ name: 'load_pair_b', properties: ['pipelineId', 'bId'] }],
  properties: {
    pipelineId: () =>
      p.manyToOne(Pipeline).mapToPk().primary().fieldName('pipeline_id').deleteRule('cascade').index(false),
    aId: p.text().primary(),
    bId: p.text(),
    rule: p.smallint(),
    points: p.float().nullable(),
    parts: p.json<Json>().nullable(),
  },
});

/** Two records that the first load will link. */
export class LoadPair extends LoadPairSchema.class {}
LoadPairSchema.setClass(LoadPair);

const LoadReportSchema = defineEntity({
  name: 'LoadReport',
  tableName: 'load_report',
  properties: {
    pipelineId: () =>
      p
        .manyToOne(Pipeline)
        .mapToPk()
        .primary()
        .fieldName('pipeline_id')
        .deleteRule('cascade')
        .updateRule('no action')
        .index(false),
    revision: p.integer(),
    linked: p.integer(),
    onlyA: p.integer(),
    onlyB: p.integer(),
    ambiguous: p.integer(),
    excludedA: p.integer().default(0),
    excludedB: p.integer().default(0),
    samples: p.json<Json>(),
    createdAt: p.datetime().default(raw('now()')),
    acceptedAt: p.datetime().nullable(),
    acceptedBy: p.text().nullable(),
    phase: p.text().nullable(),
    done: p.bigint('number').defaultRaw('0'),
    total: p.bigint('number').defaultRaw('0'),
    progress: p.json<Json>().nullable(),
    startedAt: p.datetime().nullable(),
    finishedAt: p.datetime().nullable(),
    scored: p.integer().default(0),
    leftOut: p.json<Json>().default([]),
    fields: p.json<Json>().nullable(),
    rateA: p.text().nullable(),
    rateB: p.text().nullable(),
  },
});

/** What the first load would do, and how far it has come. */
export class LoadReport extends LoadReportSchema.class {}
LoadReportSchema.setClass(LoadReport);

const UnmatchedSchema = defineEntity({
  name: 'Unmatched',
  tableName: 'unmatched',
  indexes: [
    {
      name: 'unmatched_waiting',
      properties: ['pipelineId', 'side', 'since', 'extId'],
      where: "reason = 'waiting'",
    },
    {
      name: 'unmatched_unmet',
      properties: ['pipelineId', 'side', 'since', 'extId'],
      where: "reason = 'waiting' and not met",
    },
  ],
  properties: {
    pipelineId: () =>
      p.manyToOne(Pipeline).mapToPk().primary().fieldName('pipeline_id').deleteRule('cascade').index(false),
    side: p.text().primary(),
    extId: p.text().primary(),
    matchKey: p.text().nullable(),
    reason: p.enum(['ambiguous', 'no-key', 'not-created', 'waiting']),
    detail: p.text().nullable(),
    since: p.datetime().default(raw('now()')),
    met: p.boolean().default(false),
  },
});

/** A record that no rule could link. */
export class Unmatched extends UnmatchedSchema.class {}
UnmatchedSchema.setClass(Unmatched);
