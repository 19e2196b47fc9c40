import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Clock } from '../../src/common/clock.js';
import { publicId } from '../../src/common/public-ids.js';
import { LinksService } from '../../src/review/links.service.js';
import { openCompanyContacts, TABLES, WHO } from '../support/company-contacts.js';
import type { SyncPair } from '../support/sync-pair.js';
import { actor } from '../support/tester.js';

describe('references to a record that a side has merged into another', () => {
  let pair: SyncPair;
  beforeAll(async () => {
    pair = await openCompanyContacts(
      {
        a: `insert into company (id, name) select i, 'co' || i from generate_series(1, 7) i; select setval('company_id_seq', 100);
            insert into contact (id, email, company_id) select i, 'p' || i || '@x', i from generate_series(1, 7) i; select setval('contact_id_seq', 100)`,
        b: '',
      },
      // The CRM is an application that merges on its own: it points elsewhere, or forgets to.
      { tables: { a: TABLES.a.replace('company_id int references company', 'company_id int') } },
    );
    await pair.start();
    await pair.quiet();
  }, 60_000);
  afterAll(() => pair.close());

  const companyOf = async (side: 'a' | 'b', email: string) =>
    (await pair[side].query<{ email: string; company: string | null }>(WHO[side])).rows.find(
      (one) => one.email === email,
    )?.company;
  const blocked = async () =>
    (await pair.hub.general.query('select unit, side, code from blocked_unit order by link_id')).rows;
  const labels = async () =>
    (await pair.b.query<{ label: string }>('select label from org order by 1')).rows.map(
      ({ label }) => label,
    );
  /** The CRM merges one company into another, somebody says so, and then the CRM is read. */
  const merge = async (loser: string, winner: string, sql: string) => {
    const { rows } = await pair.hub.general.query<{ id: number }>(
      `select l.id from link l join pipeline p on p.id = l.pipeline_id where p.name = 'companies' and l.a_id = $1 and l.state = 'live'`,
      [loser],
    );
    await pair.stop();
    await pair.a.query(sql);
    const links = new LinksService(pair.hub, new Clock());
    const told = await links.merged(publicId.record(rows[0]!.id), { side: 'A', into: winner }, actor('Olga'));
    await pair.start();
    await pair.quiet();
    return told.outcome;
  };

  it('follow where that side points to the other one now', async () => {
    const sql = 'update contact set company_id = 2 where company_id = 1; delete from company where id = 1';
    expect(await merge('1', '2', sql)).toBe('detached');
    expect([await companyOf('a', 'p1@x'), await companyOf('b', 'p1@x')]).toEqual(['co2', 'co2']);
    expect(await labels()).toContain('co1');
    expect(await blocked()).toEqual([]);
  });

  it('follow by the old id where that side has left them as they are', async () => {
    expect(await merge('3', '2', 'delete from company where id = 3')).toBe('detached');
    expect(await companyOf('b', 'p3@x')).toBe('co2');
    expect(await blocked()).toEqual([]);
    await pair.a.query(`update contact set company_id = 4 where email = 'p3@x'`);
    await pair.quiet();
    expect(await companyOf('b', 'p3@x')).toBe('co4');
  });

  it('wait, by name, where the other side had chosen the record that is not linked any more', async () => {
    await pair.b.query(
      `update person set org_id = (select id from org where label = 'co5') where mail = 'p6@x'`,
    );
    await pair.quiet();
    expect(await companyOf('a', 'p6@x')).toBe('co5');
    expect(await merge('5', '2', 'delete from company where id = 5')).toBe('detached');
    // Nobody has said that Support means another company.
    expect(await companyOf('b', 'p6@x')).toBe('co5');
    expect(await blocked()).toEqual([{ unit: 'company', side: 'A', code: 'waiting-for' }]);
    await pair.b.query(
      `update person set org_id = (select id from org where label = 'co4') where mail = 'p6@x'`,
    );
    await pair.quiet();
    expect(await companyOf('a', 'p6@x')).toBe('co4');
    expect(await blocked()).toEqual([]);
  });

  it('go on pointing to the link that went over to a record that had none', async () => {
    const sql = `insert into company (id, name) values (70, 'co70'); update contact set company_id = 70 where company_id = 7; delete from company where id = 7`;
    expect(await merge('7', '70', sql)).toBe('moved');
    expect([await companyOf('a', 'p7@x'), await companyOf('b', 'p7@x')]).toEqual(['co70', 'co70']);
    expect(await labels()).toEqual(['co1', 'co2', 'co3', 'co4', 'co5', 'co6', 'co70']);
    const { rows } = await pair.hub.general.query(`select unit, kind from conflict where state <> 'closed'`);
    expect(rows).toEqual([]);
    expect(await blocked()).toEqual([]);
  });
});
