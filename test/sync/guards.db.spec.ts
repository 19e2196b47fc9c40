import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { announcePipeline } from '../../src/database/sql/announce-pipeline.js';
import { answerGuard, guardTrips, type GuardTripRow } from '../../src/database/sql/guards.js';
import { run } from '../../src/database/sql/statement.js';
import { inTransaction } from '../../src/database/transaction.js';
import { SyncPair } from '../support/sync-pair.js';

const RECORDS = 300;

function specWith(guards: PipelineSpec['guards']): PipelineSpec {
  return {
    apiVersion: 'accord/v1',
    kind: 'Pipeline',
    metadata: { name: 'guarded' },
    connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 'public.t' } },
    match: [
      { id: 'by-key', by: ['key'], action: 'link' },
      { id: 'none', action: 'create' },
    ],
    fields: {
      key: { a: 'key', b: 'key', policy: { strategy: 'review' } },
      x: { a: 'x', b: 'x', policy: { strategy: 'review' } },
      y: { a: 'y', b: 'y', policy: { strategy: 'review' } },
    },
    deletes: { aDeleted: 'delete', bDeleted: 'delete' },
    ...(guards !== undefined && { guards }),
    load: { accept: 'automatic' },
  };
}

const table = 'create table t (id bigserial primary key, key text, x text, y text);';
const rows = `insert into t (key, x, y) select 'k' || i, 'x' || i, 'y' || i from generate_series(1, ${String(RECORDS)}) i;`;

