import 'reflect-metadata';
import { UNSEEN } from '../../src/common/veil.js';
import { Veils } from '../../src/database/veils.js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Grant } from '../../src/common/permissions.js';
import { Clock } from '../../src/common/clock.js';
import { RevisionPlans } from '../../src/database/revision-plans.js';
import { ExplanationService } from '../../src/lineage/explanation.service.js';
import { LineageService } from '../../src/lineage/lineage.service.js';
import { RecordsService } from '../../src/lineage/records.service.js';
import { ConflictsService } from '../../src/review/conflicts.service.js';
import { DecideRecordService } from '../../src/review/decide-record.service.js';
import { DecideService } from '../../src/review/decide.service.js';
import { ReviewRules } from '../../src/review/queue/review-rules.js';
import { mustBeLinked } from '../../src/review/typed-reference.js';
import { openCompanyContacts, WHO } from '../support/company-contacts.js';
import type { SyncPair } from '../support/sync-pair.js';
import { actor, callerWith } from '../support/tester.js';
import { auditTrail } from '../access/audit-trail.js';

/** Ids that are nobody's on the other side: taking one for the other's would show. */
const rows = {
  a: `insert into company (id, name) select i, 'co' || i from generate_series(101, 104) i; select setval('company_id_seq', 200);
      insert into contact (id, email, phone, company_id) select i, 'p' || i || '@x', '1', 100 + i from generate_series(1, 3) i; select setval('contact_id_seq', 300);
      update contact set boss_id = 1 where id in (2, 3); update contact set boss_id = 3 where id = 1;`,
  b: `insert into org (label) select 'co' || i from generate_series(103, 106) i;
      insert into person (mail, tel, org_id) select 'p' || i || '@x', '1', (select id from org where label = 'co' || (100 + i)) from generate_series(3, 5) i;`,
};

