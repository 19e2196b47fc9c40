import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { archivedSpec } from '../support/archived-spec.js';
import { ReviewedPair } from '../support/reviewed-pair.js';
import { ServiceChild } from '../support/service-child.js';
import { SyncPair } from '../support/sync-pair.js';

const spec = archivedSpec({ archive: { b: { column: 'status', mark: 'closed', live: 'open' } } });

describe('a service that dies while it marks a row, or takes a mark away', () => {
  let pair: SyncPair;
  let all: ReviewedPair;
  beforeAll(async () => {
    pair = await SyncPair.open(
      {
        a: 'create table t (id bigserial primary key, key text, x text, y text);',
        b: `create table t (id bigserial primary key, key text, x text, y text, status text not null default 'new');
            insert into t (key, x, y) select 'k' || i, 'x', 'y' from generate_series(1, 4) i`,
      },
      spec,
    );
    all = ReviewedPair.over(pair);
    await pair.start();
    await pair.quiet();
  }, 60_000);
  afterAll(() => pair.close());

  const inB = async (key: string) =>
    (
      await pair.b.query<{ s: string }>(`select concat_ws(' ', x, y, status) as s from t where key = $1`, [
        key,
      ])
    ).rows.map(({ s }) => s);
  const inA = async (key: string) =>
    (
      await pair.a.query<{ s: string }>(`select concat_ws(' ', x, y) as s from t where key = $1`, [key])
    ).rows.map(({ s }) => s);
  const dies = async (point: string) => {
    const input = { urls: pair.urls, declaration: pair.declared };
    const child = await ServiceChild.start(input, `${point}:1:kill`);
    expect(await child.endsWithin(30_000)).toBe(true);
  };

  it('before the mark stands: an edit made meanwhile is asked about, and the row says what it said', async () => {
    await pair.stop();
    await pair.a.query(`delete from t where key = 'k1'`);
    await dies('write.claimed');
    await pair.b.query(`update t set x = 'edited' where key = 'k1'`);
    await all.again();
    expect(await inB('k1')).toEqual(['edited y new']);
    expect(await all.says('k1', '$life')).toContain('delete-vs-edit open');
    await all.decide('k1', 'a', undefined, '$life');
    expect([await inA('k1'), await inB('k1')]).toEqual([[], ['edited y closed']]);
  }, 60_000);

  it('before the mark is taken away: what was edited in the marked row meanwhile is kept, beside what the other side said', async () => {
    await pair.stop();
    await pair.a.query(`update t set x = 'of A' where key = 'k2'`);
    await pair.b.query(`update t set status = 'closed' where key = 'k2'`);
    await all.again();
    expect(await all.says('k2', '$life')).toContain('delete-vs-edit open');
    await pair.stop();
    await all.click('k2', 'a', undefined, '$life');
    await dies('write.claimed');
    await pair.b.query(`update t set y = 'of B' where key = 'k2'`);
    await all.again();
    expect([await inA('k2'), await inB('k2')]).toEqual([['of A of B'], ['of A of B open']]);
  }, 60_000);
});
