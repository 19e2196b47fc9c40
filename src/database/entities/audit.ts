import { defineEntity, p } from '@mikro-orm/postgresql';
import type { Json } from '../../core/value.js';

const AuditSchema = defineEntity({
  name: 'Audit',
  tableName: 'audit',
  properties: {
    seq: p.bigint('number').primary().autoincrement(false),
    at: p.datetime(),
    actorKind: p.enum(['person', 'token', 'command-line', 'service', 'nobody']),
    actorId: p.text().nullable(),
    actorName: p.text(),
    action: p.text(),
    object: p.text().nullable(),
    pipeline: p.text().nullable(),
    detail: p.text(),
    address: p.text().nullable(),
    requestId: p.text().nullable(),
    hash: p.blob(),
  },
});

/** Something that was done, hashed together with what was done before it. */
export class Audit extends AuditSchema.class {}
AuditSchema.setClass(Audit);

const AuditHeadSchema = defineEntity({
  name: 'AuditHead',
  tableName: 'audit_head',
  checks: [{ name: 'audit_head_id_check', expression: 'id = 1' }],
  properties: {
    id: p.integer().primary().autoincrement(false),
    seq: p.bigint('number'),
    hash: p.blob(),
  },
});

/** Where the chain ends. One row. */
export class AuditHead extends AuditHeadSchema.class {}
AuditHeadSchema.setClass(AuditHead);

const AuditCheckSchema = defineEntity({
  name: 'AuditCheck',
  tableName: 'audit_check',
  checks: [{ name: 'audit_check_id_check', expression: 'id = 1' }],
  properties: {
    id: p.integer().primary().autoincrement(false),
    seq: p.bigint('number'),
    hash: p.blob(),
    faults: p.json<Json>().defaultRaw("'[]'"),
    complete: p.boolean(),
    at: p.datetime(),
    byName: p.text(),
  },
});

/** How far the chain was looked at, and what was found. One row, once somebody has looked. */
export class AuditCheck extends AuditCheckSchema.class {}
AuditCheckSchema.setClass(AuditCheck);
