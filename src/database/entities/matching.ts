import { defineEntity, p, raw } from '@mikro-orm/postgresql';
import type { Json } from '../../core/value.js';
import { Conflict } from './conflict.js';
import { Pipeline } from './pipeline.js';

const pipelineKey = () =>
  p.manyToOne(Pipeline).mapToPk().primary().fieldName('pipeline_id').deleteRule('cascade').index(false);
const pipelineOf = () =>
  p.manyToOne(Pipeline).mapToPk().fieldName('pipeline_id').deleteRule('cascade').index(false);

const MatchRecordSchema = defineEntity({
  name: 'MatchRecord',
  tableName: 'match_record',
  properties: {
    pipelineId: pipelineKey,
    side: p.enum(['A', 'B']).primary(),
    extId: p.text().primary(),
    rule: p.smallint().primary(),
    profile: p.text(),
  },
});

/** What a rule that scores compares of a record that is not linked. */
export class MatchRecord extends MatchRecordSchema.class {}
MatchRecordSchema.setClass(MatchRecord);

const MatchKeySchema = defineEntity({
  name: 'MatchKey',
  tableName: 'match_key',
  indexes: [{ name: 'match_key_record', properties: ['pipelineId', 'side', 'extId'] }],
  properties: {
    pipelineId: pipelineKey,
    rule: p.smallint().primary(),
    key: p.text().primary(),
    side: p.enum(['A', 'B']).primary(),
    extId: p.text().primary(),
  },
});

/** A key under which a record is found as a candidate. */
export class MatchKey extends MatchKeySchema.class {}
MatchKeySchema.setClass(MatchKey);

const MatchPairSchema = defineEntity({
  name: 'MatchPair',
  tableName: 'match_pair',
  indexes: [{ name: 'match_pair_b', properties: ['pipelineId', 'bId'] }],
  properties: {
    pipelineId: pipelineKey,
    aId: p.text().primary(),
    bId: p.text().primary(),
    rule: p.smallint().primary(),
    points: p.float(),
    parts: p.json<Json>(),
  },
});

/** Two records that the first load found alike. */
export class MatchPair extends MatchPairSchema.class {}
MatchPairSchema.setClass(MatchPair);

const MatchQuestionSchema = defineEntity({
  name: 'MatchQuestion',
  tableName: 'match_question',
  uniques: [{ name: 'match_question_of', properties: ['pipelineId', 'side', 'extId'], where: 'is_open' }],
  properties: {
    conflictId: () =>
      p
        .oneToOne(Conflict)
        .mapToPk()
        .primary()
        .fieldName('conflict_id')
        .deleteRule('cascade')
        .updateRule('no action')
        .index(false),
    pipelineId: pipelineOf,
    side: p.enum(['A', 'B']),
    extId: p.text(),
    shown: p.json<Json>(),
    isOpen: p.boolean().default(true),
  },
});

/** A record of which a person must say whether it is the same as another. */
export class MatchQuestion extends MatchQuestionSchema.class {}
MatchQuestionSchema.setClass(MatchQuestion);

const MatchCandidateSchema = defineEntity({
  name: 'MatchCandidate',
  tableName: 'match_candidate',
  indexes: [{ name: 'match_candidate_record', properties: ['extId'], where: 'gone is null' }],
  properties: {
    conflictId: () =>
      p
        .manyToOne(MatchQuestion)
        .mapToPk()
        .primary()
        .fieldName('conflict_id')
        .deleteRule('cascade')
        .index(false),
    n: p.smallint().primary(),
    extId: p.text(),
    rule: p.text(),
    points: p.float().nullable(),
    verdicts: p.json<Json>(),
    shown: p.json<Json>(),
    gone: p.text().nullable(),
  },
});

/** A record that another one may be the same as. */
export class MatchCandidate extends MatchCandidateSchema.class {}
MatchCandidateSchema.setClass(MatchCandidate);

const LinkOrderSchema = defineEntity({
  name: 'LinkOrder',
  tableName: 'link_order',
  indexes: [{ name: 'link_order_due', properties: ['pipelineId', 'dueAt'] }],
  properties: {
    id: p.uuid().primary(),
    pipelineId: pipelineOf,
    kind: p.enum(['link', 'create', 'apart']),
    side: p.enum(['A', 'B']).nullable(),
    aId: p.text().nullable(),
    bId: p.text().nullable(),
    conflictId: () =>
      p.manyToOne(Conflict).mapToPk().nullable().fieldName('conflict_id').deleteRule('cascade').index(false),
    by: p.text(),
    dueAt: p.datetime().default(raw('now()')),
    personId: p.uuid().nullable(),
  },
});

/** What a person wants linked, made, or kept apart. */
export class LinkOrder extends LinkOrderSchema.class {}
LinkOrderSchema.setClass(LinkOrder);

const LinkOrderEndSchema = defineEntity({
  name: 'LinkOrderEnd',
  tableName: 'link_order_end',
  indexes: [
    { name: 'link_order_end_at', properties: ['endedAt'] },
    { name: 'link_order_end_untold', properties: ['endedAt'], where: "state = 'void' and told_at is null" },
  ],
  properties: {
    id: p.uuid().primary(),
    pipelineId: pipelineOf,
    aId: p.text(),
    bId: p.text(),
    by: p.text(),
    personId: p.uuid().nullable(),
    state: p.enum(['linked', 'void']),
    why: p.text(),
    endedAt: p.datetime().default(raw('now()')),
    toldAt: p.datetime().nullable(),
  },
});

/** What became of an order that belongs to no question. */
export class LinkOrderEnd extends LinkOrderEndSchema.class {}
LinkOrderEndSchema.setClass(LinkOrderEnd);

const DoNotRelinkSchema = defineEntity({
  name: 'DoNotRelink',
  tableName: 'do_not_relink',
  indexes: [{ name: 'do_not_relink_b', properties: ['pipelineId', 'bId'] }],
  properties: {
    pipelineId: pipelineKey,
    aId: p.text().primary(),
    bId: p.text().primary(),
    by: p.text(),
    note: p.text().nullable(),
    stay: p.boolean().default(false),
    at: p.datetime().default(raw('now()')),
  },
});

/** Two records that a person has said are not the same. */
export class DoNotRelink extends DoNotRelinkSchema.class {}
DoNotRelinkSchema.setClass(DoNotRelink);
