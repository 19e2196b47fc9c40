import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { SyncPair } from '../support/sync-pair.js';

const review = { strategy: 'review' } as const;
const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'people' },
  connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 'public.t' } },
  match: [
    { id: 'by-email', by: ['email'], normalize: { email: 'email' }, action: 'link' },
    {
      id: 'alike',
      action: 'link',
      score: [
        { field: 'name', as: 'name', agree: 7, disagree: 6 },
        { field: 'phone', as: 'phone', agree: 9, disagree: 3 },
      ],
      block: [{ sound: ['name'] }, { ending: ['phone'] }],
      region: 'DE',
      auto: 12,
      review: 4,
      margin: 3,
    },
    { id: 'none', action: 'create' },
  ],
  fields: {
    name: { a: 'name', b: 'name', policy: review },
    email: { a: 'email', b: 'email', policy: { strategy: 'owner', owner: 'a' } },
    phone: { a: 'phone', b: 'phone', policy: { strategy: 'owner', owner: 'a' } },
  },
  load: { accept: 'automatic' },
};
const table = 'create table t (id serial primary key, name text, email text, phone text);';

describe('newcomers that resemble others', () => {
  let pair: SyncPair;
  beforeAll(async () => {
    pair = await SyncPair.open({ a: table, b: table }, spec);
    await pair.start();
    await pair.quiet();
  }, 60_000);
  afterAll(() => pair.close());

  const add = async (
    side: 'a' | 'b',
    name: string,
    phone: string | null = null,
    email: string | null = null,
  ) => {
    const { rows } = await pair[side].query<{ id: number }>(
      'insert into t (name, phone, email) values ($1, $2, $3) returning id',
      [name, phone, email],
    );
    return String(rows[0]?.id);
  };
  /** Both records are there before either is looked at. */
  const together = async (work: () => Promise<void>) => {
    await pair.stop();
    await work();
    await pair.start();
  };
  const count = async (side: 'a' | 'b', name: string) =>
    (await pair[side].query<{ n: number }>('select count(*)::int as n from t where name like $1', [name]))
      .rows[0]?.n;
  const open = async () =>
    (
      await pair.hub.general.query<{ id: string; side: string; subject: string; candidates: string[] }>(
        `select c.id, q.side, q.ext_id as subject, (select array_agg(ext_id order by n) from match_candidate m where m.conflict_id = c.id and gone is null) as candidates
         from conflict c join match_question q on q.conflict_id = c.id where c.state = 'open' order by c.id`,
      )
    ).rows;
  const linked = async (a: string, b: string) =>
    (
      await pair.hub.general.query(`select from link where a_id = $1 and b_id = $2 and state = 'live'`, [
        a,
        b,
      ])
    ).rowCount === 1;
  const order = async (
    kind: 'link' | 'create' | 'apart',
    conflict: string | null,
    side: 'A' | 'B' | null,
    a: string | null,
    b: string | null,
  ) => {
    await pair.hub.general.query(
      `insert into link_order (id, pipeline_id, kind, side, a_id, b_id, conflict_id, by) values ($1, 1, $2, $3, $4, $5, $6, 'dana')`,
      [randomUUID(), kind, side, a, b, conflict],
    );
    await pair.hub.general.query(`select pg_notify('accord_wake', '')`);
    for (let i = 0; i < 400; i++) {
      const { rowCount } = await pair.hub.general.query('select from link_order');
      if (rowCount === 0) break;
      await sleep(25);
    }
    await pair.quiet();
  };

  it('are linked when it is certain', async () => {
    let ids = { a: '', b: '' };
    await together(async () => {
      ids = {
        a: await add('a', 'Anna Meyer', '030 1234567'),
        b: await add('b', 'Maier, Anna', '+49 30 1234567'),
      };
    });
    await pair.quiet();
    expect(await linked(ids.a, ids.b)).toBe(true);
    expect([await count('a', '%Anna%'), await count('b', '%Anna%')]).toEqual([1, 1]);
  }, 30_000);

  it('find each other also where more have come than are looked at at once', async () => {
    const come = (side: 'a' | 'b', order: 'asc' | 'desc') =>
      pair[side].query(
        `insert into t (email) select 'crowd' || i || '@example.org' from generate_series(1, 1100) i order by i ${order}`,
      );
    await together(async () => {
      await come('a', 'asc');
      await come('b', 'desc');
    });
    await pair.quiet(60_000);
    for (const side of ['a', 'b'] as const) {
      const { rows } = await pair[side].query(
        `select count(*)::int as records, count(distinct email)::int as people from t where email like 'crowd%'`,
      );
      expect(rows).toEqual([{ records: 1100, people: 1100 }]);
    }
  }, 90_000);

  it('are asked about when it is not, and nothing is made meanwhile', async () => {
    let ids = { a: '', b: '' };
    await together(async () => {
      ids = { a: await add('a', 'Bernd Schulz'), b: await add('b', 'Bernd Schultz') };
    });
    await pair.quiet();
    expect(await open()).toEqual([
      expect.objectContaining({ side: 'A', subject: ids.a, candidates: [ids.b] }),
    ]);
    expect([await count('a', 'Bernd%'), await count('b', 'Bernd%')]).toEqual([1, 1]);

    const [question] = await open();
    await order('link', question?.id ?? '', null, ids.a, ids.b);
    expect(await linked(ids.a, ids.b)).toBe(true);
    expect(await open()).toEqual([]);
  }, 30_000);

  it('that are said to be others are both made on the other side, and never asked about again', async () => {
    let ids = { a: '', b: '' };
    await together(async () => {
      ids = { a: await add('a', 'Carla Wolf'), b: await add('b', 'Karla Wolff') };
    });
    await pair.quiet();
    const [question] = await open();
    await order('create', question?.id ?? '', 'A', ids.a, null);
    expect([await count('a', '%arla%'), await count('b', '%arla%')]).toEqual([2, 2]);
    await pair.a.query(`update t set phone = '040 77777' where id = $1`, [ids.a]);
    await pair.quiet();
    expect(await open()).toEqual([]);
  }, 30_000);

  it('that are kept apart stay as they are', async () => {
    let ids = { a: '', b: '' };
    await together(async () => {
      ids = { a: await add('a', 'Dora Klein'), b: await add('b', 'Dora Kleine') };
    });
    await pair.quiet();
    const [question] = await open();
    await order('apart', question?.id ?? '', 'A', ids.a, null);
    await pair.b.query(`update t set phone = '040 88888' where id = $1`, [ids.b]);
    await pair.quiet();
    expect([await count('a', 'Dora%'), await count('b', 'Dora%')]).toEqual([1, 1]);
    expect(await open()).toEqual([]);
  }, 30_000);

  it('close a question themselves when an edit makes it certain', async () => {
    let ids = { a: '', b: '' };
    await together(async () => {
      ids = { a: await add('a', 'Emil Stark'), b: await add('b', 'Emil Starck') };
    });
    await pair.quiet();
    expect(await open()).toHaveLength(1);
    await together(async () => {
      await pair.a.query(`update t set email = 'emil@x.com' where id = $1`, [ids.a]);
      await pair.b.query(`update t set email = ' EMIL@x.com' where id = $1`, [ids.b]);
    });
    await pair.quiet();
    expect(await linked(ids.a, ids.b)).toBe(true);
    expect(await open()).toEqual([]);
  }, 30_000);

  it('lose a candidate that was linked elsewhere or is gone, and go on', async () => {
    let ids = { a: '', b: '' };
    await together(async () => {
      ids = { a: await add('a', 'Frida Lang'), b: await add('b', 'Frieda Lang') };
    });
    await pair.quiet();
    expect(await open()).toHaveLength(1);
    await pair.b.query('delete from t where id = $1', [ids.b]);
    await pair.quiet();
    expect(await open()).toEqual([]);
    expect(await count('b', 'Frida%')).toBe(1);
  }, 30_000);

  it('made on both sides at once are two records only where a person was told', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `twin${String(i)}@x.com`);
    await Promise.all(
      names.flatMap((email, i) => [
        sleep(i * 7).then(() => add('a', `Twin ${String.fromCharCode(65 + i).repeat(4)}`, null, email)),
        sleep(i * 7).then(() => add('b', `Twin ${String.fromCharCode(65 + i).repeat(4)}`, null, email)),
      ]),
    );
    await pair.quiet();
    const questions = await open();
    for (const email of names) {
      const at = async (side: 'a' | 'b') =>
        (await pair[side].query<{ id: string }>('select id::text from t where email = $1', [email])).rows.map(
          ({ id }) => id,
        );
      const [a, b] = [await at('a'), await at('b')];
      const told = questions.filter(
        (one) => (one.side === 'A' ? a : b).includes(one.subject) && one.candidates.length > 0,
      ).length;
      expect([email, a.length + b.length - told]).toEqual([email, 2]);
    }
  }, 60_000);
});
