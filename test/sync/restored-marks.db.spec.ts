import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { resume } from '../../src/database/sql/pause.js';
import { answerRestored } from '../../src/database/sql/restored.js';
import { run } from '../../src/database/sql/statement.js';
import { backUp, setBack } from '../support/database-copy.js';
import { SyncPair } from '../support/sync-pair.js';

const review = { strategy: 'review' } as const;
const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'restored' },
  connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 'public.t' } },
  match: [
    { id: 'by-key', by: ['key'], action: 'link' },
    { id: 'none', action: 'create' },
  ],
  fields: { key: { a: 'key', b: 'key', policy: review }, x: { a: 'x', b: 'x', policy: review } },
  deletes: {
    aDeleted: 'delete',
    bDeleted: 'delete',
    archive: { b: { column: 'status', mark: 'closed', live: 'open' } },
  },
  schedule: { verifyEvery: 'off' },
  load: { accept: 'automatic' },
};

describe('a side that deletes by a mark, set back to a backup', () => {
  let pair: SyncPair;
  beforeEach(async () => {
    pair = await SyncPair.open(
      {
        a: 'create table t (id bigserial primary key, key text, x text);',
        b: `create table t (id bigserial primary key, key text, x text, status text not null default 'open');
            insert into t (key, x) select 'k' || i, 'x' from generate_series(1, 30) i`,
      },
      spec,
    );
    await pair.start();
    await pair.quiet();
    await pair.b.query(`update t set status = 'closed' where key in ('k2', 'k5')`);
    await pair.quiet();
    await pair.stop();
    await backUp(pair.urls.b);
    await pair.start();
    await pair.b.query(`update t set status = 'closed' where key = 'k1'`);
    await pair.b.query(`update t set status = 'open', x = 'back' where key = 'k2'`);
    await pair.a.query(`delete from t where key = 'k3'`);
    await pair.b.query(`update t set x = 'late' where key = 'k5'`);
    await pair.quiet();
    expect([await inA(), await inB()]).toEqual([
      ['k2 back', 'k4 x'],
      { k1: 'x closed', k2: 'back open', k3: 'x closed', k4: 'x open', k5: 'late closed' },
    ]);
    await pair.stop();
    await setBack(pair.urls.b);
    await pair.start();
    while (!(await isHalted())) await new Promise((resolve) => setTimeout(resolve, 25));
  }, 60_000);
  afterEach(() => pair.close());

  const isHalted = async () =>
    (await pair.hub.general.query(`select from pipeline where state = 'halted'`)).rows.length === 1;
  const inA = async () =>
    (
      await pair.a.query<{ s: string }>(
        `select concat_ws(' ', key, x) as s from t where key in ('k1', 'k2', 'k3', 'k4', 'k5') order by 1`,
      )
    ).rows.map(({ s }) => s);
  const inB = async () =>
    Object.fromEntries(
      (
        await pair.b.query<{ key: string; s: string }>(
          `select key, concat_ws(' ', x, status) as s from t where key in ('k1', 'k2', 'k3', 'k4', 'k5') order by key, id`,
        )
      ).rows.map(({ key, s }) => [key, s]),
    );
  const answer = async (how: 'give-back' | 'take') => {
    await run(pair.hub.general, answerRestored, ['restored', how]);
    await resume(pair.hub.general, 'restored', null);
    await pair.quiet();
    const rows = await pair.hub.general.query(`select unit, kind from conflict where state = 'open'`);
    return rows.rows;
  };

  it('gets its marks back, those that were set since and those that were taken away', async () => {
    expect(await answer('give-back')).toEqual([]);
    expect(await inA()).toEqual(['k2 back', 'k4 x']);
    expect(await inB()).toMatchObject({ k1: 'x closed', k2: 'back open', k3: 'x closed', k4: 'x open' });
  }, 60_000);

  it('taken as it is: what stands there is back on the other side, and what is marked is deleted', async () => {
    await answer('take');
    expect(await inB()).toMatchObject({
      k1: 'x open',
      k2: 'x closed',
      k3: 'x open',
      k4: 'x open',
      k5: 'x closed',
    });
    expect(await inA()).toEqual(['k1 x', 'k3 x', 'k4 x']);
  }, 60_000);
});