describe('guards', () => {
  let pair: SyncPair;
  afterEach(() => pair.close());

  const open = async (guards?: PipelineSpec['guards']): Promise<void> => {
    pair = await SyncPair.open({ a: table + rows, b: table }, specWith(guards));
    await pair.start();
    await pair.quiet(60_000);
  };
  const count = async (side: 'a' | 'b', where = 'true'): Promise<number> =>
    (await pair[side].query<{ n: number }>(`select count(*)::int as n from t where ${where}`)).rows[0]?.n ??
    -1;
  const trips = (): Promise<GuardTripRow[]> => run(pair.hub.general, guardTrips, [1, false, 10]);
  const tripped = async (): Promise<GuardTripRow> => {
    for (let i = 0; i < 200; i++) {
      const [trip] = await trips();
      if (trip !== undefined) return trip;
      await sleep(25);
    }
    throw new Error('no guard has tripped');
  };
  const answer = async (trip: GuardTripRow, state: 'released' | 'discarded'): Promise<void> => {
    const done = await inTransaction(pair.hub.general, async (client) => {
      const answered = await answerGuard(client, {
        id: trip.id,
        pipeline: 'guarded',
        state,
        by: { kind: 'person', name: 'Olga' },
        note: null,
      });
      await run(client, announcePipeline, ['guarded']);
      return answered;
    });
    expect(done).toBe(true);
    await pair.quiet();
  };
  const held = async (): Promise<number> =>
    (await pair.hub.general.query(`select from blocked_unit`)).rowCount ?? -1;

  describe('against deletions', () => {
    beforeEach(() => open());

    it('lets a few pass, and holds too many at once while everything else flows', async () => {
      await pair.a.query('delete from t where id <= 20');
      await pair.quiet();
      expect(await count('b')).toBe(RECORDS - 20);
      await pair.a.query('delete from t where id between 101 and 150');
      await pair.a.query(`update t set y = 'edited' where id = 200`);
      const trip = await tripped();
      expect(trip).toMatchObject({
        side: 'A',
        kind: 'deletes',
        subject: '',
        count: 70,
        most: 20,
        state: 'open',
      });
      expect(trip.sample).toHaveLength(10);
      expect(trip.sample[0]).toMatchObject({ unit: '$life', after: 'deleted' });
      await pair.quiet();
      expect((await trips())[0]?.held).toBe(50);
      expect(await count('b')).toBe(RECORDS - 20);
      expect(await count('b', `y = 'edited'`)).toBe(1);
      // What comes while it is open is held as well, however little.
      await pair.a.query('delete from t where id = 250');
      await pair.quiet();
      expect(await count('b')).toBe(RECORDS - 20);
      await answer(trip, 'released');
      expect(await count('b')).toBe(RECORDS - 71);
      expect(await held()).toBe(0);
      // A window begins anew: a few pass again.
      await pair.a.query('delete from t where id = 251');
      await pair.quiet();
      expect(await count('b')).toBe(RECORDS - 72);
      expect(await trips()).toHaveLength(1);
    }, 60_000);

    it('makes the records again where they were deleted when a person discards it, also after a restart', async () => {
      await pair.b.query('delete from t where id > 100');
      const trip = await tripped();
      await pair.quiet();
      expect(await count('a')).toBe(RECORDS);
      await pair.stop();
      await pair.a.query(`update t set x = 'edited meanwhile' where id = 150`);
      await pair.start();
      await pair.quiet();
      expect(await count('a')).toBe(RECORDS);
      await answer(trip, 'discarded');
      expect(await count('b')).toBe(RECORDS - (await openQuestions()));
      expect(await count('a')).toBe(RECORDS);
      expect(await held()).toBe(0);
      const { rows: why } = await pair.hub.general.query(
        `select actor ->> 'name' as by, count(*)::int as n from lineage where kind = 'decided' group by 1`,
      );
      expect(why).toEqual([{ by: 'Olga', n: 199 }]);
    }, 60_000);

    it('does not hold what a person is asked about anyway', async () => {
      await pair.stop();
      await pair.a.query('delete from t where id <= 50');
      await pair.b.query(
        `update t set x = 'seen by nobody' where key in (select 'k' || i from generate_series(1, 50) i)`,
      );
      await pair.start();
      await pair.quiet();
      expect(await openQuestions()).toBe(50);
      expect(await trips()).toEqual([]);
      expect(await held()).toBe(0);
    }, 60_000);
  });

  const openQuestions = async (): Promise<number> =>
    (await pair.hub.general.query(`select from conflict where state = 'open'`)).rowCount ?? -1;

  it('a lost WHERE that wipes a field is held for that field, and is taken back without losing what the other side wrote', async () => {
    await open();
    await pair.a.query(`update t set x = null, y = y || '!'`);
    const trip = await tripped();
    expect(trip).toMatchObject({ side: 'A', kind: 'blanking', subject: 'x', count: RECORDS, most: 100 });
    await pair.quiet();
    expect(await count('b', `x is null`)).toBe(0);
    expect(await count('b', `y like '%!'`)).toBe(RECORDS);
    await pair.b.query(`update t set x = 'newer' where key = 'k7'`);
    await pair.quiet();
    await answer(trip, 'discarded');
    expect(await count('a', `x = 'x' || substr(key, 2)`)).toBe(RECORDS - 1);
    expect(await count('b', `x = 'x' || substr(key, 2)`)).toBe(RECORDS - 1);
    expect(await held()).toBe(0);
  }, 60_000);

  it('too many records changed by one actor are held, those of another flow', async () => {
    await open({ massChange: { maxCount: 50, maxPercent: 10 } });
    const other = `set local application_name = 'another'; `;
    await pair.a.query(`begin; ${other} update t set x = 'theirs' where id = 1; commit`);
    await pair.a.query(
      `begin; set local application_name = 'nightly job'; update t set x = 'wrong' where id > 100; commit`,
    );
    const trip = await tripped();
    expect(trip).toMatchObject({ side: 'A', kind: 'overwrite', count: 200, most: 50 });
    await pair.quiet();
    expect(await count('b', `x = 'wrong'`)).toBe(0);
    await answer(trip, 'released');
    expect(await count('b', `x = 'wrong'`)).toBe(200);
    expect(await count('b', `x = 'theirs'`)).toBe(1);
  }, 60_000);

  it('while a canary is missing nothing is taken for deleted, however little', async () => {
    await open({ canary: { a: '1' } });
    await pair.a.query('delete from t where id in (2, 3)');
    await pair.quiet();
    expect(await count('b')).toBe(RECORDS - 2);
    await pair.a.query(`begin; delete from t where id = 1; delete from t where id = 4; commit`);
    const trip = await tripped();
    expect(trip).toMatchObject({ side: 'A', kind: 'canary', subject: '1' });
    await pair.quiet();
    expect(await count('b')).toBe(RECORDS - 2);
    expect((await trips())[0]?.held).toBe(2);
  }, 60_000);
});
