import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { SyncPair } from '../support/sync-pair.js';

const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'people' },
  connections: { a: { ref: 'a', object: 'public.contact' }, b: { ref: 'b', object: 'public.person' } },
  match: [
    { id: 'by-email', by: ['email'], action: 'link' },
    { id: 'none', action: 'create' },
  ],
  fields: {
    email: { a: 'email', b: 'mail', policy: { strategy: 'review' } },
    name: { a: 'name', b: 'full_name', policy: { strategy: 'review' } },
    phone: { a: 'phone', b: 'tel', policy: { strategy: 'newest', tie: 'review' } },
    visits: { a: 'visits', b: 'visits', policy: { strategy: 'merge', merge: 'counter' } },
  },
  load: { accept: 'automatic' },
};
const setUp = {
  a: `create table contact (id serial primary key, email text, name text, phone text, visits int not null default 0);
      insert into contact (email, name, phone, visits) select 'p' || i || '@x.org', 'Person ' || i, '+49 30 ' || i, 0 from generate_series(1, 20) i`,
  b: `create table person (uid uuid primary key default gen_random_uuid(), mail text, full_name text, tel text, visits int not null default 0);
      insert into person (mail, full_name, tel) select 'p' || i || '@x.org', 'Person ' || i, '+49 30 ' || i from generate_series(11, 30) i`,
};

describe('two databases in sync', () => {
  let pair: SyncPair;
  beforeAll(async () => {
    pair = await SyncPair.open(setUp, spec);
    await pair.start();
    await pair.quiet();
  }, 60_000);
  afterAll(() => pair.close());

  const people = async () =>
    (
      await pair.b.query<{ mail: string; full_name: string; tel: string; visits: number }>(
        'select mail, full_name, tel, visits from person order by mail',
      )
    ).rows;
  const contacts = async () =>
    (
      await pair.a.query<{ mail: string }>(
        'select email as mail, name as full_name, phone as tel, visits from contact order by email',
      )
    ).rows;
  const conflicts = async () =>
    (
      await pair.hub.general.query(
        "select unit, kind, state, title, candidates from conflict where state <> 'closed' order by unit",
      )
    ).rows;

  it('links by key on the first load and creates what is missing on either side', async () => {
    expect(await people()).toHaveLength(30);
    expect(await contacts()).toEqual(await people());
    const { rows } = await pair.hub.general.query("select count(*)::int as n from link where state = 'live'");
    expect(rows).toEqual([{ n: 30 }]);
  });

  it('carries an edit over in both directions', async () => {
    await pair.a.query(`update contact set name = 'Ann A' where email = 'p1@x.org'`);
    await pair.b.query(`update person set full_name = 'Bob B' where mail = 'p30@x.org'`);
    await pair.quiet();
    expect(await contacts()).toEqual(await people());
    expect((await people()).map((p) => p.full_name)).toEqual(expect.arrayContaining(['Ann A', 'Bob B']));
  });

  it('merges edits of different fields of one record', async () => {
    await pair.stop();
    await pair.a.query(`update contact set name = 'Changed in A' where email = 'p2@x.org'`);
    await pair.b.query(`update person set tel = '+1 555' where mail = 'p2@x.org'`);
    await pair.start();
    await pair.quiet();
    expect(await contacts()).toEqual(await people());
    expect((await people()).find((p) => p.mail === 'p2@x.org')).toMatchObject({
      full_name: 'Changed in A',
      tel: '+1 555',
    });
    expect(await conflicts()).toEqual([]);
  });

  it('adds counters up', async () => {
    await pair.stop();
    await pair.a.query(`update contact set visits = visits + 2 where email = 'p3@x.org'`);
    await pair.b.query(`update person set visits = visits + 2 where mail = 'p3@x.org'`);
    await pair.start();
    await pair.quiet();
    expect((await people()).find((p) => p.mail === 'p3@x.org')?.visits).toBe(4);
    expect(await contacts()).toEqual(await people());
  });

  it('asks a person when both sides changed the same field, and holds only that field', async () => {
    await pair.stop();
    await pair.a.query(`update contact set name = 'One' where email = 'p4@x.org'`);
    await pair.b.query(`update person set full_name = 'Two' where mail = 'p4@x.org'`);
    await pair.start();
    await pair.quiet();
    expect(await conflicts()).toMatchObject([{ unit: 'name', kind: 'value', state: 'open' }]);
    await pair.a.query(`update contact set phone = '999' where email = 'p4@x.org'`);
    await pair.quiet();
    expect((await people()).find((p) => p.mail === 'p4@x.org')).toMatchObject({
      full_name: 'Two',
      tel: '999',
    });
    // Both sides come to say the same: the conflict closes itself.
    await pair.a.query(`update contact set name = 'Two' where email = 'p4@x.org'`);
    await pair.quiet();
    expect(await conflicts()).toEqual([]);
    await pair.a.query(`update contact set name = 'Three' where email = 'p4@x.org'`);
    await pair.quiet();
    expect(await contacts()).toEqual(await people());
  });

  it('makes new records of either side on the other', async () => {
    await pair.a.query(`insert into contact (email, name) values ('new-a@x.org', 'New A')`);
    await pair.b.query(`insert into person (mail, full_name) values ('new-b@x.org', 'New B')`);
    await pair.quiet();
    expect(await people()).toHaveLength(32);
    expect(await contacts()).toEqual(await people());
  });

  it('asks before a delete is carried over', async () => {
    await pair.a.query(`delete from contact where email = 'p5@x.org'`);
    await pair.quiet();
    expect(await conflicts()).toMatchObject([{ unit: '$life', kind: 'delete' }]);
    expect((await people()).some((p) => p.mail === 'p5@x.org')).toBe(true);
  });
});
