import type { Pool, PoolClient } from 'pg';
import { auditHash } from './audit.js';
import { auditHead, auditRowsAfter, type AuditRow } from './sql/access/audit.js';
import { run } from './sql/statement.js';

export interface AuditFault {
  /** The row, or the first of the rows, that is not as it was written. */
  readonly seq: number;
  readonly fault: 'changed' | 'removed' | 'inserted';
  readonly detail: string;
}

export interface AuditVerdict {
  readonly rows: number;
  /** The end of the chain, `<seq>:<hash in hex>`: kept elsewhere, it shows later that nothing before it was rewritten. */
  readonly head: string;
  readonly faults: readonly AuditFault[];
  /** False: rows are left, of which nothing is said. */
  readonly complete: boolean;
}

export interface AuditLook {
  /** A head that was kept elsewhere: the chain must go through it. */
  readonly expected?: string | null;
  /** A row that was looked at before: it must be there as it was, and what follows it is looked at. */
  readonly after?: { readonly seq: number; readonly hash: Buffer };
  /** Rows to look at, at most. */
  readonly most?: number;
}

const PAGE = 5_000;
const MOST_FAULTS = 100;
const genesis = Buffer.alloc(32);

/**
 * Reads the audit log and says which rows were changed, removed or inserted. Reads within one snapshot, so that rows appended meanwhile do
 * not matter.
 */
export async function verifyAudit(pool: Pool, look: AuditLook = {}): Promise<AuditVerdict> {
  const client = await pool.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    return await verify(client, look);
  } finally {
    await client.query('rollback').catch(() => undefined);
    client.release();
  }
}

async function verify(
  client: PoolClient,
  { expected = null, after, most = Number.MAX_SAFE_INTEGER }: AuditLook,
): Promise<AuditVerdict> {
  const faults: AuditFault[] = [];
  const [head] = await run(client, auditHead, []);
  const [expectedSeq, expectedHash] = anchor(expected);
  let before: Buffer = after?.hash ?? genesis;
  let last = after?.seq ?? 0;
  let rows = 0;
  let complete = false;
  let anchored = expected === null;
  if (after !== undefined && after.seq > 0) {
    const [row] = await run(client, auditRowsAfter, [after.seq - 1, 1]);
    if (row?.seq !== after.seq || !row.hash.equals(after.hash))
      faults.push({
        seq: after.seq,
        fault: 'changed',
        detail: 'it is not the row that was there when the log was looked at last',
      });
  }
  while (rows < most) {
    const wanted = Math.min(PAGE, most - rows);
    const page = await run(client, auditRowsAfter, [last, wanted]);
    for (const row of page) {
      const found = judge(row, before, last, head?.seq ?? 0);
      if (found !== null && faults.length < MOST_FAULTS) faults.push(found);
      // Go on from what is stored, so that one fault is told once and not for every row after it.
      before = row.hash;
      last = row.seq;
      rows += 1;
      if (row.seq === expectedSeq && row.hash.toString('hex') === expectedHash) anchored = true;
    }
    complete = page.length < wanted;
    if (complete) break;
  }
  complete ||= head?.seq === last;
  if (!complete) return { rows, head: `${last}:${before.toString('hex')}`, faults, complete };
  if (head === undefined || head.seq > last)
    faults.push({
      seq: last + 1,
      fault: 'removed',
      detail: `the log ends at ${last}, but ${head === undefined ? 'its head is gone' : `was written to ${head.seq}`}`,
    });
  else if (head.seq === last && !head.hash.equals(before))
    faults.push({ seq: last, fault: 'changed', detail: 'it is not the row that was written last' });
  if (!anchored)
    faults.push({
      seq: expectedSeq,
      fault: 'changed',
      detail: 'the log does not go through the head that was kept: it was rewritten',
    });
  return { rows, head: `${last}:${before.toString('hex')}`, faults, complete };
}

function judge(row: AuditRow, before: Buffer, last: number, headSeq: number): AuditFault | null {
  const { seq } = row;
  if (seq > headSeq)
    return {
      seq,
      fault: 'inserted',
      detail: `the log was written to ${headSeq}; this row was put behind it`,
    };
  if (seq !== last + 1) {
    const gone = seq - last === 2 ? `row ${last + 1} is` : `rows ${last + 1} to ${seq - 1} are`;
    return { seq: last + 1, fault: 'removed', detail: `${gone} not there` };
  }
  if (!auditHash(before, row).equals(row.hash))
    return { seq, fault: 'changed', detail: 'its content does not fit its hash and the row before it' };
  return null;
}

function anchor(expected: string | null): readonly [number, string] {
  const [seq = '', hash = ''] = (expected ?? '').split(':');
  return [Number(seq), hash];
}
