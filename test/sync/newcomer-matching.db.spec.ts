import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { PeoplePair } from '../support/people-pair.js';

describe('newcomers that resemble others', () => {
  let people: PeoplePair;
  beforeAll(async () => {
    people = await PeoplePair.open();
    await people.pair.start();
    await people.pair.quiet();
  }, 60_000);
  afterAll(() => people.close());

  it('are linked when it is certain', async () => {
    let ids = { a: '', b: '' };
    await people.together(async () => {
      ids = {
        a: await people.add('a', 'Anna Meyer', '030 1234567'),
        b: await people.add('b', 'Maier, Anna', '+49 30 1234567'),
      };
    });
    expect(await people.linked(ids.a, ids.b)).toBe(true);
    expect([await people.count('a', '%Anna%'), await people.count('b', '%Anna%')]).toEqual([1, 1]);
  }, 30_000);

  it('find each other also where more have come than are looked at at once', async () => {
    const come = (side: 'a' | 'b', order: 'asc' | 'desc') =>
      people.pair[side].query(
        `insert into t (email) select 'crowd' || i || '@example.org' from generate_series(1, 1100) i order by i ${order}`,
      );
    await people.together(async () => {
      await come('a', 'asc');
      await come('b', 'desc');
    }, 60_000);
    for (const side of ['a', 'b'] as const) {
      const { rows } = await people.pair[side].query(
        `select count(*)::int as records, count(distinct email)::int as people from t where email like 'crowd%'`,
      );
      expect(rows).toEqual([{ records: 1100, people: 1100 }]);
    }
  }, 90_000);

  it('are asked about when it is not, and nothing is made meanwhile', async () => {
    let ids = { a: '', b: '' };
    await people.together(async () => {
      ids = { a: await people.add('a', 'Bernd Schulz'), b: await people.add('b', 'Bernd Schultz') };
    });
    expect(await people.questions()).toEqual([
      expect.objectContaining({ side: 'A', subject: ids.a, candidates: [ids.b] }),
    ]);
    expect([await people.count('a', 'Bernd%'), await people.count('b', 'Bernd%')]).toEqual([1, 1]);

    const [question] = await people.questions();
    await people.order('link', question?.id ?? '', null, ids.a, ids.b);
    await people.carriedOut();
    expect(await people.linked(ids.a, ids.b)).toBe(true);
    expect(await people.questions()).toEqual([]);
  }, 30_000);

  it('that are said to be others are both made on the other side, and never asked about again', async () => {
    let ids = { a: '', b: '' };
    await people.together(async () => {
      ids = { a: await people.add('a', 'Carla Wolf'), b: await people.add('b', 'Karla Wolff') };
    });
    const [question] = await people.questions();
    await people.order('create', question?.id ?? '', 'A', ids.a, null);
    await people.carriedOut();
    expect([await people.count('a', '%arla%'), await people.count('b', '%arla%')]).toEqual([2, 2]);
    await people.pair.a.query(`update t set phone = '040 77777' where id = $1`, [ids.a]);
    await people.pair.quiet();
    expect(await people.questions()).toEqual([]);
  }, 30_000);

  it('that are kept apart stay as they are', async () => {
    let ids = { a: '', b: '' };
    await people.together(async () => {
      ids = { a: await people.add('a', 'Dora Klein'), b: await people.add('b', 'Dora Kleine') };
    });
    const [question] = await people.questions();
    await people.order('apart', question?.id ?? '', 'A', ids.a, null);
    await people.carriedOut();
    await people.pair.b.query(`update t set phone = '040 88888' where id = $1`, [ids.b]);
    await people.pair.quiet();
    expect([await people.count('a', 'Dora%'), await people.count('b', 'Dora%')]).toEqual([1, 1]);
    expect(await people.questions()).toEqual([]);
  }, 30_000);

  it('close a question themselves when an edit makes it certain', async () => {
    let ids = { a: '', b: '' };
    await people.together(async () => {
      ids = { a: await people.add('a', 'Emil Stark'), b: await people.add('b', 'Emil Starck') };
    });
    expect(await people.questions()).toHaveLength(1);
    await people.together(async () => {
      await people.pair.a.query(`update t set email = 'emil@x.com' where id = $1`, [ids.a]);
      await people.pair.b.query(`update t set email = ' EMIL@x.com' where id = $1`, [ids.b]);
    });
    expect(await people.linked(ids.a, ids.b)).toBe(true);
    expect(await people.questions()).toEqual([]);
  }, 30_000);

  it('lose a candidate that was linked elsewhere or is gone, and go on', async () => {
    let ids = { a: '', b: '' };
    await people.together(async () => {
      ids = { a: await people.add('a', 'Frida Lang'), b: await people.add('b', 'Frieda Lang') };
    });
    expect(await people.questions()).toHaveLength(1);
    await people.pair.b.query('delete from t where id = $1', [ids.b]);
    await people.pair.quiet();
    expect(await people.questions()).toEqual([]);
    expect(await people.count('b', 'Frida%')).toBe(1);
  }, 30_000);

  it('made on both sides at once are two records only where a person was told', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `twin${String(i)}@x.com`);
    await Promise.all(
      names.flatMap((email, i) => [
        sleep(i * 7).then(() =>
          people.add('a', `Twin ${String.fromCharCode(65 + i).repeat(4)}`, null, email),
        ),
        sleep(i * 7).then(() =>
          people.add('b', `Twin ${String.fromCharCode(65 + i).repeat(4)}`, null, email),
        ),
      ]),
    );
    await people.pair.quiet();
    const questions = await people.questions();
    for (const email of names) {
      const at = async (side: 'a' | 'b') =>
        (
          await people.pair[side].query<{ id: string }>('select id::text from t where email = $1', [email])
        ).rows.map(({ id }) => id);
      const [a, b] = [await at('a'), await at('b')];
      const told = questions.filter(
        (one) => (one.side === 'A' ? a : b).includes(one.subject) && one.candidates.length > 0,
      ).length;
      expect([email, a.length + b.length - told]).toEqual([email, 2]);
    }
  }, 60_000);
});
