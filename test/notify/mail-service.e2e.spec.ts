import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NotifyJob } from '../../src/notify/notify-job.js';
import { SendMailJob } from '../../src/notify/send-mail-job.js';
import { auditTrail } from '../access/audit-trail.js';
import { runningPipeline, openConflict } from '../ops/fixtures.js';
import { startTestService, type TestService } from '../ops/service.js';
import { addPerson, signIn, type SignedIn } from '../support/tester.js';
import { atOnce } from './hub.js';
import { startMailSink, type MailSink } from './mail-sink.js';

describe('mail of the service', () => {
  let sink: MailSink;
  let service: TestService;
  let sue: SignedIn;
  beforeAll(async () => {
    sink = await startMailSink();
    service = await startTestService({ SMTP_URL: sink.url });
    await addPerson(service.pools, {
      email: 'sue@example.org',
      name: 'Sue',
      grants: [{ role: 'steward', pipeline: '*' }],
    });
    sue = await signIn(service.url, 'sue@example.org');
  });
  afterAll(async () => {
    await service.close();
    await sink.close();
  });

  const tell = () => service.app.get(NotifyJob, { strict: false }).tell(atOnce);
  const send = async () => {
    await service.pools.general.query('update mail_outbox set due_at = now() where sent_at is null');
    await service.app.get(SendMailJob, { strict: false }).sendDue();
  };
  const preferences = async () => (await service.get('/api/v1/me/notifications', sue.headers)).json();
  const change = (body: object) =>
    fetch(`${service.url}/api/v1/me/notifications`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', ...sue.headers },
      body: JSON.stringify(body),
    });
  const modes = async () =>
    Object.fromEntries(
      ((await preferences()) as { events: { event: string; mode: string | null }[] }).events.map(
        ({ event, mode }) => [event, mode],
      ),
    );

  it('asks people what they want, and refuses what cannot be wanted', async () => {
    expect(await preferences()).toMatchObject({
      address: 'sue@example.org',
      sends: true,
      timeZone: null,
      quiet: null,
      digestMinutes: 30,
      dailyAt: '08:00',
      events: expect.arrayContaining([
        { event: 'conflicts', mode: null, byRole: 'digest', modes: ['instant', 'digest', 'off'] },
        { event: 'daily', mode: null, byRole: 'digest', modes: ['digest', 'off'] },
      ]),
    });
    const wanted = {
      events: [{ event: 'conflicts', mode: 'instant' }],
      timeZone: 'Europe/Helsinki',
      quiet: { from: '20:00', to: '07:00' },
      digestMinutes: 60,
    };
    expect((await change(wanted)).status).toBe(200);
    expect(await preferences()).toMatchObject({ ...wanted, events: expect.any(Array), dailyAt: '08:00' });
    expect((await change({ quiet: null, events: [{ event: 'conflicts', mode: null }] })).status).toBe(200);
    expect(await preferences()).toMatchObject({ quiet: null, timeZone: 'Europe/Helsinki' });
    expect(await modes()).toMatchObject({ conflicts: null });
    for (const wrong of [
      { events: [{ event: 'daily', mode: 'instant' }] },
      { events: [{ event: 'weather', mode: 'off' }] },
      { timeZone: 'Europe/Atlantis' },
      { quiet: { from: '25:00', to: '07:00' } },
      { digestMinutes: 7 },
    ])
      expect([wrong, (await change(wrong)).status]).toEqual([wrong, 422]);
  });

  it('ends mails of a kind by one click of a mail program that nobody is signed in to, and by no GET', async () => {
    await change({ events: [{ event: 'conflicts', mode: 'instant' }] });
    await tell();
    const pair = await runningPipeline(service.pools);
    await openConflict(service.pools, pair, pair.links[0]!);
    await tell();
    await send();
    const mail = sink.mails.find(({ recipients }) => recipients[0] === 'sue@example.org')!;
    expect(mail.header('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
    const url = /^<(.+)>$/
      .exec(mail.header('list-unsubscribe')!)![1]!
      .replace(/^https?:\/\/[^/]+/, service.url);
    const page = await fetch(url, { redirect: 'manual', headers: { accept: 'text/html' } });
    expect([page.status, page.headers.get('location')]).toEqual([
      302,
      `/unsubscribe#${url.split('/').at(-1)!}`,
    ]);
    expect(await (await fetch(url)).json()).toEqual({ kind: 'conflicts', ended: false });
    expect(await modes()).toMatchObject({ conflicts: 'instant' });

    const oneClick = { method: 'POST', body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }) };
    expect((await fetch(url, oneClick)).status).toBe(200);
    expect(await modes()).toMatchObject({ conflicts: 'off', pipelines: null });
    expect((await auditTrail(service.pools))[0]).toMatchObject({
      action: 'notifications.unsubscribed',
      actor_kind: 'nobody',
      object: sue.id,
      detail: { kind: 'conflicts' },
    });
    expect((await fetch(`${url.slice(0, -4)}AAAA`, oneClick)).status).toBe(410);
  });

  it('mails an invitation whose secret is nowhere but in the mail, also after a mail server that was down', async () => {
    const { port } = sink;
    await sink.close();
    const invited = await service.post('/api/v1/people', {
      email: 'new@example.org',
      name: 'New',
      grants: [],
    });
    const { link } = await invited.json();
    expect([invited.status, link.mailedTo]).toEqual([201, 'new@example.org']);
    await tell();
    await send();
    const stored = async () => {
      const { rows } = await service.pools.general.query<{ all: string }>(
        `select (select jsonb_agg(m)::text from mail_outbox m where link_for is not null) || (select jsonb_agg(n)::text from notice n) as all`,
      );
      return rows[0]!.all;
    };
    const links = async () =>
      (
        await service.pools.general.query<{ id: Buffer }>(
          `select id from one_time_link where used_at is null`,
        )
      ).rows.length;
    expect(await stored()).toContain('ECONNREFUSED');
    expect(await links()).toBe(1);

    sink = await startMailSink({ port });
    await send();
    const [mail] = sink.mails;
    expect(mail?.recipients).toEqual(['new@example.org']);
    expect(mail?.header('list-unsubscribe')).toBeUndefined();
    const secret = /\/welcome#([\w-]{43})/.exec(mail!.text!)![1]!;
    expect(mail!.html).toContain(`/welcome#${secret}`);
    expect(link.address).not.toContain(secret);
    expect(await stored()).not.toContain(secret);
    expect(await links()).toBe(2);

    const follow = (body: object, path: string) =>
      service.post(`/api/v1/one-time-links/${path}`, body, { cookie: '' });
    expect(await (await follow({ secret }, 'look')).json()).toMatchObject({ email: 'new@example.org' });
    expect((await follow({ secret, password: 'a sentence of my own' }, 'use')).status).toBe(201);
    expect(await links()).toBe(0);
    expect((await follow({ secret: link.address.split('#')[1] }, 'look')).status).toBe(410);
  });

  it('sends no invitation to somebody who was disabled before it went out', async () => {
    const invited = await service.post('/api/v1/people', {
      email: 'gone@example.org',
      name: 'G',
      grants: [],
    });
    const { person } = await invited.json();
    await tell();
    await service.pools.general.query(`update person set state = 'disabled' where id = $1`, [
      person.id.slice(4),
    ]);
    await send();
    expect(sink.mails.filter(({ recipients }) => recipients[0] === 'gone@example.org')).toEqual([]);
    const { rows } = await service.pools.general.query(
      `select last_error from mail_outbox where recipient = 'gone@example.org'`,
    );
    expect(rows).toEqual([{ last_error: 'the person can no longer sign in' }]);
  });
});
