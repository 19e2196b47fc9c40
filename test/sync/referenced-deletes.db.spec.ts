import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { COMPANIES, openCompanyContacts, TABLES, WHO } from '../support/company-contacts.js';
import { readReferrers } from '../../src/database/sql/references.js';
import { run } from '../../src/database/sql/statement.js';
import type { SyncPair } from '../support/sync-pair.js';
import { until } from '../support/until.js';

/** The CRM lets go of whom it deletes; Support refuses to delete whom somebody points to. */
const tables = {
  a: TABLES.a
    .replace('company_id int references company', 'company_id int')
    .replace('boss_id int references contact', 'boss_id int references contact on delete cascade'),
};
const rows = {
  a: `insert into company (id, name) select i, 'co' || i from generate_series(1, 4) i; select setval('company_id_seq', 100);
      insert into contact (id, email, company_id) select i, 'p' || i || '@x', i from generate_series(1, 3) i; select setval('contact_id_seq', 100);
      insert into contact (email, boss_id) values ('p4@x', 3), ('p5@x', 3)`,
  b: '',
};

describe('deleting records that others point to', () => {
  let pair: SyncPair;
  beforeAll(async () => {
    pair = await openCompanyContacts(rows, { tables });
    await pair.start();
    await pair.quiet();
  }, 60_000);
  afterAll(() => pair.close());

  const hub = async (sql: string) => (await pair.hub.general.query<Record<string, unknown>>(sql)).rows;
  const open = () => hub(`select unit, kind, reason from conflict where state <> 'closed' order by title`);
  const orgs = async () =>
    (await pair.b.query<{ label: string }>('select label from org order by 1')).rows.map(
      ({ label }) => label,
    );

  it('is carried over where nobody does', async () => {
    await pair.a.query(`delete from company where name = 'co4'`);
    await pair.quiet();
    expect(await orgs()).toEqual(['co1', 'co2', 'co3']);
    expect(await open()).toEqual([]);
  });

  it('is asked about where somebody does, and by itself no question any more when nobody does', async () => {
    await pair.a.query(`delete from company where name in ('co1', 'co2')`);
    await pair.quiet();
    expect(await orgs()).toEqual(['co1', 'co2', 'co3']);
    const question = {
      unit: '$life',
      kind: 'delete',
      reason: 'deleted in CRM while others point to it (1 of contacts)',
    };
    expect(await open()).toEqual([question, question]);
    await pair.b.query(`update person set org_id = null where mail = 'p1@x'`);
    await pair.a.query(`update contact set company_id = 3 where email = 'p2@x'`);
    await pair.quiet();
    expect(await open()).toEqual([]);
    expect(await orgs()).toEqual(['co3']);
  });

  it('takes those first that are deleted along', async () => {
    await pair.a.query(`delete from contact where email = 'p3@x'`);
    await pair.quiet();
    expect((await pair.b.query<{ email: string }>(WHO.b)).rows.map(({ email }) => email)).toEqual([
      'p1@x',
      'p2@x',
    ]);
    expect(
      await hub(`select count(*)::int as n from conflict c where unit = '$life' and title like 'p%'`),
    ).toEqual([{ n: 0 }]);
    expect(
      await hub("select 1 from reference_use u join link l on l.id = u.link_id where l.state <> 'live'"),
    ).toEqual([]);
  });

  it('is asked about where the deletion of who points to it is a question itself, and follows once that is answered', async () => {
    await pair.a.query(`insert into company (id, name) values (5, 'co5')`);
    await pair.a.query(`insert into contact (email, company_id) values ('p6@x', 5)`);
    await pair.quiet();
    await pair.stop();
    await pair.a.query(`delete from contact where email = 'p6@x'`);
    await pair.b.query(`update person set tel = 'new' where mail = 'p6@x'`);
    await pair.start();
    await pair.quiet();
    expect((await open()).map(({ kind }) => kind)).toEqual(['delete-vs-edit']);
    await pair.a.query(`delete from company where name = 'co5'`);
    await pair.quiet();
    expect((await open()).map(({ kind, reason }) => [kind, reason])).toEqual([
      ['delete', 'deleted in CRM while others point to it (1 of contacts)'],
      ['delete-vs-edit', expect.any(String)],
    ]);
    await pair.b.query(`delete from person where mail = 'p6@x'`);
    await pair.quiet();
    expect(await open()).toEqual([]);
    expect(await orgs()).toEqual(['co3']);
  });

  it('is asked about where records point to each other: none of them can go first, or go before it is known that the others do', async () => {
    await pair.a.query(`
      insert into contact (id, email) values (201, 'ring1@x'), (202, 'ring2@x'), (203, 'ring3@x'), (204, 'tail@x');
      update contact set boss_id = case id when 201 then 202 when 202 then 203 when 203 then 201 when 204 then 201 end where id > 200`);
    await pair.quiet();
    const there = async () => (await pair.b.query(`select from person where mail ~ 'ring|tail'`)).rowCount;
    expect(await there()).toBe(4);
    await pair.b.query(`update person set tel = 'new' where mail = 'ring1@x'`);
    await pair.a.query('delete from contact where id > 200');
    const one = 'deleted in CRM while others point to it (1 of contacts)';
    await until(
      async () => (await open()).map(({ reason }) => reason).sort(),
      (reasons) => reasons.join() === [one, one, 'deleted in CRM while the other side was edited'].join(),
      'questions about the three',
    );
    expect(await there()).toBe(3);
    await pair.b.query(`delete from person where mail ~ 'ring'`);
    await pair.quiet();
    expect(await open()).toEqual([]);
    expect(await hub('select link_id from push_due')).toEqual([]);
  });

  it('counts whoever points to one by a name that it had before: not linked yet, or with another id', async () => {
    const [org] = await hub(
      `select l.id, l.pipeline_id as pipeline, l.b_id from link l join pipeline p on p.id = l.pipeline_id where p.name = 'companies' and l.state = 'live'`,
    );
    const { id, pipeline, b_id } = org as { id: number; pipeline: number; b_id: string };
    const standing = async (): Promise<number> =>
      (await run(pair.hub.general, readReferrers, [pipeline, [id], []])).reduce(
        (n, row) => n + row.standing,
        0,
      );
    const pointBy = (target: string) =>
      pair.hub.general.query(
        `update reference_use set target = $1 where ctid = (select ctid from reference_use where target_id = $2 limit 1)`,
        [target, pipeline],
      );
    await pair.stop();
    await pair.hub.general.query('delete from reference_use where target_id = $1 and unit <> $2', [
      pipeline,
      'company',
    ]);
    await pointBy('rec_0');
    expect(await standing()).toBe(0);
    await pointBy(`B:${b_id}`);
    expect(await standing()).toBe(1);
    await pointBy('B:earlier');
    expect(await standing()).toBe(0);
    await pair.hub.general.query(
      `insert into link_alias (pipeline_id, side, ext_id, link_id) values ($1, 'B', 'earlier', $2)`,
      [pipeline, id],
    );
    expect(await standing()).toBe(1);
    // Its deletion waits: whoever stops pointing to it wakes it, by whichever name.
    await pair.hub.general.query(`update shadow set open = '{"$life": {}}' where link_id = $1`, [id]);
    for (const target of ['B:earlier', `B:${b_id}`, `rec_${String(id)}`]) {
      await pointBy(target);
      await pair.hub.general.query('delete from push_due');
      const gone = await hub(`delete from reference_use where target = '${target}' returning *`);
      expect(await hub('select link_id, woken from push_due')).toEqual([{ link_id: id, woken: true }]);
      await pair.hub.general.query(
        'insert into reference_use select * from jsonb_populate_recordset(null::reference_use, $1)',
        [JSON.stringify(gone)],
      );
    }
  });
});

