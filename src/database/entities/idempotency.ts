import { defineEntity, p, raw } from '@mikro-orm/postgresql';
import type { Json } from '../../core/value.js';

const IdempotencySchema = defineEntity({
  name: 'Idempotency',
  tableName: 'idempotency',
  properties: {
    key: p.text().primary(),
    principal: p.text(),
    requestHash: p.text(),
    status: p.integer().nullable(),
    body: p.json<Json>().nullable(),
    createdAt: p.datetime().default(raw('now()')),
  },
});

/** The answer that a request with this key was given. */
export class Idempotency extends IdempotencySchema.class {}
IdempotencySchema.setClass(Idempotency);
