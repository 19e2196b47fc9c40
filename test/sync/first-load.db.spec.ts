import { afterEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { compiledSource } from '../support/compiled-source.js';
import { SyncPair } from '../support/sync-pair.js';

const spec = (accept: 'automatic' | 'manual'): PipelineSpec => ({
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'load' },
  connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 'public.t' } },
  match: [
    { id: 'by-key', by: ['key'], action: 'link' },
    { id: 'none', action: 'create' },
  ],
  fields: {
    key: { a: 'key', b: 'key', policy: { strategy: 'review' } },
    x: { a: 'x', b: 'x', policy: { strategy: 'review' } },
  },
  load: { accept },
});
const table = 'create table t (id bigserial primary key, key text, x text);';
const insert = (from: number, to: number, x: string): string =>
  `insert into t (key, x) select 'k' || i, '${x}' || i from generate_series(${String(from)}, ${String(to)}) i;`;

describe('the first load', () => {
  let pair: SyncPair | undefined;
  afterEach(() => pair?.close());

  it('reports first, never guesses, and writes nothing before it is accepted', async () => {
    pair = await SyncPair.open(
      {
        a: `${table} ${insert(1, 10, 'a')} insert into t (key, x) values ('k3', 'twin'), (null, 'no key')`,
        b: `${table} ${insert(1, 5, 'a')} ${insert(21, 23, 'b')}`,
      },
      spec('manual'),
    );
    await pair.start();
    const report = async () =>
      (
        await pair?.hub.general.query<Record<string, number>>(
          'select linked, only_a, only_b, ambiguous from load_report',
        )
      )?.rows[0];
    for (let i = 0; i < 200 && (await report()) === undefined; i++) await sleep(50);
    expect(await report()).toEqual({ linked: 4, only_a: 6, only_b: 3, ambiguous: 3 });
    await sleep(300);
    const count = async (side: 'a' | 'b') =>
      (await pair?.[side].query<{ n: number }>('select count(*)::int as n from t'))?.rows[0]?.n;
    expect([await count('a'), await count('b')]).toEqual([12, 8]);

    await pair.hub.general.query(`update load_report set accepted_at = now(), accepted_by = 'test'`);
    await pair.hub.general.query(`select pg_notify('accord_wake', '')`);
    await pair.quiet();
    expect([await count('a'), await count('b')]).toEqual([15, 14]);
    const { rows } = await pair.hub.general.query(`select side, reason from unmatched order by side, ext_id`);
    expect(rows).toEqual([
      { side: 'A', reason: 'ambiguous' },
      { side: 'A', reason: 'ambiguous' },
      { side: 'B', reason: 'ambiguous' },
    ]);
  }, 60_000);

  it('makes no more records than its rate allows, and goes on at once when that is changed', async () => {
    pair = await SyncPair.open(
      { a: `${table} ${insert(1, 90, 'a')}`, b: table },
      { ...spec('automatic'), load: { accept: 'automatic', rate: { b: '1/10m' } } },
    );
    await pair.start();
    const made = async () =>
      (await pair?.b.query<{ n: number }>('select count(*)::int as n from t'))?.rows[0]?.n;
    for (let i = 0; i < 400 && (await made()) !== 20; i++) await sleep(25);
    // A batch, which is paid for with three hours.
    await sleep(500);
    expect(await made()).toBe(20);
    expect((await pair.hub.general.query('select rate_a, rate_b from load_report')).rows).toEqual([
      { rate_a: null, rate_b: '1/10m' },
    ]);
    await pair.hub.general.query('update load_report set rate_b = null');
    await pair.quiet();
    expect(await made()).toBe(90);
  }, 60_000);

  it('makes a record anew whose counterpart was deleted between the report and the load', async () => {
    pair = await SyncPair.open(
      { a: `${table} ${insert(1, 4, 'a')}`, b: `${table} ${insert(1, 4, 'a')}` },
      spec('manual'),
    );
    await pair.start();
    const reports = async () => (await pair?.hub.general.query('select linked from load_report'))?.rows;
    for (let i = 0; i < 200 && (await reports())?.length !== 1; i++) await sleep(50);
    expect(await reports()).toEqual([{ linked: 4 }]);
    await pair.b.query(`delete from t where key = 'k2'`);
    await pair.a.query(`delete from t where key = 'k3'`);
    await pair.hub.general.query(`update load_report set accepted_at = now(), accepted_by = 'test'`);
    await pair.hub.general.query(`select pg_notify('accord_wake', '')`);
    await pair.quiet();
    for (const side of ['a', 'b'] as const)
      expect((await pair[side].query('select key, x from t order by key')).rows).toEqual(
        [1, 2, 3, 4].map((n) => ({ key: `k${String(n)}`, x: `a${String(n)}` })),
      );
    expect((await pair.hub.general.query('select side, ext_id, reason from unmatched')).rows).toEqual([]);
  }, 60_000);

  it('comes to its end though people never stop editing', async () => {
    pair = await SyncPair.open(
      { a: `${table} ${insert(1, 500, 'a')}`, b: `${table} ${insert(301, 800, 'a')}` },
      spec('automatic'),
    );
    const { a, b } = pair;
    let working = true;
    const people = [a, b].map(async (side, i) => {
      for (let n = 0; working; n++) {
        const key = `k${String(301 + i * 100 + (n % 100))}`;
        await side.query('update t set x = $1 where key = $2', [`${String(i)}-${String(n)}`, key]);
        await sleep(3);
      }
    });
    await pair.start();
    const state = async () =>
      (await pair?.hub.general.query<{ state: string }>('select state from pipeline'))?.rows[0]?.state;
    for (let look = 0; look < 600 && (await state()) !== 'running'; look++) await sleep(50);
    const reached = await state();
    working = false;
    await Promise.all(people);
    expect(reached).toBe('running');
    await pair.quiet();
    // What differed when the records were linked is put to a person; everything else agrees.
    const { rows: open } = await pair.hub.general.query<{ id: string }>(
      `select l.a_id as id from conflict c join link l on l.id = c.link_id where c.state = 'open'`,
    );
    const { rows: ofA } = await a.query<{ key: string; x: string }>(
      'select key, x from t where id <> all($1::bigint[])',
      [open.map(({ id }) => id)],
    );
    const ofB = new Map(
      (await b.query<{ key: string; x: string }>('select key, x from t')).rows.map(({ key, x }) => [key, x]),
    );
    expect(ofA.filter(({ key, x }) => ofB.get(key) !== x)).toEqual([]);
    expect(ofA.length).toBeGreaterThan(500);
  }, 60_000);

  it('killed again and again, it goes on where it was, and no record is made twice', async () => {
    pair = await SyncPair.open(
      { a: `${table} ${insert(1, 12_000, 'a')}`, b: `${table} ${insert(6001, 18_000, 'a')}` },
      spec('automatic'),
    );
    const out = await compiledSource();
    for (let i = 0; i < 12; i++) {
      const child = spawn(
        process.execPath,
        [
          join(out, 'test/support/sync-process.js'),
          JSON.stringify({ urls: pair.urls, declaration: pair.declared }),
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      await once(child.stdout, 'data');
      await sleep(250 + i * 40);
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await pair.start();
    await pair.quiet(60_000);
    for (const side of ['a', 'b'] as const) {
      const { rows } = await pair[side].query(
        'select count(*)::int as n, count(distinct key)::int as keys from t',
      );
      expect(rows).toEqual([{ n: 18_000, keys: 18_000 }]);
    }
    const { rows } = await pair.hub.general.query(
      `select (select count(*)::int from link where state = 'live') as links, (select count(*)::int from conflict) as conflicts`,
    );
    expect(rows).toEqual([{ links: 18_000, conflicts: 0 }]);
  }, 180_000);
});
