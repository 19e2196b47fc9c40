import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { armFailpoints } from '../../src/common/failpoint.js';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { SyncPair } from '../support/sync-pair.js';

const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'context' },
  connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 'public.t' } },
  match: [
    { id: 'by-key', by: ['key'], action: 'link' },
    { id: 'none', action: 'create' },
  ],
  fields: {
    key: { a: 'key', b: 'key', policy: { strategy: 'review' } },
    stage: { b: 'stage', contextOnly: true },
    x: {
      a: 'x',
      b: 'x',
      policy: { strategy: 'rules', rules: [{ id: 'won', when: `record.stage.b == 'won'`, take: 'b' }] },
    },
  },
  deletes: { aDeleted: 'delete', bDeleted: 'delete', deleteVsEdit: 'review' },
  load: { accept: 'automatic' },
};

describe('a record that is deleted with a column that only rules read', () => {
  let pair: SyncPair;
  const open = async (a: string, b: string): Promise<void> => {
    pair = await SyncPair.open(
      {
        a: `create table t (id bigserial primary key, key text unique, x text); ${a}`,
        b: `create table t (id bigserial primary key, key text unique, x text, stage text default 'new'); ${b}`,
      },
      spec,
    );
    await pair.start();
    await pair.quiet();
  };
  afterEach(async () => {
    armFailpoints(null);
    await pair.close();
  });

  const hub = async <T extends object>(text: string) => (await pair.hub.general.query<T>(text)).rows;
  const until = async (condition: () => Promise<boolean>) => {
    for (let i = 0; i < 400 && !(await condition()); i++) await sleep(25);
    expect(await condition()).toBe(true);
  };
  const stages = async () =>
    (
      await hub<{ v: string }>(
        `select units -> 'stage' ->> 'v' as v from lineage where kind = 'observed' and units ? 'stage' order by id`,
      )
    ).map(({ v }) => v);

  it('goes once what stood there last is known: the edit is in its history', async () => {
    await open(
      `insert into t (key, x) values ('k', 'x')`,
      `insert into t (key, x, stage) values ('k', 'x', 'open')`,
    );
    armFailpoints('delivery.before-send:1:delay=1500');
    await pair.a.query('delete from t');
    await until(async () => (await hub(`select 1 from attempt_batch where kind = 'delete'`)).length === 1);
    await pair.b.query(`update t set stage = 'won'`);
    await until(async () => (await pair.b.query('select from t')).rowCount === 0);
    await pair.quiet();
    expect(await stages()).toEqual(['won']);
    expect((await pair.a.query('select from t')).rowCount).toBe(0);
    expect(await hub(`select 1 from conflict`)).toEqual([]);
    expect(await hub('select state from link')).toEqual([{ state: 'deleted' }]);
  }, 30_000);

  it('goes though the system had filled the column itself, unseen, when the record was made', async () => {
    await open(`insert into t (key, x) values ('k', 'x')`, '');
    expect((await pair.b.query('select stage from t')).rows).toEqual([{ stage: 'new' }]);
    await pair.a.query('delete from t');
    await until(async () => (await pair.b.query('select from t')).rowCount === 0);
    await pair.quiet();
    expect(await hub('select state from link')).toEqual([{ state: 'deleted' }]);
    expect(await hub(`select 1 from conflict`)).toEqual([]);
  }, 30_000);
});
