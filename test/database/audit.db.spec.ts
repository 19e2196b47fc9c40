import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { appendAudit, type AuditEntry } from '../../src/database/audit.js';
import { verifyAudit } from '../../src/database/audit-verify.js';
import { HubPools } from '../../src/database/pools.js';
import { inTransaction } from '../../src/database/transaction.js';
import { migratedDatabase, type TestDatabase } from '../support/test-database.js';

const ann = {
  kind: 'person',
  id: 'usr_1',
  personId: null,
  name: 'Ann Lee',
  address: '127.0.0.1',
  requestId: 'r-1',
} as const;

describe('the audit log', () => {
  let database: TestDatabase;
  let pools: HubPools;
  beforeAll(async () => {
    database = await migratedDatabase();
    pools = new HubPools(database.url);
  });
  afterAll(async () => {
    await pools.close();
    await database.drop();
  });
  beforeEach(() =>
    tamper(`delete from audit; update audit_head set seq = 0, hash = decode(repeat('00', 32), 'hex')`),
  );

  const append = (over: Partial<AuditEntry> = {}): Promise<void> =>
    inTransaction(pools.general, (client) =>
      appendAudit(client, 1_700_000_000_123, {
        actor: ann,
        action: 'pipeline.paused',
        object: 'companies',
        pipeline: 'companies',
        detail: { side: null, reason: 'moving' },
        ...over,
      }),
    );
  const five = async (): Promise<void> => {
    for (let i = 1; i <= 5; i += 1) await append({ detail: { i } });
  };
  /** As somebody would who owns the database. */
  async function tamper(sql: string): Promise<void> {
    await pools.general.query(
      `alter table audit disable trigger user; ${sql}; alter table audit enable trigger user`,
    );
  }

  it('is whole as it was written, whatever was written', async () => {
    await append({ detail: { 'ключ "x"': ['\0', 'ann\u202e', 1.5, -0, 1e21, null, { b: 1, a: '\ud800' }] } });
    await append({
      actor: { ...ann, name: 'nul \0 half \ud83d', address: null, requestId: null },
      object: null,
    });
    const verdict = await verifyAudit(pools.general);
    expect(verdict).toMatchObject({ rows: 2, faults: [], head: expect.stringMatching(/^2:[0-9a-f]{64}$/) });
  });

  it('keeps those who append at once in one unbroken row', async () => {
    await Promise.all(Array.from({ length: 30 }, (_, i) => append({ detail: { i } })));
    expect(await verifyAudit(pools.general)).toMatchObject({ rows: 30, faults: [] });
  });

  it('has nothing of what was rolled back', async () => {
    await five();
    const failing = inTransaction(pools.general, async (client) => {
      await appendAudit(client, 1, { actor: ann, action: 'x', object: null, pipeline: null, detail: {} });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await append();
    expect(await verifyAudit(pools.general)).toMatchObject({ rows: 6, faults: [] });
  });

  it('cannot be changed by the statements of an application', async () => {
    await five();
    for (const sql of [
      `update audit set actor_name = 'Eve'`,
      'delete from audit where seq = 5',
      'truncate audit',
    ]) {
      await expect(pools.general.query(sql)).rejects.toThrow('the audit log is append-only');
    }
  });

  it.each([
    "at = at + interval '1 microsecond'",
    `actor_kind = 'token'`,
    `actor_id = 'usr_2'`,
    `actor_name = 'Eve'`,
    `action = 'pipeline.resumed'`,
    `object = 'people'`,
    'pipeline = null',
    `detail = replace(detail, '3', '4')`,
    'address = null',
    `request_id = 'r-2'`,
    'hash = sha256(hash)',
  ])('finds the row that was changed: %s', async (change) => {
    await five();
    await tamper(`update audit set ${change} where seq = 3`);
    const { faults } = await verifyAudit(pools.general);
    expect(faults[0]).toMatchObject({ seq: 3, fault: 'changed' });
  });

  it('finds rows that were removed, at the beginning, inside and at the end', async () => {
    for (const [gone, seq] of [
      ['1', 1],
      ['3', 3],
      ['2, 3', 2],
      ['5', 5],
      ['1, 2, 3, 4, 5', 1],
    ] as const) {
      await tamper(
        `delete from audit; update audit_head set seq = 0, hash = decode(repeat('00', 32), 'hex')`,
      );
      await five();
      await tamper(`delete from audit where seq in (${gone})`);
      const { faults } = await verifyAudit(pools.general);
      expect(faults).toMatchObject([{ seq, fault: 'removed' }]);
    }
  });

  it('finds a row that was inserted: behind the end, and inside with the rest moved up', async () => {
    await five();
    await tamper(
      `insert into audit select 6, at, actor_kind, actor_id, actor_name, action, object, pipeline, detail, address, request_id, hash from audit where seq = 5`,
    );
    expect((await verifyAudit(pools.general)).faults).toMatchObject([{ seq: 6, fault: 'inserted' }]);
    await tamper(
      `delete from audit where seq = 6; update audit set seq = seq + 100 where seq >= 3; update audit set seq = seq - 99 where seq > 100;
       insert into audit select 3, at, actor_kind, actor_id, 'Eve', action, object, pipeline, detail, address, request_id, hash from audit where seq = 2;
       update audit_head set seq = 6`,
    );
    expect((await verifyAudit(pools.general)).faults[0]).toMatchObject({ seq: 3 });
  });

  it('finds two rows that changed places', async () => {
    await five();
    await tamper(
      'update audit set seq = 99 where seq = 2; update audit set seq = 2 where seq = 3; update audit set seq = 3 where seq = 99',
    );
    expect((await verifyAudit(pools.general)).faults[0]).toMatchObject({ seq: 2, fault: 'changed' });
  });

  it('finds a chain that was made anew from end to end, by a head that was kept elsewhere', async () => {
    await five();
    const { head } = await verifyAudit(pools.general);
    await append();
    expect(await verifyAudit(pools.general, { expected: head })).toMatchObject({ rows: 6, faults: [] });
    await tamper(`delete from audit; update audit_head set seq = 0, hash = decode(repeat('00', 32), 'hex')`);
    for (let i = 1; i <= 6; i += 1) await append({ detail: { i: i === 2 ? 'hidden' : i } });
    expect((await verifyAudit(pools.general)).faults).toEqual([]);
    expect((await verifyAudit(pools.general, { expected: head })).faults).toMatchObject([{ seq: 5 }]);
  });

  it('is proved a stretch at a time, each going on from the one before', async () => {
    await five();
    const first = await verifyAudit(pools.general, { most: 3 });
    expect(first).toMatchObject({ rows: 3, complete: false, faults: [] });
    const after = rowOf(first.head);
    expect(await verifyAudit(pools.general, { after })).toMatchObject({
      rows: 2,
      complete: true,
      faults: [],
    });
    await tamper(`update audit set actor_name = 'Eve' where seq = 5`);
    expect((await verifyAudit(pools.general, { after })).faults).toMatchObject([
      { seq: 5, fault: 'changed' },
    ]);
    expect((await verifyAudit(pools.general, { most: 5 })).complete).toBe(true);
  });

  it('is not taken for whole behind a row that is not what it was at the last look', async () => {
    await five();
    const after = rowOf((await verifyAudit(pools.general, { most: 3 })).head);
    await tamper(`delete from audit; update audit_head set seq = 0, hash = decode(repeat('00', 32), 'hex')`);
    for (let i = 1; i <= 6; i += 1) await append({ detail: { i: i === 2 ? 'hidden' : i } });
    expect((await verifyAudit(pools.general, { after })).faults[0]).toMatchObject({
      seq: 3,
      fault: 'changed',
    });
    await tamper('delete from audit where seq > 1; update audit_head set seq = 1');
    expect((await verifyAudit(pools.general, { after })).faults[0]).toMatchObject({
      seq: 3,
      fault: 'changed',
    });
  });
});

function rowOf(head: string): { readonly seq: number; readonly hash: Buffer } {
  const [seq = '', hash = ''] = head.split(':');
  return { seq: Number(seq), hash: Buffer.from(hash, 'hex') };
}
