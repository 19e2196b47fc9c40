import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pause } from '../../src/database/sql/pause.js';
import { atOnce, openHub, type Hub } from './hub.js';

const steward = [{ role: 'steward', pipeline: '*' }] as const;
const engineer = [{ role: 'engineer', pipeline: '*' }] as const;
/** Gathered mails are gathered for as long as usual; the rest is told at once. */
const nobody = { MAIL_TO: '' };

describe('what people are told', () => {
  let hub: Hub;
  beforeAll(async () => {
    hub = await openHub();
  });
  beforeEach(async () => {
    await hub.empty();
    await hub.addPipeline('companies');
    await hub.addPipeline('people');
  });
  afterAll(() => hub.close());

  const tell = () => hub.teller(nobody).tell(atOnce);
  const told = async () =>
    (await hub.outbox())
      .map(({ recipient, subject }) => `${recipient.split('@')[0] ?? ''}: ${subject}`)
      .sort();

  it('is by their roles until they choose, and only about pipelines that they may see', async () => {
    await hub.addPerson('sue@example.com', [
      { role: 'steward', pipeline: 'companies' },
      { role: 'viewer', pipeline: 'people' },
    ]);
    await hub.addPerson('vera@example.com', [{ role: 'viewer', pipeline: '*' }]);
    await hub.addPerson('eve@example.com', engineer);
    await hub.addPerson('all@example.com', [{ role: 'viewer', pipeline: 'companies' }], {
      modes: { conflicts: 'instant', pipelines: 'instant' },
    });
    await hub.addConflict({ title: 'Nokia' });
    await hub.addConflict({ pipeline: 'people', title: 'Ann' });
    await pause(hub.pools.general, { name: 'people', side: null, by: 'Dana', reason: 'moving' });
    await tell();
    expect(await told()).toEqual([
      'all: Conflict: Nokia: name',
      'eve: Pipeline people: something was stopped',
      'sue: Conflict: Nokia: name',
    ]);
  });

  it('is nothing of what they have done themselves, or was put right before they were told', async () => {
    await hub.addPerson('eve@example.com', engineer);
    await hub.addPerson('dan@example.com', engineer);
    await hub.addPerson('late@example.com', engineer, { modes: { pipelines: 'digest' } });
    await pause(hub.pools.general, { name: 'people', side: 'A', by: 'eve', reason: 'moving' });
    await hub.teller(nobody).tell();
    expect(await told()).toEqual(['dan: Pipeline people: something was stopped']);
    await hub.pools.general.query('update side_state set paused_at = null');
    await hub.pools.general.query(`update notice set at = now() - interval '1 day'`);
    await hub.teller(nobody).tell();
    expect(await told()).toHaveLength(1);
  });

  it('is gathered for a while and folded into one mail, and never comes where it is off', async () => {
    await hub.addPerson('sue@example.com', steward, { modes: { pipelines: 'digest', daily: 'off' } });
    await hub.addPerson('off@example.com', steward, {
      modes: { conflicts: 'off', pipelines: 'off', daily: 'off' },
    });
    for (let i = 0; i < 12; i++) await hub.addConflict({ title: `Company ${i}` });
    await pause(hub.pools.general, { name: 'people', side: null, by: 'Dana', reason: 'moving' });
    expect(await hub.teller(nobody).tell()).toBe(0);
    await hub.pools.general.query(
      `with n as (update notice set at = at - interval '1 hour'), m as (update mail_mark set upto = upto - interval '1 hour')
       update conflict set notified_at = notified_at - interval '59 minutes'`,
    );
    expect(await hub.teller(nobody).tell()).toBe(1);
    const [mail] = await hub.outbox();
    expect(mail?.recipient).toBe('sue@example.com');
    expect(mail?.subject).toBe('12 new conflicts in companies, people: 1 thing was stopped');
    expect(mail?.text).toContain('and 2 more');
    expect(mail?.html).toContain('people is paused');
    expect(await hub.teller(nobody).tell(atOnce)).toBe(0);
  });

  it('waits while they want quiet, and then comes as one mail', async () => {
    const sue = await hub.addPerson('sue@example.com', steward, { quiet: ['00:00', '23:59'] });
    await hub.pools.general.query(`update notify_preference set quiet_to = '24:00'`);
    await hub.addConflict({ title: 'One' });
    expect(await tell()).toBe(0);
    await hub.addConflict({ title: 'Two' });
    expect(await tell()).toBe(0);
    await hub.pools.general.query(`update notify_preference set quiet_from = null where person_id = $1`, [
      sue,
    ]);
    expect(await tell()).toBe(1);
    expect(await told()).toEqual(['sue: 2 new conflicts in companies']);
  });

  it('starts with what comes after they have come, and goes to a mailbox of MAIL_TO that is theirs only as they wish', async () => {
    await hub.addPerson('sue@example.com', steward, { modes: { conflicts: 'off' } });
    await hub.addConflict({ title: 'Early' });
    const teller = hub.teller({ MAIL_TO: 'Sue <SUE@example.com>, team@example.com' });
    await teller.tell(atOnce);
    expect(await told()).toEqual(['team: Conflict: Early: name']);
    await hub.addPerson('new@example.com', steward);
    await hub.addConflict({ title: 'Late' });
    await teller.tell(atOnce);
    expect(await told()).toEqual([
      'new: Conflict: Late: name',
      'team: Conflict: Early: name',
      'team: Conflict: Late: name',
    ]);
  });

  it('says once a day how things stand, in the hour and zone of the reader, and nothing when there is nothing', async () => {
    const sue = await hub.addPerson('sue@example.com', steward, {
      dailyAt: '00:00',
      modes: { conflicts: 'off' },
    });
    await hub.addConflict();
    expect(await tell()).toBe(0);
    const yesterday = () =>
      hub.pools.general.query(
        `update mail_mark set upto = upto - interval '1 day', mailed_at = null where recipient = $1 and kind = 'daily'`,
        [sue],
      );
    await yesterday();
    expect(await tell()).toBe(1);
    expect(await tell()).toBe(0);
    const [mail] = await hub.outbox();
    expect(mail?.subject).toBe('Today: 1 conflict waits');
    expect(mail?.text).toContain('companies: 1 open\n  within a day 1 opened, 0 closed');
    await hub.pools.general.query('delete from conflict');
    await hub.pools.general.query('update mail_mark set mailed_at = null');
    await yesterday();
    expect(await tell()).toBe(0);
  });

  it('does not fill an outbox that is not emptied: it waits, and is folded', async () => {
    await hub.addConflict({ title: 'One' });
    const teller = hub.teller();
    expect(await teller.tell({ ...atOnce, mostWaiting: 1 })).toBe(1);
    for (const title of ['Two', 'Three']) {
      await hub.addConflict({ title });
      expect(await teller.tell({ ...atOnce, mostWaiting: 1 })).toBe(0);
    }
    await hub.pools.general.query('update mail_outbox set sent_at = now()');
    expect(await teller.tell({ ...atOnce, mostWaiting: 1 })).toBe(1);
    expect((await hub.outbox()).at(-1)?.subject).toBe('2 new conflicts in companies');
  });

  it('has links that answer it for whoever may decide, and a way to end such mails', async () => {
    const sue = await hub.addPerson('sue@example.com', steward);
    await hub.addPerson('vera@example.com', [{ role: 'viewer', pipeline: '*' }], {
      modes: { conflicts: 'instant' },
    });
    const id = await hub.addConflict({ title: 'Nokia' });
    await tell();
    const [mine, hers] = await hub.outbox();
    const links = [...mine!.text.matchAll(/https:\/\/\S+\/answer#\S+/g)].map(([link]) => link);
    expect(links).toHaveLength(2);
    expect(links[0]).toContain(`https://accord.example.com/conflicts/cf_${id}/answer#`);
    expect(hers!.text).not.toContain('/answer#');
    const { rows } = await hub.pools.general.query('select person_id, conflict_rev, shown from answer_link');
    expect(rows).toEqual([
      {
        person_id: sue,
        conflict_rev: 1,
        shown: [
          { key: 'a', label: 'CRM', value: 'Nokia Oyj' },
          { key: 'b', label: 'Support', value: 'Nokia Corp' },
        ],
      },
    ]);
    expect(mine?.headers['List-Unsubscribe']).toMatch(
      /^<https:\/\/accord\.example\.com\/api\/v1\/unsubscribe\/\S+>$/,
    );
    expect(mine?.headers['List-Unsubscribe-Post']).toBe('List-Unsubscribe=One-Click');
    expect(mine?.html).toContain('https://accord.example.com/settings/notifications');
  });

  it('does not name a record whose name is personal data', async () => {
    await hub.addPipeline('leads', {
      fields: { name: { a: 'n', b: 'n', pii: true }, size: { a: 's', b: 's' } },
    });
    await hub.addConflict({ pipeline: 'leads', unit: 'size', title: 'Ann Lee', a: '1', b: '2' });
    await hub.teller().tell(atOnce);
    const [mail] = await hub.outbox();
    expect(mail?.subject).toMatch(/^Conflict: rec_\d+: size$/);
    expect(mail!.html + mail!.text).not.toContain('Ann Lee');
  });
});