describe('references between two pipelines', () => {
  let pair: SyncPair;
  beforeAll(async () => {
    pair = await openCompanyContacts(rows);
    await pair.start();
    await pair.quiet();
  }, 60_000);
  afterAll(() => pair.close());

  const who = async (side: 'a' | 'b') =>
    (
      await pair[side].query<{ email: string; phone: string; company: string | null; boss: string | null }>(
        WHO[side],
      )
    ).rows;
  const whoIs = async (side: 'a' | 'b', email: string) =>
    (await who(side)).find((one) => one.email === email);
  const hub = async (sql: string) => (await pair.hub.general.query<Record<string, unknown>>(sql)).rows;
  const open = () => hub(`select unit, kind, reason from conflict where state <> 'closed' order by unit`);
  const waiting = () => hub('select unit, side, code from blocked_unit order by unit, side');

  it('are carried over by the first load, cycles within a pipeline included', async () => {
    expect(await who('a')).toEqual(await who('b'));
    expect(await who('a')).toEqual([
      { email: 'p1@x', phone: '1', company: 'co101', boss: 'p3@x' },
      { email: 'p2@x', phone: '1', company: 'co102', boss: 'p1@x' },
      { email: 'p3@x', phone: '1', company: 'co103', boss: 'p1@x' },
      { email: 'p4@x', phone: '1', company: 'co104', boss: null },
      { email: 'p5@x', phone: '1', company: 'co105', boss: null },
    ]);
    expect(await open()).toEqual([]);
    expect(await waiting()).toEqual([]);
  });

  it('are shown with the name and the ids of what they point to, as far as that may be seen', async () => {
    const plans = new RevisionPlans(pair.hub);
    const veils = new Veils(pair.hub, new Clock(), plans);
    const records = new RecordsService(pair.hub, plans, new Clock(), veils);
    const wanted = { pipeline: 'contacts', side: 'A', externalId: '1' } as const;
    const { fields, targets } = await records.lookup(wanted, null, UNSEEN);
    const company = fields.find(({ field }) => field === 'company');
    expect(company).toMatchObject({
      value: expect.stringMatching(/^rec_\d+$/),
      A: { raw: '101' },
      state: 'in-sync',
    });
    const ids = { A: '101', B: company?.B?.raw };
    expect(targets).toContainEqual({ id: company?.value, pipeline: 'companies', title: 'co101', ids });
    expect(targets).toHaveLength(2);
    expect((await records.lookup(wanted, ['contacts'], UNSEEN)).targets).toMatchObject([{ title: 'p3@x' }]);
  });

  it('are explained by name, to whoever may see it', async () => {
    const plans = new RevisionPlans(pair.hub);
    const veils = new Veils(pair.hub, new Clock(), plans);
    const wanted = { pipeline: 'contacts', side: 'A', externalId: '1' } as const;
    const { id } = await new RecordsService(pair.hub, plans, new Clock(), veils).lookup(wanted, null, UNSEEN);
    const explain = (visible: readonly string[] | null) =>
      new ExplanationService(pair.hub, plans, veils).explain(id, 'company', visible, UNSEEN);
    const told = await explain(null);
    expect(told.sentence).toMatch(/^“co101” stands since /);
    expect(told.targets).toMatchObject([{ id: told.value, pipeline: 'companies', title: 'co101' }]);
    const covered = await explain(['contacts']);
    expect(covered.sentence).toMatch(/^“rec_\d+” stands since /);
    expect(covered.targets).toEqual([]);
  });

  it('can be decided to be a linked record, or none', async () => {
    const [{ id, link }] = (await hub(
      `select p.id, (select l.id from link l where l.pipeline_id = p.id limit 1) as link from pipeline p where name = 'companies'`,
    )) as [{ id: number; link: number }];
    const unit = (await new RevisionPlans(pair.hub).planOf(id)).units[0]!;
    const check = (value: string | null) => mustBeLinked(pair.hub.general, unit, 'companies', value);
    await expect(check(`rec_${String(link)}`)).resolves.toBeUndefined();
    await expect(check(null)).resolves.toBeUndefined();
    for (const wrong of ['rec_999999', 'A:101', '101'])
      await expect(check(wrong)).rejects.toMatchObject({ code: 'invalid' });
  });

  it('are carried over as the id of the other side, from either side', async () => {
    await pair.a.query(`update contact set company_id = 104 where email = 'p1@x'`);
    await pair.b.query(
      `update person set org_id = (select id from org where label = 'co106') where mail = 'p2@x'`,
    );
    await pair.b.query(`update person set boss = null where mail = 'p2@x'`);
    await pair.quiet();
    expect(await whoIs('b', 'p1@x')).toMatchObject({ company: 'co104', boss: 'p3@x' });
    expect(await whoIs('a', 'p2@x')).toMatchObject({ company: 'co106', boss: null });
    expect(await who('a')).toEqual(await who('b'));
  });

  it('agree where both sides chose the same record at the same time, and are asked about where not', async () => {
    await pair.stop();
    await pair.a.query(
      `update contact set company_id = (select id from company where name = 'co105') where email in ('p3@x', 'p4@x')`,
    );
    await pair.b.query(
      `update person set org_id = (select id from org where label = 'co105') where mail = 'p3@x'`,
    );
    await pair.b.query(
      `update person set org_id = (select id from org where label = 'co106') where mail = 'p4@x'`,
    );
    await pair.start();
    await pair.quiet();
    expect(await open()).toMatchObject([{ unit: 'company', kind: 'value' }]);
    const plans = new RevisionPlans(pair.hub);
    const veils = new Veils(pair.hub, new Clock(), plans);
    const conflicts = new ConflictsService(pair.hub, plans, new ReviewRules(pair.hub), new Clock(), veils);
    const titles = (targets: readonly { title: string }[]) => targets.map(({ title }) => title).sort();
    const viewer = { me: '00000000-0000-0000-0000-000000000000', visible: null, named: null, sight: UNSEEN };
    const {
      items: [item],
    } = await conflicts.list({ limit: 5 }, viewer);
    const asked = await conflicts.get(item?.id ?? '', viewer);
    expect(titles(item?.targets ?? [])).toEqual(['co104', 'co105', 'co106']);
    expect(titles(asked.targets)).toEqual(['co104', 'co105', 'co106']);
    expect((await conflicts.get(asked.id, { named: ['contacts'], sight: UNSEEN })).targets).toEqual([]);
    expect((await conflicts.list({ limit: 5 }, { ...viewer, named: [] })).items[0]?.targets).toEqual([]);
    const late = { accepted: ['"as it was"'], by: actor('Olga'), idempotencyKey: undefined };
    const tooLate = await new DecideService(pair.hub, plans, new Clock(), conflicts, veils)
      .decide({ ...late, conflict: asked.id, input: { take: 'a' } })
      .catch((error: unknown) => error);
    expect(titles((await conflicts.nameStale(tooLate, null))?.targets ?? [])).toEqual(titles(asked.targets));
    const decisions = [{ conflict: asked.id, etag: '"as it was"', take: 'a' as const }];
    const allTooLate = await new DecideRecordService(pair.hub, plans, new Clock(), conflicts, veils)
      .decide({ ...late, record: asked.record ?? '', input: { decisions } })
      .catch((error: unknown) => error);
    await conflicts.nameStale(allTooLate, null);
    expect(allTooLate).toMatchObject({ details: { current: [{ targets: asked.targets }] } });
    await conflicts.nameStale(allTooLate, ['contacts']);
    expect(allTooLate).toMatchObject({ details: { current: [{ targets: [] }] } });
    const lineage = new LineageService(pair.hub, plans, veils);
    const history = (visible: readonly string[] | null) =>
      lineage.list(asked.record ?? '', { field: 'company', limit: 50 }, visible, UNSEEN);
    expect(titles((await history(null)).targets)).toEqual(['co104', 'co105', 'co106']);
    expect((await history(['contacts'])).targets).toEqual([]);
    expect(await whoIs('b', 'p4@x')).toMatchObject({ company: 'co106' });
    await pair.a.query(
      `update contact set company_id = (select id from company where name = 'co106') where email = 'p4@x'`,
    );
    await pair.quiet();
    expect(await open()).toEqual([]);
    expect(await who('a')).toEqual(await who('b'));
  });

  it('go with the records that they point to when all are made at once', async () => {
    await pair.a
      .query(`with c as (insert into company (name) values ('new') returning id), boss as (insert into contact (email, company_id) select 'boss@x', id from c returning id)
      insert into contact (email, company_id, boss_id) select 'staff@x', c.id, boss.id from c, boss`);
    await pair.b.query(
      `insert into person (id, mail, boss) values ('00000000-0000-0000-0000-000000000001', 'self@x', '00000000-0000-0000-0000-000000000001')`,
    );
    await pair.quiet();
    expect(await whoIs('b', 'staff@x')).toMatchObject({ company: 'new', boss: 'boss@x' });
    expect(await whoIs('a', 'self@x')).toMatchObject({ boss: 'self@x' });
    expect(await who('a')).toEqual(await who('b'));
    expect(await waiting()).toEqual([]);
  });

  it('are named to those alone who may see the names, where these are personal data, and each is noted', async () => {
    // Nothing with a telling name holds text but a reference: what names a contact is its address.
    await hub(`update pipeline_revision r set spec = jsonb_set(spec, case p.name when 'contacts' then '{spec,fields,email,pii}' else '{spec,fields,name,pii}' end::text[], 'true')
               from pipeline p where p.id = r.pipeline_id`);
    const plans = new RevisionPlans(pair.hub);
    const veils = new Veils(pair.hub, new Clock(), plans);
    const records = new RecordsService(pair.hub, plans, new Clock(), veils);
    const wanted = { pipeline: 'contacts', side: 'A', externalId: '1' } as const;
    const shown = async (...pipelines: string[]) => {
      const caller = callerWith(pipelines.map((pipeline): Grant => ({ role: 'steward', pipeline })));
      const before = (await auditTrail(pair.hub)).length;
      const { title, targets } = await records.lookup(wanted, null, { caller, asked: pipelines.length > 0 });
      const trail = await auditTrail(pair.hub);
      return {
        title,
        targets: targets.map((target) => target.title).sort(),
        noted: trail.slice(0, trail.length - before).map(({ pipeline, detail }) => [pipeline, detail]),
      };
    };
    expect(await shown()).toEqual({ title: '1', targets: ['104', '3'], noted: [] });
    const ofContacts = ['contacts', { units: ['email', 'title'] }];
    expect(await shown('contacts')).toEqual({ title: 'p1@x', targets: ['104', 'p3@x'], noted: [ofContacts] });
    expect(await shown('contacts', 'companies')).toEqual({
      title: 'p1@x',
      targets: ['co104', 'p3@x'],
      noted: [['companies', { units: ['title'] }], ofContacts],
    });
  });
});
