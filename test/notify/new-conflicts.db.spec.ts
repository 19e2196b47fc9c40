import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { atOnce, openHub, type Hub } from './hub.js';

describe('the mail about new conflicts', () => {
  let hub: Hub;
  beforeAll(async () => {
    hub = await openHub();
  });
  beforeEach(async () => {
    await hub.empty();
    await hub.addPipeline('companies');
  });
  afterAll(() => hub.close());

  it('tells of one conflict with both values and a link to it, in HTML and in text', async () => {
    const id = await hub.addConflict({ title: 'Nokia', unit: 'name', a: 'Nokia Oyj', b: 'Nokia Corp' });
    expect(await hub.teller().tell(atOnce)).toBe(1);

    const [mail] = await hub.outbox();
    expect(mail?.subject).toBe('Conflict: Nokia: name');
    for (const part of [mail!.html, mail!.text]) {
      expect(part).toContain('Nokia Oyj');
      expect(part).toContain('Nokia Corp');
      expect(part).toContain('Support');
      expect(part).toContain('Both sides changed it');
      expect(part).toContain(`https://accord.example.com/conflicts/cf_${id}`);
    }
    expect(mail?.headers.References).toBe(`<conflict.cf_${id}@accord.example.com>`);
  });

  it('tells of a conflict once, however often it looks', async () => {
    await hub.addConflict();
    const teller = hub.teller();
    await teller.tell(atOnce);
    expect(await teller.tell(atOnce)).toBe(0);
    expect(await hub.outbox()).toHaveLength(1);
  });

  it('writes one mail for each recipient', async () => {
    await hub.addConflict();
    await hub.teller({ MAIL_TO: 'dana@example.com, Lee <lee@example.com>' }).tell(atOnce);
    expect((await hub.outbox()).map(({ recipient }) => recipient)).toEqual([
      'Lee <lee@example.com>',
      'dana@example.com',
    ]);
  });

  it('leaves conflicts untold while there is no recipient', async () => {
    await hub.addConflict();
    expect(await hub.teller({}).tell(atOnce)).toBe(0);
    expect(await hub.teller().tell(atOnce)).toBe(1);
  });

  it('folds a storm into one mail that lists the most urgent and counts the rest by pipeline and field', async () => {
    await hub.addPipeline('contacts');
    for (let i = 0; i < 30; i++) await hub.addConflict({ title: `Company ${i}`, priority: i === 29 ? 0 : 2 });
    for (let i = 0; i < 4; i++) await hub.addConflict({ pipeline: 'contacts', unit: 'email' });
    expect(await hub.teller().tell(atOnce)).toBe(1);

    const outbox = await hub.outbox();
    expect(outbox).toHaveLength(1);
    const { subject, text, html } = outbox[0]!;
    expect(subject).toBe('34 new conflicts');
    expect(text).toContain('30  companies · name');
    expect(text).toContain('4  contacts · email');
    expect(text).toContain('and 24 more');
    expect(text.indexOf('Company 29')).toBeLessThan(text.indexOf('Company 0'));
    expect(html.match(/conflicts\/cf_/g)).toHaveLength(10);
    expect(outbox[0]?.headers.References).toBe('<conflicts@accord.example.com>');
  });

  it('names the pipeline and its thread when all are of one', async () => {
    await hub.addConflict();
    await hub.addConflict();
    await hub.teller().tell(atOnce);
    const [mail] = await hub.outbox();
    expect(mail?.subject).toBe('2 new conflicts in companies');
    expect(mail?.headers.References).toBe('<pipeline.companies@accord.example.com>');
    expect(mail?.text).toContain('https://accord.example.com/conflicts?pipeline=companies');
  });

  it('waits for what comes together, and is silent for a while after a mail', async () => {
    await hub.addConflict();
    const teller = hub.teller();
    expect(await teller.tell({ pace: { gatherMs: 60_000, silenceMs: 0 } })).toBe(0);
    expect(await teller.tell({ pace: { gatherMs: 0, silenceMs: 60_000 } })).toBe(1);
    await hub.addConflict();
    expect(await teller.tell({ pace: { gatherMs: 0, silenceMs: 60_000 } })).toBe(0);
  });

  it('says nothing of conflicts that are decided or closed', async () => {
    await hub.addConflict({ state: 'held' });
    await hub.addConflict({ state: 'closed' });
    expect(await hub.teller().tell(atOnce)).toBe(0);
  });

  it('hides the values, and a reason that may quote them, of a field that is personal data', async () => {
    await hub.addConflict({
      unit: 'email',
      a: 'ann@secret.example',
      b: 'lee@secret.example',
      reason: 'ann@secret.example is newer',
    });
    await hub.teller().tell(atOnce);
    const [mail] = await hub.outbox();
    expect(mail!.html + mail!.text).not.toContain('secret.example');
    expect(mail?.text).toContain('personal data');
  });

  it('calls the records that a reference points to by their names, to whoever may see them', async () => {
    const policy = { strategy: 'review' };
    const target = async (pipeline: string, name: string): Promise<string> => {
      const { rows } = await hub.pools.general.query<{ id: number }>(
        `with l as (insert into link (pipeline_id, state, a_id, b_id) select id, 'live', $2, $2 from pipeline where name = $1 returning id, pipeline_id)
         insert into shadow (link_id, pipeline_id, clock, fields) select id, pipeline_id, 'H1|1.1', jsonb_build_object('name', $2::text) from l returning link_id as id`,
        [pipeline, name],
      );
      return `rec_${String(rows[0]?.id)}`;
    };
    await hub.addPipeline('firms', { fields: { name: { a: 'n', b: 'n', policy } } });
    await hub.addPipeline('patients', { fields: { name: { a: 'n', b: 'n', pii: true, policy } } });
    await hub.addPipeline('contacts', {
      fields: {
        firm: { a: 'f', b: 'f', reference: 'firms', policy },
        patient: { a: 'p', b: 'p', reference: 'patients', policy },
        note: { a: 'n', b: 'n', policy },
      },
    });
    const [acme, ann] = [await target('firms', 'Acme Ltd'), await target('patients', 'Ann Smith')];
    for (const [unit, b] of [
      ['firm', acme],
      ['patient', ann],
      ['note', acme],
    ] as const)
      await hub.addConflict({ pipeline: 'contacts', unit, a: null, b });
    await hub.addPerson('lee@example.com', [{ role: 'steward', pipeline: 'contacts' }]);
    await hub.addPerson('eve@example.com', [{ role: 'steward', pipeline: '*' }]);
    await hub.teller({}).tell(atOnce);
    const texts = new Map((await hub.outbox()).map(({ recipient, text, html }) => [recipient, text + html]));
    const lee = [...texts].find(([recipient]) => recipient.includes('lee'))?.[1];
    const eve = [...texts].find(([recipient]) => recipient.includes('eve'))?.[1];
    expect(lee).toContain(acme);
    expect(lee).not.toContain('Acme Ltd');
    expect(eve).toContain('Support: Acme Ltd');
    // The note says so itself, and a name that is personal data is in no mail.
    expect(eve).toContain(`Support: ${acme}`);
    expect(eve).toContain(ann);
    expect(eve).not.toContain('Ann Smith');
  });

  it('hides the values of a group with a member that is personal data', async () => {
    await hub.addConflict({ unit: 'address', a: { street: 'Hidden 1' }, b: { street: 'Hidden 2' } });
    await hub.teller().tell(atOnce);
    expect((await hub.outbox())[0]?.html).not.toContain('Hidden');
  });

  it('shows the values of a group without personal data, and of a record that was deleted', async () => {
    await hub.addConflict({ unit: 'size', a: { height: 'Tall' }, b: { height: 'Short' } });
    await hub.addConflict({ unit: '$life', a: 'deleted', b: 'live' });
    await hub.teller().tell(atOnce);
    const [mail] = await hub.outbox();
    expect(mail?.text).toContain('height: Tall');
    expect(mail?.text).toContain('CRM: deleted');
  });

  it('hides the values of a field that the pipeline no longer has', async () => {
    await hub.addConflict({ unit: 'retired', a: 'Old value' });
    await hub.teller().tell(atOnce);
    expect((await hub.outbox())[0]?.text).not.toContain('Old value');
  });

  it('hides values when it cannot know what the pipeline says of them', async () => {
    await hub.pools.general.query('delete from pipeline_revision');
    await hub.addConflict({ a: 'Unknown Oyj' });
    await hub.teller().tell(atOnce);
    expect((await hub.outbox())[0]?.text).not.toContain('Unknown Oyj');
  });

  it('escapes HTML in every value, and makes control and direction characters harmless', async () => {
    await hub.addConflict({
      title: '<script>alert(1)</script>',
      reason: '<img src=x onerror=alert(2)>',
      a: '"><a href="http://evil.example">x</a>',
      b: 'safe\u202Eexe.cod\r\nBcc: all@example.com\u0007',
    });
    await hub.teller().tell(atOnce);
    const [mail] = await hub.outbox();
    expect(mail?.html).not.toMatch(/<script>|<img|<a href="http:\/\/evil/);
    expect(mail?.html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(mail?.subject).toBe('Conflict: <script>alert(1)</script>: name');
    expect(mail?.text).toContain('safe exe.cod Bcc: all@example.com');
    // eslint-disable-next-line no-control-regex -- the absence of control characters is the point
    expect(mail!.html + mail!.text).not.toMatch(/[\u0007\u202E]/);
  });

  it('tells every conflict exactly once when two processes look at the same time', async () => {
    for (let i = 0; i < 20; i++) await hub.addConflict({ title: `Company ${i}` });
    const told = await Promise.all([hub.teller().tell(atOnce), hub.teller().tell(atOnce)]);
    expect(told[0] + told[1]).toBe(1);
    expect((await hub.outbox())[0]?.subject).toBe('20 new conflicts in companies');
  });

  it('skips a conflict that the engine is changing and tells of it next time', async () => {
    const busy = await hub.addConflict({ title: 'Busy' });
    await hub.addConflict({ title: 'Free' });
    const engine = await hub.pools.general.connect();
    try {
      await engine.query('begin');
      await engine.query('select from conflict where id = $1 for update', [busy]);
      expect(await hub.teller().tell(atOnce)).toBe(1);
      await engine.query('commit');
    } finally {
      engine.release();
    }
    expect(await hub.teller().tell(atOnce)).toBe(1);
  });
});
