import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FieldSpec } from '../../src/core/pipeline/spec.js';
import { alike, byEmail, creates, peopleSpec } from '../support/people-pair.js';
import { SyncPair } from '../support/sync-pair.js';

const street: FieldSpec = { a: 'street', b: 'street', policy: { strategy: 'review' } };
const spec = peopleSpec({
  match: [
    byEmail,
    { ...alike, score: [...(alike.score ?? []), { field: 'street', as: 'address', agree: 6, disagree: 3 }] },
    creates,
  ],
  fields: { ...peopleSpec().fields, street },
  load: { accept: 'manual' },
});
const table = 'create table t (id serial primary key, name text, email text, phone text, street text);';
const insert = (...rows: readonly string[]): string =>
  `insert into t (name, email, phone, street) values ${rows.join(', ')};`;

describe('the report of a first load whose rules score', () => {
  let pair: SyncPair;
  beforeAll(async () => {
    pair = await SyncPair.open(
      {
        a: `${table} ${insert(
          `('Anna Meyer', 'ANNA@x.com ', null, 'Hauptstr. 5')`,
          `('Bernd Schulz', null, '030 1234567', 'Am Markt 1')`,
          `('Carla Wolf', null, null, 'Ring 7')`,
          `('Dora Klein', null, '040 555555', 'Weg 3')`,
          `('Emil Only', 'emil@x.com', '0221 987654', 'Gasse 9')`,
        )}`,
        b: `${table} ${insert(
          `('A. Meyer', 'anna@x.com', '030 9999999', 'Hauptstraße 5')`,
          `('Schultz, Bernd', null, '+49 30 1234567', 'Am Markt 1')`,
          `('Karla Wolff', null, '030 4444444', null)`,
          `('Dora Klein', null, '040 555555', 'Weg 3')`,
          `('Dora Klein', null, '040555555', 'Weg 3')`,
          `('Xaver Alone', 'x@x.com', '089 111111', 'Allee 2')`,
        )}`,
      },
      spec,
    );
    await pair.start();
    for (let i = 0; i < 400 && (await report()) === undefined; i++) await sleep(25);
  }, 60_000);
  afterAll(() => pair.close());

  const report = async () =>
    (
      await pair.hub.general.query<{
        linked: number;
        scored: number;
        only_a: number;
        only_b: number;
        ambiguous: number;
        samples: { kind: string; a_id: string | null; b_id: string | null; detail: string | null }[];
        fields: { looked: number; fields: Record<string, Record<string, unknown>> };
      }>('select * from load_report')
    ).rows[0];

  it('counts those found by key and by score, those in doubt, and those on one side only', async () => {
    expect(await report()).toMatchObject({ linked: 2, scored: 1, only_a: 1, only_b: 1, ambiguous: 5 });
  });

  it('says of each why', async () => {
    const samples = (await report())?.samples ?? [];
    expect(samples.find(({ kind }) => kind === 'scored')).toMatchObject({
      a_id: '2',
      b_id: '2',
      detail: expect.stringMatching(/^name alike \(\+\d.*phone agrees \(\+9\), street agrees \(\+6\)$/),
    });
    const questions = samples.filter(({ kind }) => kind === 'question');
    expect(questions.map(({ a_id, b_id }) => `${String(a_id)}-${String(b_id)}`).sort()).toEqual([
      '3-3',
      '4-4',
      '4-5',
    ]);
  });

  it('compares the fields of those that would be linked', async () => {
    const fields = (await report())?.fields;
    expect(fields).toMatchObject({
      looked: 2,
      fields: { name: { equal: 0, different: 2 }, phone: { onlyB: 1, different: 1 } },
    });
  });

  it('puts those in doubt into the queue, with every candidate and what speaks for it', async () => {
    const { rows } = await pair.hub.general.query(
      `select q.ext_id as subject, c.title, c.kind, m.n, m.ext_id, m.points, m.verdicts -> 0 ->> 'verdict' as name
       from conflict c join match_question q on q.conflict_id = c.id join match_candidate m using (conflict_id) order by 1, n`,
    );
    expect(rows).toEqual([
      expect.objectContaining({
        subject: '3',
        title: 'Carla Wolf',
        kind: 'match',
        n: 1,
        ext_id: '3',
        name: 'alike',
      }),
      expect.objectContaining({ subject: '4', n: 1, ext_id: '4', points: 22, name: 'agrees' }),
      expect.objectContaining({ subject: '4', n: 2, ext_id: '5', points: 22 }),
    ]);
  });
});
