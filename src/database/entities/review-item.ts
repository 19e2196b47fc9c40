import { defineEntity, p, raw } from '@mikro-orm/postgresql';
import type { Json } from '../../core/value.js';
import { Person } from './person.js';
import { Pipeline } from './pipeline.js';

const personOf = (column: string) => () =>
  p.manyToOne(Person).mapToPk().nullable().fieldName(column).deleteRule('no action').index(false);

const waiting = "state in ('open', 'held')";
const order = ['urgency', 'dueAt', 'id'] as const;

const ReviewItemSchema = defineEntity({
  name: 'ReviewItem',
  tableName: 'review_item',
  indexes: [
    { name: 'review_item_queue', properties: ['pipelineId', ...order], where: waiting },
    { name: 'review_item_snoozed', properties: ['pipelineId', ...order], where: "state = 'snoozed'" },
    {
      name: 'review_item_closed',
      properties: ['pipelineId', 'closedAt', 'id'],
      where: "state = 'closed'",
    },
    {
      name: 'review_item_assignee',
      properties: ['assigneeId', ...order],
      where: `${waiting} and assignee_id is not null`,
    },
    { name: 'review_item_turn', properties: ['turnId'], where: 'turn_id is not null' },
    { name: 'review_item_lease', properties: ['leaseBy'], where: 'lease_by is not null' },
    { name: 'review_item_wake', properties: ['snoozedUntil'], where: 'snoozed_until is not null' },
    { name: 'review_item_link', properties: ['linkId'], where: 'link_id is not null' },
    { name: 'review_item_changed', properties: ['changedAt'] },
    {
      name: 'review_item_arrange',
      properties: ['pipelineId', 'arrangedRevision'],
      where: "state <> 'closed'",
    },
    { name: 'review_item_due', properties: ['dueAt'], where: "state = 'open'" },
    { name: 'review_item_risk', properties: ['riskAt'], where: "state = 'open' and risk_at is not null" },
    {
      name: 'review_item_escalate',
      properties: ['escalateAt'],
      where: "state = 'open' and escalate_at is not null",
    },
    { name: 'review_item_overslept', properties: ['id'], where: 'overslept is not null' },
  ],
  properties: {
    id: p.uuid().primary(),
    pipelineId: () =>
      p.manyToOne(Pipeline).mapToPk().fieldName('pipeline_id').deleteRule('cascade').index(false),
    subject: p.enum(['conflict', 'guard', 'halt']),
    kind: p.text(),
    unit: p.text(),
    linkId: p.bigint('number').nullable(),
    subjectRev: p.integer().default(1),
    detail: p.text().nullable(),
    state: p.enum(['open', 'snoozed', 'held', 'closed']),
    openedAt: p.datetime().default(raw('now()')),
    changedAt: p.datetime().default(raw('now()')),
    closedAt: p.datetime().nullable(),
    closeReason: p.text().nullable(),
    reopened: p.integer().default(0),
    reopenedAt: p.datetime().nullable(),
    rev: p.integer().default(1),
    urgency: p.smallint().default(2),
    urgencyByPerson: p.boolean().default(false),
    dueAt: p.datetime().default(raw("'infinity'")),
    dueBy: p.enum(['rule', 'person']).nullable(),
    riskAt: p.datetime().nullable(),
    escalateAt: p.datetime().nullable(),
    arrangedRevision: p.integer().default(0),
    assigneeId: personOf('assignee_id'),
    turnId: personOf('turn_id'),
    leaseBy: personOf('lease_by'),
    leaseUntil: p.datetime().nullable(),
    snoozedUntil: p.datetime().nullable(),
    snoozedBy: personOf('snoozed_by'),
    wakeOnChange: p.boolean().default(true),
    askedAt: p.datetime().nullable(),
    askedOf: personOf('asked_of'),
    askedBy: personOf('asked_by'),
    askedQuestion: p.text().nullable(),
    comments: p.integer().default(0),
    skips: p.integer().default(0),
    snoozedAt: p.datetime().nullable(),
    overslept: p.enum(['risk', 'due', 'escalate']).nullable(),
  },
});