describe('deleting records of two pipelines that point to each other', () => {
  it('is asked about, in whatever order they are looked at', async () => {
    const pair = await openCompanyContacts(
      {
        a: `insert into company (id, name, main_id) values (1, 'co1', 1), (2, 'co2', null); insert into contact (id, email, company_id) values (1, 'p1@x', 1)`,
        b: '',
      },
      {
        tables: {
          a: `create table company (id serial primary key, name text, main_id int);
              create table contact (id serial primary key, email text, phone text, company_id int, boss_id int);`,
          b: `create table org (id uuid primary key default gen_random_uuid(), label text, main uuid);
              create table person (id uuid primary key default gen_random_uuid(), mail text, tel text, org_id uuid, boss uuid);`,
        },
        companies: {
          fields: {
            ...COMPANIES.fields,
            main: { a: 'main_id', b: 'main', reference: 'contacts', policy: { strategy: 'review' } },
          },
        },
      },
    );
    try {
      await pair.start();
      await pair.quiet();
      const there = async () =>
        (
          await pair.b.query<{ name: string }>(
            'select label as name from org union select mail from person order by 1',
          )
        ).rows;
      expect(await there()).toEqual([{ name: 'co1' }, { name: 'co2' }, { name: 'p1@x' }]);
      await pair.a.query('delete from company where id = 1; delete from contact');
      const asked = async () =>
        (
          await pair.hub.general.query<{ reason: string }>(
            `select reason from conflict where state <> 'closed' order by reason`,
          )
        ).rows.map(({ reason }) => reason);
      await until(asked, (reasons) => reasons.length === 2, 'questions about both');
      expect(await asked()).toEqual([
        'deleted in CRM while others point to it (1 of companies)',
        'deleted in CRM while others point to it (1 of contacts)',
      ]);
      expect(await there()).toHaveLength(3);
      await pair.b.query(`delete from org where label = 'co1'`);
      await pair.quiet();
      expect(await asked()).toEqual([]);
      expect(await there()).toEqual([{ name: 'co2' }]);
    } finally {
      await pair.close();
    }
  }, 60_000);
});
