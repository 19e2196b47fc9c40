import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { filled, PLAIN_TABLE } from '../support/polled-pair.js';
import { SyncPair } from '../support/sync-pair.js';

const review = { strategy: 'review' } as const;
const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'revoked' },
  connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 'public.t' } },
  match: [
    { id: 'by-key', by: ['key'], action: 'link' },
    { id: 'none', action: 'create' },
  ],
  fields: {
    key: { a: 'key', b: 'key', policy: review },
    x: { a: 'x', b: 'x', policy: review },
    y: { a: 'y', b: 'y', policy: review },
  },
  deletes: { aDeleted: 'delete', bDeleted: 'delete' },
  load: { accept: 'automatic' },
};

describe('rights on a whole table that are revoked while edits flow', () => {
  let pair: SyncPair;
  const run = randomUUID().slice(0, 8);
  const [owner, account] = [`owner_${run}`, `sync_${run}`];

  beforeAll(async () => {
    pair = await SyncPair.open(
      {
        a: PLAIN_TABLE + filled(40),
        b: `${PLAIN_TABLE} create role ${owner}; create role ${account} login password 'secret' in role ${owner};
            alter table t owner to ${owner}; create schema accord authorization ${account}`,
      },
      spec,
      { b: account },
    );
    await pair.start();
    await pair.quiet();
  }, 60_000);
  afterAll(async () => {
    await pair.stop();
    await pair.b
      .query(`drop schema accord cascade; alter table t owner to current_user; drop owned by ${owner}, ${account};
      drop role ${account}, ${owner}`);
    await pair.close();
  });

  const rows = async (side: 'a' | 'b') =>
    (await pair[side].query('select key, x, y from t order by key')).rows;
  const shown = async () =>
    (
      await pair.hub.general.query<{ code: string | null; detail: string | null }>(
        `select error_code as code, error_detail as detail from side_state where side = 'B'`,
      )
    ).rows[0];
  const until = async (condition: () => Promise<boolean>) => {
    for (let i = 0; i < 1200 && !(await condition()); i++) await sleep(25);
    expect(await condition()).toBe(true);
  };
  const agreed = async () => JSON.stringify(await rows('a')) === JSON.stringify(await rows('b'));
  /** Does what is shown, as an administrator would, until both sides agree. @returns the statements */
  const grantAsShown = async (): Promise<readonly string[]> => {
    const granted: string[] = [];
    await until(async () => {
      const { code = null, detail = null } = (await shown()) ?? {};
      if (code === null || detail === null) return granted.length > 0 && (await agreed());
      expect([code, detail]).toEqual(['permission-missing', detail]);
      const told = /^The account (\S+) may not [a-z, ]+ \S+\. An administrator can run: (GRANT .+;)$/.exec(
        detail,
      );
      expect([told?.[1], detail]).toEqual([account, detail]);
      const grant = told?.[2] ?? '';
      if (!granted.includes(grant)) await pair.b.query(grant);
      granted.push(...(granted.includes(grant) ? [] : [grant]));
      return false;
    });
    return granted;
  };
  const agree = async () => {
    await until(agreed);
    await pair.quiet(30_000);
    expect(await shown()).toEqual({ code: null, detail: null });
    const { rows: left } = await pair.hub.general.query(
      `select unit from blocked_unit union all select unit from conflict where state <> 'closed'`,
    );
    expect(left).toEqual([]);
  };

  it('are named one by one with the table and the statement that grants them; that run, all goes on by itself', async () => {
    await pair.b.query(`revoke all on t from ${owner}`);
    await pair.a.query(`update t set x = 'of A' where key = 'k1'`);
    await pair.a.query(`insert into t (key, x, y) values ('k41', 'new', 'new')`);
    await pair.a.query(`delete from t where key = 'k2'`);
    const granted = (await grantAsShown()).join(' ');
    for (const right of ['SELECT', 'INSERT', 'UPDATE', 'DELETE']) expect(granted).toContain(right);
    expect(granted).toContain('ON "public"."t" TO');
    await agree();
    expect(await rows('b')).toEqual(
      expect.arrayContaining([
        { key: 'k1', x: 'of A', y: 'y1' },
        { key: 'k41', x: 'new', y: 'new' },
      ]),
    );
  }, 90_000);

  it('are named also where records are made: the sequence that numbers them', async () => {
    await pair.b.query(`revoke all on sequence t_id_seq from ${owner}`);
    await pair.a.query(`insert into t (key, x, y) values ('k42', 'new', 'new')`);
    await pair.b.query(`update t set y = 'still of B' where key = 'k3'`);
    await until(async () => (await pair.a.query(`select 1 from t where y = 'still of B'`)).rowCount === 1);
    expect(await grantAsShown()).toEqual([expect.stringMatching(/^GRANT USAGE ON SEQUENCE \S*t_id_seq TO /)]);
    await agree();
  }, 60_000);
});
