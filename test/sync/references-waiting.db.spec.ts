import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { COMPANIES, openCompanyContacts, TABLES, WHO } from '../support/company-contacts.js';
import type { SyncPair } from '../support/sync-pair.js';

/** Companies of A are never made on B: they are linked once B has them. */
const companies = {
  match: [...COMPANIES.match.slice(0, 1), { id: 'none', action: 'create', direction: 'bToA' } as const],
};
/** Written by the application, not followed by the databases: references stay where they are when a company goes. */
const tables = {
  a: TABLES.a.replace('company_id int references company', 'company_id int'),
  b: TABLES.b.replace('org_id uuid references org', 'org_id uuid'),
};
const rows = {
  a: `insert into company (id, name) values (1, 'one'), (2, 'two'), (3, 'three'); select setval('company_id_seq', 100);
      insert into contact (email, phone, company_id) values ('ann@x', '1', 1), ('bob@x', '1', 2), ('cid@x', '1', 2)`,
  b: `insert into org (label) values ('one'), ('four');
      insert into person (mail, tel, org_id) values ('bob@x', '1', null), ('cid@x', '1', (select id from org where label = 'four'))`,
};

describe('references to records that are not linked', () => {
  let pair: SyncPair;
  beforeAll(async () => {
    pair = await openCompanyContacts(rows, { companies, tables });
    await pair.start();
    await pair.quiet();
  }, 60_000);
  afterAll(() => pair.close());

  const whoIs = async (side: 'a' | 'b', email: string) =>
    (await pair[side].query<Record<string, string | null>>(WHO[side])).rows.find(
      (one) => one.email === email,
    );
  const hub = async (sql: string) => (await pair.hub.general.query<Record<string, unknown>>(sql)).rows;
  const waiting = () => hub('select unit, side, code from blocked_unit order by unit, side');
  const edits = () =>
    hub(
      `select count(*)::int as n from lineage, jsonb_each(units) u where kind = 'observed' and u.key = 'company' and u.value ->> 'k' in ('observed', 'forward')`,
    );

  it('wait alone: nothing else of the record does, and no other id takes their place', async () => {
    expect(await whoIs('b', 'ann@x')).toMatchObject({ company: 'one' });
    expect(await whoIs('b', 'bob@x')).toMatchObject({ company: null });
    expect(await whoIs('b', 'cid@x')).toMatchObject({ company: 'four' });
    await pair.a.query(`update contact set phone = '2', company_id = 3 where email = 'bob@x'`);
    await pair.a.query(`insert into contact (email, phone, company_id) values ('dan@x', '1', 3)`);
    await pair.quiet();
    expect(await whoIs('b', 'bob@x')).toMatchObject({ phone: '2', company: null });
    expect(await whoIs('b', 'dan@x')).toMatchObject({ phone: '1', company: null });
    expect(await hub(`select unit, kind from conflict where state <> 'closed'`)).toMatchObject([
      { unit: 'company', kind: 'value' },
    ]);
    expect(await waiting()).toEqual([
      { unit: 'company', side: 'B', code: 'waiting-for' },
      { unit: 'company', side: 'B', code: 'waiting-for' },
    ]);
  });

  it("are written as soon as the record is linked, which is nobody's edit", async () => {
    const before = await edits();
    await pair.b.query(`insert into org (label) values ('three')`);
    await pair.quiet();
    expect(await whoIs('b', 'bob@x')).toMatchObject({ company: 'three' });
    expect(await whoIs('b', 'dan@x')).toMatchObject({ company: 'three' });
    expect(await waiting()).toEqual([]);
    expect(await edits()).toEqual(before);
  });

  it('follow a record whose id changes, though nothing of them is written', async () => {
    const before = await edits();
    const [{ n }] = (await hub(`select count(*)::int as n from attempt_batch`)) as [{ n: number }];
    await pair.a.query(`update company set id = 33 where name = 'three'`);
    await pair.quiet();
    await pair.a.query(`update contact set company_id = 33 where company_id = 3`);
    await pair.quiet();
    expect(await hub(`select count(*)::int as n from attempt_batch`)).toEqual([{ n }]);
    expect(await edits()).toEqual(before);
    await pair.b.query(
      `update person set org_id = (select id from org where label = 'three') where mail = 'ann@x'`,
    );
    await pair.quiet();
    expect(await whoIs('a', 'ann@x')).toMatchObject({ company: 'three' });
  });

  it('are understood anew where a link is ended and another one made', async () => {
    const before = await edits();
    const [link] = (await hub(
      `select l.id, l.b_id from link l join pipeline p on p.id = l.pipeline_id where p.name = 'companies' and l.a_id = '33'`,
    )) as [{ id: number; b_id: string }];
    await pair.hub.general.query(`update link set state = 'unlinked' where id = $1`, [link.id]);
    await pair.quiet();
    // Each side goes on pointing where it does; it cannot be told any more whether that is the same.
    expect(await whoIs('b', 'dan@x')).toMatchObject({ company: 'three' });
    expect(await waiting()).toHaveLength(3);
    const four = (await pair.b.query<{ id: string }>(`select id from org where label = 'four'`)).rows[0]!.id;
    await pair.hub.general.query(
      `with moved as (update shadow set rev = rev + 1 from link l where l.id = link_id and l.b_id = $1 returning link_id)
      update link set state = 'unlinked' from moved where id = moved.link_id`,
      [four],
    );
    await pair.quiet();
    await pair.hub.general.query(
      `with l as (insert into link (pipeline_id, state, a_id, b_id) select id, 'live', '33', $1 from pipeline where name = 'companies' returning id, pipeline_id)
      insert into shadow (link_id, pipeline_id, clock, fields) select id, pipeline_id, 'H1|1.1', '{"name": "three"}' from l`,
      [four],
    );
    await pair.quiet();
    expect(await whoIs('b', 'dan@x')).toMatchObject({ company: 'four' });
    expect(await whoIs('b', 'bob@x')).toMatchObject({ company: 'four' });
    expect(await edits()).toEqual(before);
    // What Support had chosen itself waits: the record that it points to is nobody's in the CRM.
    expect(await whoIs('a', 'ann@x')).toMatchObject({ company: 'three' });
    expect(await waiting()).toEqual([{ unit: 'company', side: 'A', code: 'waiting-for' }]);
  });
});

