import 'reflect-metadata';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Clock } from '../../src/common/clock.js';
import { UNSEEN } from '../../src/common/veil.js';
import { RevisionPlans } from '../../src/database/revision-plans.js';
import { Veils } from '../../src/database/veils.js';
import { RecordsService } from '../../src/lineage/records.service.js';
import { WhyService } from '../../src/lineage/why.service.js';
import { openCompanyContacts, TABLES, WHO } from '../support/company-contacts.js';
import type { SyncPair } from '../support/sync-pair.js';
import { until } from '../support/until.js';

/** Whoever has refused something because of what it points to: nothing of this test tries it again by hand. */
describe('references that a side refuses because the record that they point to is not there', () => {
  let pair: SyncPair;
  beforeAll(async () => {
    pair = await openCompanyContacts(
      {
        a: `insert into company (name) select 'co' || i from generate_series(1, 4) i;
            insert into contact (email, company_id) select 'p' || i || '@x', 4 from generate_series(1, 3) i`,
        b: '',
      },
      // The CRM lets go of whom it deletes.
      { tables: { a: TABLES.a.replace('company_id int references company', 'company_id int') } },
    );
    await pair.start();
    await pair.quiet();
  }, 60_000);
  afterAll(() => pair.close());

  const hub = async (sql: string) => (await pair.hub.general.query<Record<string, unknown>>(sql)).rows;
  const blocked = () => hub('select unit, side, code from blocked_unit order by unit, side');
  const companyOf = async (email: string) =>
    (await pair.b.query<{ email: string; company: string | null }>(WHO.b)).rows.find(
      (one) => one.email === email,
    )?.company;
  /** Deletes a company in Support without its log telling, as with its triggers disabled. @returns its id there */
  const loseUnseen = async (label: string): Promise<string> => {
    const [org] = (await pair.b.query<{ id: string }>('select id from org where label = $1', [label])).rows;
    await pair.b.query(
      `alter table org disable trigger all; delete from org where label = '${label}'; alter table org enable trigger all`,
    );
    return org!.id;
  };
  const bringBack = async (id: string, label: string): Promise<void> => {
    await pair.b.query('insert into org (id, label) values ($1, $2)', [id, label]);
    await pair.quiet();
  };
  const code = (unit: string) => [{ unit, side: 'B', code: 'reference-missing' }];
  const refused = (unit: string) =>
    until(blocked, (rows) => isDeepStrictEqual(rows, code(unit)), `${unit} to be refused`);
  /**
   * What the side refuses while a pipeline has not read yet why: it is busy with a transaction that cannot end, begun by `busy`.
   */
  const meanwhile = async (name: string, busy: string, deed: () => Promise<void>): Promise<void> => {
    const holder = await pair.hub.general.connect();
    await holder.query(
      `begin; select from side_state where pipeline_id = (select id from pipeline where name = '${name}') for update`,
    );
    await pair.a.query(busy);
    await until(
      () => hub('select pid from pg_stat_activity where cardinality(pg_blocking_pids(pid)) > 0'),
      (waiting) => waiting.length > 0,
      'a transaction that cannot end',
    );
    try {
      await deed();
    } finally {
      await holder.query('commit');
      holder.release();
    }
    await pair.quiet();
  };

  it('are written when it is there again', async () => {
    const id = await loseUnseen('co1');
    await pair.a.query(`update contact set company_id = 1 where email = 'p1@x'`);
    await pair.quiet();
    expect(await blocked()).toEqual(code('company'));
    await bringBack(id, 'co1');
    expect(await companyOf('p1@x')).toBe('co1');
    expect(await blocked()).toEqual([]);
  });

  it('do not stop what points to it from being made afterwards', async () => {
    const id = await loseUnseen('co2');
    await pair.a.query(`insert into contact (email, company_id) values ('new@x', 2)`);
    await pair.quiet();
    expect(await blocked()).toEqual(code('$life'));
    expect(await companyOf('new@x')).toBeUndefined();
    await bringBack(id, 'co2');
    expect(await companyOf('new@x')).toBe('co2');
    expect(await blocked()).toEqual([]);
  });

  it('wait by name as soon as it is known that it was deleted, and go on when it comes back', async () => {
    const [{ id }] = (await pair.b.query<{ id: string }>(`select id from org where label = 'co3'`)).rows as [
      { id: string },
    ];
    await meanwhile('companies', `update company set name = 'co1!' where id = 1`, async () => {
      await pair.b.query('delete from org where id = $1', [id]);
      await pair.a.query(`update contact set company_id = 3 where email = 'p2@x'`);
      await refused('company');
    });
    expect(await blocked()).toEqual([{ unit: 'company', side: 'B', code: 'waiting-for' }]);
    const [{ link_id }] = (await hub('select link_id from blocked_unit')) as [{ link_id: number }];
    const plans = new RevisionPlans(pair.hub);
    const veils = new Veils(pair.hub, new Clock(), plans);
    const records = new RecordsService(pair.hub, plans, new Clock(), veils);
    const whys = new WhyService(pair.hub, plans, records, veils);
    const { reasons, targets } = await whys.why(`rec_${String(link_id)}`, null, UNSEEN);
    expect(targets).toMatchObject([{ title: 'co3', pipeline: 'companies' }]);
    expect(reasons.find(({ field }) => field === 'company')?.detail).toContain(
      `“co3” (${targets[0]?.id ?? ''})`,
    );
    await bringBack(id, 'co3');
    expect(await companyOf('p2@x')).toBe('co3');
    expect(await blocked()).toEqual([]);
  });

  it('are tried once more, not for ever, where it is still not there', async () => {
    const attempts = () => hub(`select count(*)::int as n from attempt_batch`);
    const id = await loseUnseen('co1!');

    await pair.a.query(`update contact set company_id = 1 where email = 'p3@x'`);
    await pair.quiet();
    const [before] = await attempts();
    await hub(
      `select wake_referrers(id, array(select target from reference_use)) from pipeline where name = 'companies'`,
    );
    await pair.quiet();
    expect(await attempts()).toEqual([{ n: (before?.n as number) + 1 }]);
    await bringBack(id, 'co1!');
    expect(await companyOf('p3@x')).toBe('co1!');
  });

  it('let the deletion of a record go on once nobody points to it, where the side had refused it', async () => {
    await meanwhile('contacts', `update contact set phone = '1' where email = 'p1@x'`, async () => {
      await pair.b.query(
        `update person set org_id = (select id from org where label = 'co4') where mail = 'p1@x'`,
      );
      await pair.a.query('delete from company where id = 4');
      await refused('$life');
    });
    expect((await pair.b.query(`select from org where label = 'co4'`)).rowCount).toBe(1);
    await pair.b.query(`update person set org_id = null where mail = 'p1@x'`);
    await pair.quiet();
    expect((await pair.b.query(`select from org where label = 'co4'`)).rowCount).toBe(0);
    expect(await blocked()).toEqual([]);
  });
});
