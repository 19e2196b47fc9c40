import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { armFailpoints } from '../../src/common/failpoint.js';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { ServiceChild } from '../support/service-child.js';
import { SyncPair } from '../support/sync-pair.js';

const review = { strategy: 'review' } as const;
const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'once' },
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
  load: { accept: 'automatic' },
};
const table = 'create table t (id bigserial primary key, key text unique, x text, y text);';

describe('an edit that a read has shown before the log tells of it', () => {
  let pair: SyncPair;
  let child: ServiceChild | undefined;
  const open = async (): Promise<void> => {
    pair = await SyncPair.open(
      { a: `${table} insert into t (key, x, y) values ('k1', 'x', 'y'), ('k2', 'x', 'y')`, b: table },
      spec,
    );
  };
  afterEach(async () => {
    armFailpoints(null);
    await child?.kill();
    child = undefined;
    await pair.close();
  });

  const hub = async <T extends object>(text: string) => (await pair.hub.general.query<T>(text)).rows;
  const until = async (condition: () => Promise<boolean>) => {
    for (let i = 0; i < 400 && !(await condition()); i++) await sleep(25);
    expect(await condition()).toBe(true);
  };
  const row = async (side: 'a' | 'b', key: string) =>
    (await pair[side].query<Record<string, string>>('select x, y from t where key = $1', [key])).rows[0];
  /** What lineage says was seen of x, in order. */
  const seen = async () =>
    (
      await hub<{ v: string }>(
        `select units -> 'x' ->> 'v' as v from lineage where kind = 'observed' and units ? 'x' order by id`,
      )
    ).map(({ v }) => v);
  const edit = async (key: string, values: readonly string[]): Promise<void> => {
    for (const value of values) await pair.a.query('update t set x = $2 where key = $1', [key, value]);
  };

  it('while a newcomer was linked is not observed again, though the service died right after', async () => {
    await open();
    await pair.start();
    await pair.quiet();
    await pair.stop();
    await pair.a.query(`insert into t (key, x, y) values ('k3', 'first', 'y')`);
    child = await ServiceChild.start(
      { urls: pair.urls, declaration: pair.declared },
      'worker.committed:1:delay=2000,newcomers.committed:1:kill',
    );
    await until(async () => (await hub(`select 1 from unmatched where reason = 'waiting'`)).length === 1);
    await edit('k3', ['second', 'third', 'fourth']);
    expect(await child.endsWithin(30_000)).toBe(true);
    expect(await hub(`select 1 from link where a_id = '3'`)).toHaveLength(1);

    await edit('k3', ['fifth']);
    await pair.start();
    await pair.quiet();
    expect(await row('b', 'k3')).toEqual({ x: 'fifth', y: 'y' });
    expect(await seen()).toEqual(['fifth']);
  }, 60_000);

  it('while a side was compared as a whole is not observed again, though the service died right after', async () => {
    await open();
    await pair.start();
    await pair.quiet();
    await pair.stop();
    const triggers = () =>
      pair.a.query<{ name: string; on: boolean }>(
        `select tgname as name, tgenabled <> 'D' as on from pg_trigger where tgrelid = 't'::regclass and tgname like '%accord%' and not tgisinternal`,
      );
    for (const { name } of (await triggers()).rows)
      await pair.a.query(`alter table t disable trigger "${name}"`);
    await edit('k1', ['in the gap']);
    child = await ServiceChild.start(
      { urls: pair.urls, declaration: pair.declared },
      'resync.begun:1:delay=2000,resync.done:1:kill',
    );
    await until(async () => (await triggers()).rows.every(({ on }) => on));
    // The cursor is taken right after that, and everything is compared two seconds later.
    await sleep(500);
    await edit('k1', ['second', 'third', 'fourth']);
    await edit('k2', ['second', 'third']);
    expect(await child.endsWithin(30_000)).toBe(true);

    await edit('k1', ['fifth']);
    await pair.start();
    await pair.quiet();
    expect([await row('b', 'k1'), await row('b', 'k2')]).toMatchObject([{ x: 'fifth' }, { x: 'third' }]);
    expect(await seen()).toEqual(['fourth', 'third', 'fifth']);
  }, 60_000);

  it('while the sides were loaded for the first time is not observed again, nor that the record was made', async () => {
    await open();
    armFailpoints('load.keys-stored:1:delay=1500');
    await pair.start();
    await until(async () => (await hub(`select 1 from pipeline where state = 'comparing'`)).length === 1);
    await pair.a.query(`insert into t (key, x, y) values ('k3', 'first', 'y')`);
    await edit('k3', ['second', 'third']);
    await edit('k1', ['second', 'third']);
    await pair.quiet();
    expect([await row('b', 'k1'), await row('b', 'k3')]).toMatchObject([{ x: 'third' }, { x: 'third' }]);
    expect(await seen()).toEqual([]);
    await edit('k3', ['fourth']);
    await pair.quiet();
    expect(await row('b', 'k3')).toMatchObject({ x: 'fourth' });
    expect(await seen()).toEqual(['fourth']);
  }, 60_000);
});
