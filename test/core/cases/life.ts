import type { Side } from '../../../src/core/clock.js';
import type { LifePolicy } from '../../../src/core/plan.js';
import type { Registers } from '../../support/core/notation.js';

/** One line of the table of deletes: the record's existence and one of its fields, and what must follow. */
export interface LifeRow {
  readonly says: string;
  /** Differing from: every delete is reviewed. */
  readonly deletes: Partial<LifePolicy>;
  readonly life: Registers;
  readonly field: Registers;
  /** The side that refused the delete or the making of the record. */
  readonly refusedBy?: Side;
  readonly then: {
    readonly outcome: string;
    /** Sides on which the record is deleted, or made. */
    readonly push?: readonly Side[];
    /** Sides to which the field is written. */
    readonly written?: readonly Side[];
    readonly why?: string;
  };
}

const LIVE = 'live @H1 (1.1)';
const GONE_ON_A = { head: LIVE, A: 'deleted @A2 (1.1.1)' } as const;
const GONE_ON_B = { head: LIVE, B: 'deleted @B2 (1.1.1)' } as const;
const AT_REST = { head: 'v @H1 (1.1)' } as const;
const DELETE = { aDeleted: 'delete', bDeleted: 'delete' } as const;

/** Semantics §3 as far as one record's existence goes. */
export const lifeRows: readonly LifeRow[] = [
  {
    says: 'a delete is reviewed, unless the pipeline says otherwise',
    deletes: {},
    life: GONE_ON_A,
    field: AT_REST,
    then: { outcome: 'conflict: delete', why: 'deleted in CRM' },
  },
  {
    says: 'a delete by whoever had seen everything is carried over',
    deletes: DELETE,
    life: GONE_ON_A,
    field: AT_REST,
    then: { outcome: 'fast-forward', push: ['B'] },
  },
  {
    says: 'each side has its own rule',
    deletes: { aDeleted: 'delete', bDeleted: 'ignore' },
    life: GONE_ON_B,
    field: AT_REST,
    then: { outcome: 'diverged', why: 'deleted in ERP; the other side keeps its record by policy' },
  },
  {
    says: 'a delete may end the link and nothing else',
    deletes: { aDeleted: 'unlink' },
    life: GONE_ON_A,
    field: AT_REST,
    then: { outcome: 'unlink' },
  },
  {
    says: 'deleted on both sides: nothing to do',
    deletes: {},
    life: { head: LIVE, A: 'deleted @A2 (1.1.1)', B: 'deleted @B2 (1.1.1)' },
    field: AT_REST,
    then: { outcome: 'agreement' },
  },
  {
    says: 'deleted here, edited there: reviewed',
    deletes: DELETE,
    life: GONE_ON_A,
    field: { ...AT_REST, B: 'x @B2 (1.1.1)' },
    then: { outcome: 'conflict: delete-vs-edit', why: 'deleted in CRM while the other side was edited' },
  },
  {
    says: 'deleted here, edited there: the edit keeps its record',
    deletes: { ...DELETE, deleteVsEdit: 'keep' },
    life: GONE_ON_A,
    field: { ...AT_REST, B: 'x @B2 (1.1.1)' },
    then: { outcome: 'diverged', why: 'deleted in CRM, kept because it was edited elsewhere' },
  },
  {
    says: 'deleted here, edited there: the delete goes through on request',
    deletes: { ...DELETE, deleteVsEdit: 'delete' },
    life: GONE_ON_A,
    field: { ...AT_REST, B: 'x @B2 (1.1.1)' },
    then: { outcome: 'fast-forward', push: ['B'] },
  },
  {
    says: 'whoever deletes has seen the own edits',
    deletes: DELETE,
    life: GONE_ON_A,
    field: { ...AT_REST, A: 'x @A2 (1.1.1)' },
    then: { outcome: 'fast-forward', push: ['B'] },
  },
  {
    says: 'an edit that had not arrived yet was not seen by whoever deleted',
    deletes: DELETE,
    life: GONE_ON_A,
    field: { head: 'w @B2 (1.1)', A: 'v @A1', incA: 'v' },
    then: { outcome: 'conflict: delete-vs-edit' },
  },
  {
    says: 'nor was it when the field had been edited there as well',
    deletes: DELETE,
    life: GONE_ON_A,
    field: { head: 'w @B2 (1.1)', A: 'x @A2 (1)', incA: 'v' },
    then: { outcome: 'conflict: delete-vs-edit' },
  },
  {
    says: 'an edit that the deleting side had refused was not seen there either',
    deletes: DELETE,
    life: GONE_ON_A,
    field: { head: 'w @B2 (1.1)', A: 'v @A1', incA: 'v' },
    refusedBy: 'A',
    then: { outcome: 'conflict: delete-vs-edit' },
  },
  {
    says: 'deleted and made again on the other side meanwhile: still a delete by the first',
    deletes: {},
    life: { head: LIVE, A: 'deleted @A2 (1.1.1)', B: 'live @B3 (1.1.1)' },
    field: AT_REST,
    then: { outcome: 'conflict: delete', why: 'deleted in CRM' },
  },
  {
    says: 'the same the other way round',
    deletes: { bDeleted: 'ignore' },
    life: { head: LIVE, A: 'live @A3 (1.1.1)', B: 'deleted @B2 (1.1.1)' },
    field: AT_REST,
    then: { outcome: 'diverged', why: 'deleted in ERP; the other side keeps its record by policy' },
  },
  {
    says: 'a side that is still owed the record gets it, though the other has deleted its own and keeps that to itself',
    deletes: { aDeleted: 'ignore' },
    life: { head: 'live @H2 (2.2.1)', A: 'deleted @A3 (2.2.2)', B: 'deleted @B2 (1.1.1)', incB: 'deleted' },
    field: AT_REST,
    then: {
      outcome: 'diverged',
      push: ['B'],
      why: 'deleted in CRM; the other side keeps its record by policy',
    },
  },
  {
    says: 'gone on both sides by edits of their own, it is gone, whatever is done where one is deleted alone',
    deletes: { aDeleted: 'ignore' },
    life: { head: LIVE, A: 'deleted @A2 (1.1.1)', B: 'deleted @B2 (1.1.1)', incB: 'deleted' },
    field: AT_REST,
    then: { outcome: 'void-cover' },
  },
  {
    says: 'a delete that is due is done',
    deletes: {},
    life: { head: 'deleted @A2 (1.1.1)', B: LIVE, incB: 'live' },
    field: AT_REST,
    then: { outcome: 'rest', push: ['B'] },
  },
  {
    says: 'a delete that the side refused is not tried again and again',
    deletes: {},
    life: { head: 'deleted @A2 (1.1.1)', B: LIVE, incB: 'live' },
    field: AT_REST,
    refusedBy: 'B',
    then: { outcome: 'rest' },
  },
  {
    says: 'undeleted on the side that had deleted it: made again on the other',
    deletes: DELETE,
    life: { head: 'deleted @A2 (1.1.1)', A: 'live @A3 (2.1.1)' },
    field: AT_REST,
    then: { outcome: 'fast-forward', push: ['B'] },
  },
  {
    says: 'while nothing is gone the fields go their way',
    deletes: {},
    life: { head: LIVE },
    field: { ...AT_REST, A: 'x @A2 (1.1.1)' },
    then: { outcome: 'rest', written: ['B'] },
  },
  {
    says: 'while a delete waits for a person no field is written',
    deletes: {},
    life: GONE_ON_A,
    field: { head: 'w @A2 (1.1.1)', B: 'v @H1 (1.1)', incB: 'v' },
    then: { outcome: 'conflict: delete' },
  },
];
