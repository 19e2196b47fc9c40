import { defineEntity, p, PrimaryKeyProp, raw } from '@mikro-orm/postgresql';
import type { Json } from '../../core/value.js';

/** One unit inside a lineage row: before, after, dot, context, kind, why. */
export interface LineageUnit {
  readonly o?: unknown;
  readonly v?: unknown;
  readonly d?: string;
  readonly c?: string;
  readonly k?: string;
  readonly w?: string;
}

const LineageSchema = defineEntity({
  name: 'Lineage',
  tableName: 'lineage',
  indexes: [
    { name: 'lineage_link', properties: ['linkId', 'id'] },
    { name: 'lineage_recent', properties: ['recordedAt'], type: 'brin' },
    { name: 'lineage_receipt', properties: ['linkId'], where: "kind = 'receipt'" },
  ],
  properties: {
    id: p.bigint('number').primary().autoincrement().generated('identity'),
    recordedAt: p.datetime().primary().default(raw('now()')),
    linkId: p.bigint('number'),
    pipelineId: p.integer(),
    kind: p.text(),
    side: p.text().nullable(),
    occurredAt: p.datetime().nullable(),
    actor: p.json<Json>().nullable(),
    sourceTx: p.text().nullable(),
    revision: p.integer(),
    batchA: p.bigint('number').nullable(),
    batchB: p.bigint('number').nullable(),
    conflictId: p.uuid().nullable(),
    decisionId: p.uuid().nullable(),
    traceId: p.text().nullable(),
    units: p.json<Record<string, LineageUnit>>(),
  },
});

/** What happened to a record, and why. Append-only; partitioned by month of `recordedAt`. */
export class Lineage extends LineageSchema.class {
  declare [PrimaryKeyProp]?: ['id', 'recordedAt'];
}
LineageSchema.setClass(Lineage);
