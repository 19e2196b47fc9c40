import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { uuidv7 } from '../../src/common/ids.js';
import { auditTrail } from '../access/audit-trail.js';
import { atOnce, openHub, type Hub } from './hub.js';

const steward = [{ role: 'steward', pipeline: '*' }] as const;
const instant = { assigned: 'instant', comments: 'instant', conflicts: 'off', daily: 'off' };

describe('the mail about work in the queue', () => {
  let hub: Hub;
  let sue: string;
  let ben: string;
  beforeAll(async () => {
    hub = await openHub();
  });
  beforeEach(async () => {
    await hub.empty();
    await hub.addPipeline('companies');
    sue = await hub.addPerson('sue@example.com', steward, { modes: instant });
    ben = await hub.addPerson('ben@example.com', steward, { modes: instant });
    await hub.addPerson('eve@example.com', [{ role: 'engineer', pipeline: 'companies' }]);
    await tell();
  });
  afterAll(() => hub.close());

  const tell = () => hub.teller({ MAIL_TO: '' }).tell(atOnce);
  const note = (item: string, kind: string, more: { by?: string; about?: string; text?: string } = {}) =>
    hub.pools.general.query(
      `insert into review_note (id, item_id, kind, rev, by_kind, by_name, person_id, about_id, text)
       select $1, $2, $3, 1, case when $4::uuid is null then 'service' else 'person' end,
              coalesce((select name from person where id = $4), 'rule'), $4, $5, $6`,
      [uuidv7(), item, kind, more.by ?? null, more.about ?? null, more.text ?? null],
    );
  const assign = async (item: string, to: string, by?: string) => {
    await hub.pools.general.query('update review_item set assignee_id = $2 where id = $1', [item, to]);
    await note(item, 'assigned', { about: to, ...(by !== undefined && { by }) });
  };
  const told = async () =>
    (await hub.outbox())
      .map(
        ({ recipient, text }) =>
          `${recipient.split('@')[0] ?? ''}: ${text.split('\n').slice(2, 4).join(' | ')}`,
      )
      .sort();

  it('tells whom something was given to, once, in the thread of the conflict, and nobody of their own doing', async () => {
    const id = await hub.addConflict({ title: 'Nokia' });
    await assign(id, sue, ben);
    await assign(await hub.addConflict({ title: 'Own' }), ben, ben);
    expect(await tell()).toBe(1);
    expect(await tell()).toBe(0);
    const [mail] = await hub.outbox();
    expect([mail?.recipient, mail?.subject]).toEqual(['sue@example.com', 'Conflict: Nokia: name']);
    expect(mail?.text).toContain('ben has given it to you.');
    expect(mail?.headers.References).toBe(`<conflict.cf_${id}@accord.example.com>`);
  });

  it('folds a hundred that were given at once into one line, and leaves out what is no longer theirs', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 12; i++) ids.push(await hub.addConflict({ title: `Company ${i}` }));
    for (const id of ids) await assign(id, sue, ben);
    const late = await hub.addConflict({ title: 'Given on' });
    await assign(late, sue);
    await hub.pools.general.query('update review_item set assignee_id = $2 where id = $1', [late, ben]);
    expect(await tell()).toBe(1);
    const [mail] = await hub.outbox();
    expect(mail?.subject).toBe('12 conflicts were given to you');
    expect(mail?.text).toContain('12 in companies\n  ben has given them to you.\n  Company 0: name; ');
    expect(mail?.text).toContain(' and 7 more');
    expect(mail?.text).not.toContain('Given on');
  });

  it('tells of comments and questions those whom they concern, with the words unless the field is personal data', async () => {
    const id = await hub.addConflict({ title: 'Nokia' });
    await hub.pools.general.query('update review_item set assignee_id = $2 where id = $1', [id, sue]);
    await note(id, 'comment', { by: ben, text: 'They moved.' });
    const personal = await hub.addConflict({ title: 'Bolt', unit: 'email' });
    await note(personal, 'asked', { by: sue, about: ben, text: 'Is it ann@secret.example?' });
    await note(personal, 'turn', { by: sue, about: ben });
    expect(await tell()).toBe(2);
    expect(await told()).toEqual([
      'ben: Bolt: email |   sue asks for your opinion.',
      'sue: Nokia: name |   ben: They moved.',
    ]);
  });

  it('climbs with a deadline: assignee, stewards, engineers; each step once, and in the audit log', async () => {
    const id = await hub.addConflict({ title: 'Nokia' });
    await hub.pools.general.query('update review_item set assignee_id = $2 where id = $1', [id, sue]);
    const reach = async (column: string) => {
      await hub.pools.general.query(`update review_item set ${column} = clock_timestamp() where id = $1`, [
        id,
      ]);
      const mails = await tell();
      await tell();
      return mails;
    };
    expect(await reach('risk_at')).toBe(1);
    expect(await told()).toEqual(['sue: Nokia: name |   Four fifths of the time for it are used up.']);
    expect(await reach('due_at')).toBe(2);
    expect(await reach('escalate_at')).toBe(1);
    const rows = await hub.outbox();
    expect(rows.map(({ recipient }) => recipient.split('@')[0])).toEqual(['sue', 'ben', 'sue', 'eve']);
    expect(
      (await auditTrail(hub.pools)).map(({ action, pipeline, detail }) => [action, pipeline, detail.items]),
    ).toEqual([
      ['deadline.escalated', 'companies', 1],
      ['deadline.passed', 'companies', 1],
      ['deadline.at-risk', 'companies', 1],
    ]);
  });

  it('tells of a deadline that passed while it was put off when it is back, of the last step alone, once', async () => {
    const { pools } = hub;
    const id = await hub.addConflict({ title: 'Nokia' });
    await pools.general.query('update review_item set assignee_id = $2 where id = $1', [id, sue]);
    const set = (what: string) => pools.general.query(`update review_item set ${what} where id = $1`, [id]);
    await set(`state = 'snoozed', snoozed_until = 'infinity'`);
    await set(
      `risk_at = clock_timestamp(), due_at = clock_timestamp(), escalate_at = now() + interval '1 day'`,
    );
    expect(await tell()).toBe(0);
    await set(`state = 'open', snoozed_until = null`);
    expect(await tell()).toBe(2);
    expect(await tell()).toBe(0);
    expect(await told()).toEqual([
      'ben: Nokia: name |   It is overdue.',
      'sue: Nokia: name |   It is overdue.',
    ]);
    // Put off again after it was told: it passed before.
    await set(`state = 'snoozed', snoozed_until = 'infinity'`);
    await set(`state = 'open', snoozed_until = null`);
    expect(await tell()).toBe(0);
  });
});
