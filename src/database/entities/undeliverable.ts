import { defineEntity, p, raw } from '@mikro-orm/postgresql';

const UndeliverableSchema = defineEntity({
  name: 'Undeliverable',
  tableName: 'undeliverable',
  properties: {
    address: p.text().primary(),
    since: p.datetime().default(raw('now()')),
    reason: p.text(),
  },
});

/** An address to which nothing is sent: a mail server has refused it for good. */
export class Undeliverable extends UndeliverableSchema.class {}
UndeliverableSchema.setClass(Undeliverable);