/** Something that waits for a person, or did: a conflict, a guard that tripped, a halt. */
export class ReviewItem extends ReviewItemSchema.class {}
ReviewItemSchema.setClass(ReviewItem);

const itemOf = () =>
  p.manyToOne(ReviewItem).mapToPk().fieldName('item_id').deleteRule('cascade').index(false);

const ReviewNoteSchema = defineEntity({
  name: 'ReviewNote',
  tableName: 'review_note',
  indexes: [
    { name: 'review_note_item', properties: ['itemId', 'id'] },
    {
      name: 'review_note_untold',
      properties: ['at'],
      where: "told_at is null and kind in ('assigned', 'asked', 'opinion', 'escalated', 'turn')",
    },
    {
      name: 'review_note_untold_comment',
      properties: ['at'],
      where: "told_at is null and kind = 'comment'",
    },
  ],
  properties: {
    id: p.uuid().primary(),
    itemId: itemOf,
    at: p.datetime().default(raw('clock_timestamp()')),
    kind: p.text(),
    rev: p.integer(),
    byKind: p.enum(['person', 'token', 'service']),
    byName: p.text(),
    personId: personOf('person_id'),
    aboutId: personOf('about_id'),
    text: p.text().nullable(),
    detail: p.json<Json>().default('{}'),
    toldAt: p.datetime().nullable(),
  },
});

/** What somebody said of an item or did to it. */
export class ReviewNote extends ReviewNoteSchema.class {}
ReviewNoteSchema.setClass(ReviewNote);

const ReviewSkipSchema = defineEntity({
  name: 'ReviewSkip',
  tableName: 'review_skip',
  properties: {
    itemId: () =>
      p
        .manyToOne(ReviewItem)
        .mapToPk()
        .primary()
        .fieldName('item_id')
        .deleteRule('cascade')
        .updateRule('no action')
        .index(false),
    personId: () =>
      p
        .manyToOne(Person)
        .mapToPk()
        .primary()
        .fieldName('person_id')
        .deleteRule('no action')
        .updateRule('no action')
        .index(false),
    at: p.datetime(),
    subjectRev: p.integer(),
  },
});

/** Who does not want to be offered an item again for a while. */
export class ReviewSkip extends ReviewSkipSchema.class {}
ReviewSkipSchema.setClass(ReviewSkip);

const ReviewTallySchema = defineEntity({
  name: 'ReviewTally',
  tableName: 'review_tally',
  properties: {
    pipelineId: p.integer().primary(),
    unit: p.text().primary(),
    kind: p.text().primary(),
    state: p.text().primary(),
    urgency: p.smallint().primary(),
    assigneeId: p.uuid().primary(),
    n: p.bigint('number'),
  },
});

/** How many items there are of a sort, but for what was added since (`ReviewTallyChange`). */
export class ReviewTally extends ReviewTallySchema.class {}
ReviewTallySchema.setClass(ReviewTally);

const ReviewTallyChangeSchema = defineEntity({
  name: 'ReviewTallyChange',
  tableName: 'review_tally_change',
  properties: {
    id: p.bigint('number').primary().autoincrement().generated('identity'),
    pipelineId: p.integer(),
    unit: p.text(),
    kind: p.text(),
    state: p.text(),
    urgency: p.smallint(),
    assigneeId: p.uuid(),
    n: p.bigint('number'),
  },
});

/** What a transaction added to the tally. */
export class ReviewTallyChange extends ReviewTallyChangeSchema.class {}
ReviewTallyChangeSchema.setClass(ReviewTallyChange);

const InstallationSchema = defineEntity({
  name: 'Installation',
  tableName: 'installation',
  checks: [{ name: 'installation_id_check', expression: 'id = 1' }],
  properties: {
    id: p.integer().primary().autoincrement(false),
    cursorKey: p.blob(),
  },
});

/** What only this installation knows. */
export class Installation extends InstallationSchema.class {}
InstallationSchema.setClass(Installation);
