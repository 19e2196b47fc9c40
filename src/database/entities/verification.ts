import { defineEntity, p, raw } from '@mikro-orm/postgresql';
import type { Json } from '../../core/value.js';
import { Pipeline } from './pipeline.js';

const VerificationSchema = defineEntity({
  name: 'Verification',
  tableName: 'verification',
  indexes: [
    { name: 'verification_listed', properties: ['pipelineId', 'id'], where: 'link_id is null' },
    { name: 'verification_record', properties: ['linkId', 'id'], where: 'link_id is not null' },
  ],
  uniques: [
    {
      name: 'verification_open',
      properties: ['pipelineId'],
      where: "state in ('asked', 'running') and link_id is null",
    },
    {
      name: 'verification_open_record',
      properties: ['pipelineId', 'linkId'],
      where: "state in ('asked', 'running') and link_id is not null",
    },
  ],
  properties: {
    id: p.bigint('number').primary().autoincrement().generated('identity'),
    pipelineId: () =>
      p.manyToOne(Pipeline).mapToPk().fieldName('pipeline_id').deleteRule('cascade').index(false),
    state: p.enum(['asked', 'running', 'finished', 'failed']),
    askedAt: p.datetime().default(raw('now()')),
    askedBy: p.text().nullable(),
    repair: p.boolean().default(false),
    revision: p.integer().nullable(),
    phase: p.enum(['records', 'A', 'B', 'looks', 'repair']).nullable(),
    position: p.text().nullable(),
    done: p.integer().default(0),
    total: p.integer().default(0),
    tally: p.json<Json>().nullable(),
    startedAt: p.datetime().nullable(),
    finishedAt: p.datetime().nullable(),
    found: p.json<Json>().nullable(),
    certificate: p.json<Json>().nullable(),
    hash: p.text().nullable(),
    error: p.text().nullable(),
    linkId: p.bigint('number').nullable(),
  },
});

/** A comparison of both sides with what is held of them. */
export class Verification extends VerificationSchema.class {}
VerificationSchema.setClass(Verification);

const VerificationSuspectSchema = defineEntity({
  name: 'VerificationSuspect',
  tableName: 'verification_suspect',
  indexes: [
    {
      name: 'verification_suspect_next',
      expression:
        'create index verification_suspect_next on verification_suspect (verification_id, looked_at nulls first, id)',
    },
  ],
  uniques: [
    {
      name: 'verification_suspect_link',
      properties: ['verificationId', 'linkId'],
      where: 'link_id is not null',
    },
    {
      name: 'verification_suspect_stranger',
      properties: ['verificationId', 'side', 'extId'],
      where: 'link_id is null',
    },
  ],
  properties: {
    id: p.bigint('number').primary().autoincrement().generated('identity'),
    verificationId: () =>
      p.manyToOne(Verification).mapToPk().fieldName('verification_id').deleteRule('cascade').index(false),
    linkId: p.bigint('number').nullable(),
    side: p.enum(['A', 'B']).nullable(),
    extId: p.text().nullable(),
    metAt: p.datetime().default(raw('now()')),
    lookedAt: p.datetime().nullable(),
    look: p.json<Json>().nullable(),
  },
});

/** A record in which something differed at first sight. */
export class VerificationSuspect extends VerificationSuspectSchema.class {}
VerificationSuspectSchema.setClass(VerificationSuspect);

const VerificationDifferenceSchema = defineEntity({
  name: 'VerificationDifference',
  tableName: 'verification_difference',
  indexes: [
    { name: 'verification_difference_listed', properties: ['verificationId', 'id'] },
    { name: 'verification_difference_reason', properties: ['verificationId', 'reason', 'id'] },
  ],
  properties: {
    id: p.bigint('number').primary().autoincrement().generated('identity'),
    verificationId: () =>
      p.manyToOne(Verification).mapToPk().fieldName('verification_id').deleteRule('cascade').index(false),
    kind: p.enum(['value', 'apart', 'missing', 'returned', 'extra', 'alone']),
    reason: p.enum(['conflict', 'blocked', 'in-flight', 'policy', 'scope', 'unknown']),
    linkId: p.bigint('number').nullable(),
    side: p.enum(['A', 'B']).nullable(),
    extId: p.text().nullable(),
    unit: p.text().nullable(),
    held: p.json<Json>().nullable(),
    seen: p.json<Json>().nullable(),
    detail: p.text(),
    mark: p.text(),
    repaired: p.text().nullable(),
  },
});

/** A difference that stands, with its reason. */
export class VerificationDifference extends VerificationDifferenceSchema.class {}
VerificationDifferenceSchema.setClass(VerificationDifference);
