import { defineEntity, p, raw } from '@mikro-orm/postgresql';
import type { Json } from '../../core/value.js';
import { Conflict } from './conflict.js';
import { Person } from './person.js';
import { Pipeline } from './pipeline.js';

const NotifyPreferenceSchema = defineEntity({
  name: 'NotifyPreference',
  tableName: 'notify_preference',
  properties: {
    personId: () =>
      p
        .manyToOne(Person)
        .mapToPk()
        .primary()
        .fieldName('person_id')
        .deleteRule('cascade')
        .updateRule('no action')
        .index(false),
    modes: p.json<Record<string, string>>().defaultRaw("'{}'"),
    timeZone: p.text().default('UTC'),
    quietFrom: p.text().nullable(),
    quietTo: p.text().nullable(),
    digestMinutes: p.integer().default(30),
    dailyAt: p.text().default('08:00'),
  },
});

/** What a person wants to be told by mail, and when. */
export class NotifyPreference extends NotifyPreferenceSchema.class {}
NotifyPreferenceSchema.setClass(NotifyPreference);

const NoticeSchema = defineEntity({
  name: 'Notice',
  tableName: 'notice',
  indexes: [{ name: 'notice_waiting', properties: ['recipient', 'at'], where: 'told_at is null' }],
  properties: {
    id: p.uuid().primary(),
    recipient: p.text(),
    event: p.text(),
    pipelineId: () =>
      p.manyToOne(Pipeline).mapToPk().nullable().fieldName('pipeline_id').deleteRule('cascade').index(false),
    conflictId: () =>
      p.manyToOne(Conflict).mapToPk().nullable().fieldName('conflict_id').deleteRule('cascade').index(false),
    facts: p.json<Json>().defaultRaw("'{}'"),
    at: p.datetime(),
    toldAt: p.datetime().nullable(),
  },
});

/** Something that one recipient is to be told. */
export class Notice extends NoticeSchema.class {}
NoticeSchema.setClass(Notice);

const MailMarkSchema = defineEntity({
  name: 'MailMark',
  tableName: 'mail_mark',
  properties: {
    recipient: p.text().primary(),
    kind: p.text().primary(),
    upto: p.datetime(),
    mailedAt: p.datetime().nullable(),
  },
});

/** How far a recipient was told. */
export class MailMark extends MailMarkSchema.class {}
MailMarkSchema.setClass(MailMark);

const AnswerLinkSchema = defineEntity({
  name: 'AnswerLink',
  tableName: 'answer_link',
  properties: {
    id: p.uuid().primary(),
    personId: () => p.manyToOne(Person).mapToPk().fieldName('person_id').deleteRule('cascade').index(false),
    conflictId: () =>
      p.manyToOne(Conflict).mapToPk().fieldName('conflict_id').deleteRule('cascade').index(false),
    conflictRev: p.integer(),
    shown: p.json<Json>(),
    expiresAt: p.datetime(),
    usedAt: p.datetime().nullable(),
    decisionId: p.uuid().nullable(),
  },
});

/** A link in a mail that answers one conflict as it then was. */
export class AnswerLink extends AnswerLinkSchema.class {}
AnswerLinkSchema.setClass(AnswerLink);

const ServiceKeySchema = defineEntity({
  name: 'ServiceKey',
  tableName: 'service_key',
  properties: {
    name: p.text().primary(),
    key: p.blob(),
    createdAt: p.datetime().default(raw('now()')),
  },
});

/** A key with which the service signs what it sends out. */
export class ServiceKey extends ServiceKeySchema.class {}
ServiceKeySchema.setClass(ServiceKey);
