import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LimitedPair } from '../support/limited-pair.js';
import type { SyncPair } from '../support/sync-pair.js';

describe('rights on a whole table that are revoked while edits flow', () => {
  let limited: LimitedPair;
  let pair: SyncPair;

  beforeAll(async () => {
    limited = await LimitedPair.open({ deletes: { aDeleted: 'delete', bDeleted: 'delete' } });
    pair = limited.pair;
  }, 60_000);
  afterAll(() => limited.close());

  /** Does what is shown, as an administrator would, until both sides agree. @returns the statements */
  const grantAsShown = async (): Promise<readonly string[]> => {
    const granted: string[] = [];
    await limited.until(async () => {
      const { code = null, detail = null } = (await limited.shown()) ?? {};
      if (code === null || detail === null) return granted.length > 0 && (await limited.agreed());
      expect([code, detail]).toEqual(['permission-missing', detail]);
      const told = /^The account (\S+) may not [a-z, ]+ \S+\. An administrator can run: (GRANT .+;)$/.exec(
        detail,
      );
      expect([told?.[1], detail]).toEqual([limited.account, detail]);
      const grant = told?.[2] ?? '';
      if (!granted.includes(grant)) await pair.b.query(grant);
      granted.push(...(granted.includes(grant) ? [] : [grant]));
      return false;
    });
    return granted;
  };
  const agree = async () => {
    await limited.until(() => limited.agreed());
    await pair.quiet(30_000);
    expect(await limited.shown()).toEqual({ code: null, detail: null });
    const { rows: left } = await pair.hub.general.query(
      `select unit from blocked_unit union all select unit from conflict where state <> 'closed'`,
    );
    expect(left).toEqual([]);
  };

  it('are named one by one with the table and the statement that grants them; that run, all goes on by itself', async () => {
    await pair.b.query(`revoke all on t from ${limited.owner}`);
    await pair.a.query(`update t set x = 'of A' where key = 'k1'`);
    await pair.a.query(`insert into t (key, x, y) values ('k41', 'new', 'new')`);
    await pair.a.query(`delete from t where key = 'k2'`);
    const granted = (await grantAsShown()).join(' ');
    for (const right of ['SELECT', 'INSERT', 'UPDATE', 'DELETE']) expect(granted).toContain(right);
    expect(granted).toContain('ON "public"."t" TO');
    await agree();
    expect(await limited.rows('b')).toEqual(
      expect.arrayContaining([
        { key: 'k1', x: 'of A', y: 'y1' },
        { key: 'k41', x: 'new', y: 'new' },
      ]),
    );
  }, 90_000);

  it('are named also where records are made: the sequence that numbers them', async () => {
    await pair.b.query(`revoke all on sequence t_id_seq from ${limited.owner}`);
    await pair.a.query(`insert into t (key, x, y) values ('k42', 'new', 'new')`);
    await pair.b.query(`update t set y = 'still of B' where key = 'k3'`);
    await limited.until(
      async () => (await pair.a.query(`select 1 from t where y = 'still of B'`)).rowCount === 1,
    );
    expect(await grantAsShown()).toEqual([expect.stringMatching(/^GRANT USAGE ON SEQUENCE \S*t_id_seq TO /)]);
    await agree();
  }, 60_000);
});