describe('references that a side insists on', () => {
  let pair: SyncPair;
  beforeAll(async () => {
    pair = await openCompanyContacts(
      {
        a: `insert into company (id, name) values (1, 'one'); select setval('company_id_seq', 100); insert into contact (email, company_id) values ('ann@x', 1)`,
        b: '',
      },
      {
        companies,
        tables: { b: TABLES.b.replace('org_id uuid references', 'org_id uuid not null references') },
      },
    );
    await pair.start();
    await pair.quiet();
  }, 60_000);
  afterAll(() => pair.close());

  it('let the record wait, by the name of the column, until the other one is there', async () => {
    await pair.a.query(`insert into contact (email, company_id) values ('bob@x', 1)`);
    await pair.quiet();
    const unmatched = async () =>
      (
        await pair.hub.general.query<{ ext_id: string; detail: string }>(
          `select ext_id, reason, detail from unmatched where side = 'A' and ext_id in ('1', '2') and detail like '%org_id%' order by ext_id`,
        )
      ).rows;
    expect(await unmatched()).toMatchObject([
      {
        reason: 'not-created',
        detail: 'waits for record 1 of companies: org_id of Support cannot be left blank',
      },
      {
        reason: 'not-created',
        detail: 'waits for record 1 of companies: org_id of Support cannot be left blank',
      },
    ]);
    await pair.b.query(`insert into org (label) values ('one')`);
    await pair.quiet();
    expect((await pair.b.query(WHO.b)).rows).toMatchObject([
      { email: 'ann@x', company: 'one' },
      { email: 'bob@x', company: 'one' },
    ]);
    expect(await unmatched()).toEqual([]);
  });
});
