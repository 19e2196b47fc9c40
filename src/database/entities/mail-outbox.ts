import { defineEntity, p, raw } from '@mikro-orm/postgresql';
import { Person } from './person.js';

const MailOutboxSchema = defineEntity({
  name: 'MailOutbox',
  tableName: 'mail_outbox',
  indexes: [
    { name: 'mail_outbox_due', properties: ['dueAt'], where: 'sent_at is null and failed_at is null' },
  ],
  properties: {
    id: p.uuid().primary(),
    kind: p.text(),
    recipient: p.text(),
    subject: p.text(),
    html: p.text(),
    text: p.text(),
    headers: p.json<Record<string, string>>().defaultRaw("'{}'"),
    createdAt: p.datetime().default(raw('now()')),
    dueAt: p.datetime().default(raw('now()')),
    attempts: p.integer().default(0),
    sentAt: p.datetime().nullable(),
    failedAt: p.datetime().nullable(),
    lastError: p.text().nullable(),
    linkFor: () =>
      p.manyToOne(Person).mapToPk().nullable().fieldName('link_for').deleteRule('cascade').index(false),
  },
});

/** A mail that must be sent once, whatever crashes. */
export class MailOutbox extends MailOutboxSchema.class {}
MailOutboxSchema.setClass(MailOutbox);
