import { defineEntity, p, raw } from '@mikro-orm/postgresql';

const ShadowSchema = defineEntity({
  name: 'Shadow',
  tableName: 'shadow',
  indexes: [{ name: 'shadow_open', properties: ['pipelineId', 'linkId'], where: 'open is not null' }],
  properties: {
    linkId: p.bigint('number').primary().autoincrement(false),
    pipelineId: p.integer(),
    rev: p.integer().default(1),
    clock: p.text(),
    fields: p.json<Record<string, unknown>>(),
    open: p.json<Record<string, unknown>>().nullable(),
    attA: p.bigint('number').nullable(),
    attB: p.bigint('number').nullable(),
  },
});

/** What both sides are known to hold. The form of `fields` and `open` belongs to the core (`core/at-rest`). */
export class Shadow extends ShadowSchema.class {}
ShadowSchema.setClass(Shadow);

const PushDueSchema = defineEntity({
  name: 'PushDue',
  tableName: 'push_due',
  indexes: [{ name: 'push_due_at', properties: ['pipelineId', 'dueAt'] }],
  properties: {
    linkId: p.bigint('number').primary().autoincrement(false),
    pipelineId: p.integer(),
    dueAt: p.datetime().default(raw('now()')),
    reason: p.text(),
    attempts: p.integer().default(0),
    woken: p.boolean().default(false),
  },
});

/** "This record must be looked at again." */
export class PushDue extends PushDueSchema.class {}
PushDueSchema.setClass(PushDue);
