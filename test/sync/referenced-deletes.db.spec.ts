import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openCompanyContacts, TABLES, WHO } from '../support/company-contacts.js';
import { readReferrers } from '../../src/database/sql/references.js';
import { run } from '../../src/database/sql/statement.js';
import type { SyncPair } from '../support/sync-pair.js';

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
  });
});
