import { afterEach, describe, expect, it } from '@jest/globals';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { announcePipeline } from '../../src/database/sql/announce-pipeline.js';
import { answerGuard, guardTrips } from '../../src/database/sql/guards.js';
import { run } from '../../src/database/sql/statement.js';
import { inTransaction } from '../../src/database/transaction.js';
import { ServiceChild } from '../support/service-child.js';
import { SyncPair } from '../support/sync-pair.js';
import { until } from '../support/until.js';

const RECORDS = 120;
const review = { strategy: 'review' } as const;
const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'guarded' },
  connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 'public.t' } },
  match: [
    { id: 'by-key', by: ['key'], action: 'link' },
    { id: 'none', action: 'create' },
  ],
  fields: { key: { a: 'key', b: 'key', policy: review }, x: { a: 'x', b: 'x', policy: review } },
  deletes: { aDeleted: 'delete', bDeleted: 'delete' },
  guards: {
    blanking: { maxCount: 20, maxPercent: 1 },
    massChange: { maxCount: 60, maxPercent: 1 },
  },
  load: { accept: 'automatic' },
};
const table = 'create table t (id bigserial primary key, key text, x text);';
const rows = `insert into t (key, x) select 'k' || i, 'x' from generate_series(1, ${String(RECORDS)}) i`;

describe('the window of a guard', () => {
  let pair: SyncPair;
  afterEach(() => pair.close());

  const open = async (): Promise<void> => {
    pair = await SyncPair.open({ a: table + rows, b: table }, spec);
    await pair.start();
    await pair.quiet();
  };
  const again = async (): Promise<void> => {
    await pair.stop();
    await pair.start();
  };
  const inB = async (where = 'true'): Promise<number> =>
    (await pair.b.query(`select from t where ${where}`)).rowCount ?? -1;
  const trips = () => run(pair.hub.general, guardTrips, [1, false, 10]);

  it('goes on after a process is killed in the middle of a slow mass deletion', async () => {
    await open();
    await pair.stop();
    let deleted = 0;
    const some = async (n: number): Promise<void> => {
      for (const end = deleted + n; deleted < end;)
        await pair.a.query('delete from t where id = $1', [++deleted]);
    };
    const child = await ServiceChild.start({ urls: pair.urls, declaration: pair.declared });
    await some(16);
    await until(inB, (n) => n === RECORDS - 16, '16 deletions to be carried over');
    await child.kill();
    await some(14);
    await pair.start();
    await pair.quiet();
    expect(await trips()).toMatchObject([{ side: 'A', kind: 'deletes', count: 30, most: 20, state: 'open' }]);
    expect(await inB()).toBe(RECORDS - 16);
  }, 60_000);

  it('goes on after a restart for each field and each actor, and not for what a person has answered', async () => {
    await open();
    await pair.a.query(`update t set x = null where id <= 15`);
    await pair.quiet();
    await again();
    await pair.a.query(`update t set x = '' where id between 16 and 30`);
    await pair.quiet();
    const [trip] = await trips();
    expect(trip).toMatchObject({ side: 'A', kind: 'blanking', subject: 'x', count: 30, most: 20 });
    expect(await inB(`x is null or x = ''`)).toBe(15);
    await inTransaction(pair.hub.general, async (client) => {
      const by = { kind: 'person', name: 'Olga' } as const;
      await answerGuard(client, { id: trip!.id, pipeline: 'guarded', state: 'released', by, note: null });
      await run(client, announcePipeline, ['guarded']);
    });
    await pair.quiet();
    expect(await inB(`x is null or x = ''`)).toBe(30);
    await again();
    await pair.a.query(`update t set x = null where id between 31 and 40`);
    await pair.quiet();
    expect(await inB(`x is null or x = ''`)).toBe(40);
    expect(await trips()).toHaveLength(1);
    // All of them were edits by one actor, whatever they did.
    await again();
    await pair.a.query(`update t set x = 'y' where id between 81 and 110`);
    await pair.quiet();
    expect((await trips())[0]).toMatchObject({ kind: 'overwrite', count: 70, most: 60, state: 'open' });
    expect(await inB(`x = 'y'`)).toBe(0);
  }, 60_000);

  it('ends also for what was counted before a restart', async () => {
    await open();
    await pair.a.query('delete from t where id <= 15');
    await pair.quiet();
    await pair.stop();
    await pair.hub.general.query(`update lineage set recorded_at = recorded_at - interval '61 minutes'`);
    await pair.start();
    await pair.a.query('delete from t where id between 21 and 35');
    await pair.quiet();
    expect(await trips()).toEqual([]);
    expect(await inB()).toBe(RECORDS - 30);
  }, 60_000);
});
