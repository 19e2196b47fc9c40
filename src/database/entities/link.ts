import { defineEntity, p, raw } from '@mikro-orm/postgresql';
import { Pipeline } from './pipeline.js';

const LinkSchema = defineEntity({
  name: 'Link',
  tableName: 'link',
  indexes: [
    { name: 'link_unlinked_a', properties: ['pipelineId', 'aId'], where: "state = 'unlinked'" },
    { name: 'link_unlinked_b', properties: ['pipelineId', 'bId'], where: "state = 'unlinked'" },
    { name: 'link_tombstone', properties: ['pipelineId', 'endedAt'], where: "state = 'deleted'" },
    { name: 'link_ended_a', properties: ['pipelineId', 'aId'], where: "state = 'deleted'" },
    { name: 'link_ended_b', properties: ['pipelineId', 'bId'], where: "state = 'deleted'" },
    { name: 'link_excluded', properties: ['pipelineId', 'id'], where: 'excluded is not null' },
  ],
  uniques: [
    { name: 'link_a', properties: ['pipelineId', 'aId'], where: "state in ('live', 'creating')" },
    { name: 'link_b', properties: ['pipelineId', 'bId'], where: "state in ('live', 'creating')" },
  ],
  properties: {
    id: p.bigint('number').primary().autoincrement(),
    pipelineId: () =>
      p.manyToOne(Pipeline).mapToPk().fieldName('pipeline_id').deleteRule('cascade').index(false),
    epoch: p.integer().default(1),
    state: p.enum(['live', 'creating', 'deleted', 'unlinked']),
    aId: p.text().nullable(),
    bId: p.text().nullable(),
    createdAt: p.datetime().default(raw('now()')),
    endedAt: p.datetime().nullable(),
    excluded: p.enum(['A', 'B', 'AB']).nullable(),
    keptOut: p.boolean().default(false),
  },
});

/** A pair of records, one on each side, that Accord keeps in agreement. */
export class Link extends LinkSchema.class {}
LinkSchema.setClass(Link);

const RecordExclusionSchema = defineEntity({
  name: 'RecordExclusion',
  tableName: 'record_exclusion',
  properties: {
    linkId: () =>
      p
        .manyToOne(Link)
        .mapToPk()
        .primary()
        .fieldName('link_id')
        .deleteRule('cascade')
        .updateRule('no action')
        .index(false),
    pipelineId: () =>
      p.manyToOne(Pipeline).mapToPk().fieldName('pipeline_id').deleteRule('cascade').index(false),
    reason: p.text(),
    by: p.text(),
    at: p.datetime(),
  },
});

/** Why, and by whom, a record is kept out of sync. */
export class RecordExclusion extends RecordExclusionSchema.class {}
RecordExclusionSchema.setClass(RecordExclusion);

const LinkAliasSchema = defineEntity({
  name: 'LinkAlias',
  tableName: 'link_alias',
  properties: {
    pipelineId: p.integer().primary(),
    side: p.text().primary(),
    extId: p.text().primary(),
    linkId: () =>
      p.manyToOne(Link).mapToPk().primary().fieldName('link_id').deleteRule('cascade').index(false),
    at: p.datetime().default(raw('now()')),
  },
});

/** An id that a record had before its key was changed. */
export class LinkAlias extends LinkAliasSchema.class {}
LinkAliasSchema.setClass(LinkAlias);
