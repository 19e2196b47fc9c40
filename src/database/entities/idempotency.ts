import { defineEntity, p, raw } from '@mikro-orm/postgresql';
import type { Json } from '../../core/value.js';

const IdempotencySchema = defineEntity({
  name: 'Idempotency',
  tableName: 'idempotency',
  properties: {
    principal: p.text().primary(),
    key: p.text().primary(),
    requestHash: p.text(),
    status: p.integer().nullable(),
    body: p.json<Json>().nullable(),
    createdAt: p.datetime().default(raw('now()')),
  },
});

/** The answer that a request with this key of this person or token was given. */
export class Idempotency extends IdempotencySchema.class {}
IdempotencySchema.setClass(Idempotency);
