import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { COMPANIES, CONTACTS, TABLES, WHO } from '../support/company-contacts.js';
import { MixedPair } from '../support/mixed-pair.js';

const B = `
  create table org (id int primary key auto_increment, label varchar(80)) auto_increment = 501;
  create table person (id int primary key auto_increment, mail varchar(80), tel varchar(40), org_id int, boss int,
    foreign key (org_id) references org (id), foreign key (boss) references person (id)) auto_increment = 901;
  insert into org (label) values ('two'), ('three');
  insert into person (mail, org_id) values ('bob@x', 501), ('cid@x', 502);`;
const inB = (object: string) => ({ ref: 'b', object });

describe('references between PostgreSQL and MariaDB', () => {
  let pair: MixedPair;
  beforeAll(async () => {
    pair = await MixedPair.open(
      {
        a: `${TABLES.a} insert into company (name) values ('one'), ('two');
            insert into contact (email, company_id) values ('ann@x', 1), ('bob@x', 2); update contact set boss_id = 1 where email = 'bob@x'`,
        b: B,
      },
      { ...CONTACTS, connections: { ...CONTACTS.connections, b: inB('person') } },
      [{ ...COMPANIES, connections: { ...COMPANIES.connections, b: inB('org') } }],
    );
    await pair.start();
    await pair.quiet();
  }, 60_000);
  afterAll(() => pair.close());

  const inPostgres = async () => (await pair.a.query<Record<string, string | null>>(WHO.a)).rows;

  it('are carried over by the first load and by edits of either side', async () => {
    expect(await pair.rowsOfB(WHO.b)).toMatchObject([
      { email: 'ann@x', company: 'one', boss: null },
      { email: 'bob@x', company: 'two', boss: 'ann@x' },
      { email: 'cid@x', company: 'three', boss: null },
    ]);
    await pair.a.query(
      `with c as (insert into company (name) values ('four') returning id) update contact set company_id = c.id from c where email = 'ann@x'`,
    );
    await pair.b.query(
      `update person set org_id = (select id from org where label = 'one') where mail = 'cid@x'; insert into person (mail, org_id, boss) select 'dan@x', org_id, id from person where mail = 'bob@x'`,
    );
    await pair.quiet();
    expect(await pair.rowsOfB(WHO.b)).toEqual(await inPostgres());
    expect(await inPostgres()).toMatchObject([
      { email: 'ann@x', company: 'four', boss: null },
      { email: 'bob@x', company: 'two', boss: 'ann@x' },
      { email: 'cid@x', company: 'one', boss: null },
      { email: 'dan@x', company: 'two', boss: 'bob@x' },
    ]);
  });
});
