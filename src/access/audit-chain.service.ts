import { Injectable } from '@nestjs/common';
import type { Caller } from '../common/caller.js';
import { Clock } from '../common/clock.js';
import { AppError } from '../common/errors.js';
import { actorOf, appendAudit } from '../database/audit.js';
import { verifyAudit } from '../database/audit-verify.js';
import { HubPools } from '../database/pools.js';
import { auditHead } from '../database/sql/access/audit.js';
import {
  auditCheck,
  setAuditCheck,
  tryAuditCheck,
  type AuditCheckRow,
} from '../database/sql/access/audit-check.js';
import { execute, run } from '../database/sql/statement.js';
import { inTransaction } from '../database/transaction.js';
import type { AuditChainDto } from './audit-chain.dto.js';

/** Rows that one look reads at most: a request has an end. */
const MOST_ROWS = 100_000;
const MOST_FAULTS = 100;

/** Whether the audit log is as it was written, for people who look at it in a browser. */
@Injectable()
export class AuditChainService {
  constructor(
    private readonly pools: HubPools,
    private readonly clock: Clock,
  ) {}

  async state(): Promise<AuditChainDto> {
    const [[head], [check]] = await Promise.all([
      run(this.pools.general, auditHead, []),
      run(this.pools.general, auditCheck, []),
    ]);
    const rows = head?.seq ?? 0;
    return {
      rows,
      head: `${String(rows)}:${head?.hash.toString('hex') ?? ''}`,
      checked: check === undefined ? null : answer(check, rows),
    };
  }

  /**
   * Looks at what has come since the last look, or at everything from the beginning; a bounded number of rows, so that a long log takes
   * several looks. That somebody has looked stands in the log itself.
   *
   * @param from `start`: what was found before is forgotten, and nothing of it is believed
   * @throws AppError `leased` while somebody else looks: what one look finds must not be written over by another
   */
  async verify(from: 'start' | 'last', by: Caller): Promise<AuditChainDto> {
    await inTransaction(this.pools.general, async (client) => {
      const [lock] = await run(client, tryAuditCheck, []);
      if (lock?.taken !== true)
        throw new AppError('leased', 'Somebody else is looking at the log now: look again in a moment.');
      const [last] = await run(client, auditCheck, []);
      const before = from === 'start' ? undefined : last;
      // On a connection of its own: it reads a snapshot, and rows come meanwhile. Only one look at a time waits for it.
      const verdict = await verifyAudit(this.pools.general, {
        most: MOST_ROWS,
        ...(before !== undefined && { after: { seq: before.seq, hash: before.hash } }),
      });
      const [seq = '0', hash = ''] = verdict.head.split(':');
      const faults = [...(before?.faults ?? []), ...verdict.faults].slice(0, MOST_FAULTS);
      const now = this.clock.now();
      await execute(client, setAuditCheck, [
        Number(seq),
        Buffer.from(hash, 'hex'),
        JSON.stringify(faults),
        verdict.complete,
        now,
        by.name,
      ]);
      await appendAudit(client, now, {
        actor: actorOf(by),
        action: 'audit.verified',
        object: verdict.head,
        pipeline: null,
        detail: { from, rows: verdict.rows, complete: verdict.complete, faults: faults.length },
      });
    });
    return this.state();
  }
}

function answer(
  { seq, hash, faults, complete, at, by_name }: AuditCheckRow,
  rows: number,
): AuditChainDto['checked'] {
  return {
    at: at.toISOString(),
    by: by_name,
    upTo: seq,
    // A look leaves a row of its own behind what it has looked at.
    since: Math.max(0, rows - seq - 1),
    head: `${String(seq)}:${hash.toString('hex')}`,
    complete,
    intact: faults.length === 0,
    faults: [...faults],
  };
}
