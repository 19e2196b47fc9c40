import 'reflect-metadata';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SMTPServer } from 'smtp-server';
import { auditTrail } from '../access/audit-trail.js';
import { startTestService, type TestService } from '../ops/service.js';
import { startMailSink, type MailSink } from './mail-sink.js';

const tester = 'tester@example.org';

describe('the test of the mail server', () => {
  let sink: MailSink;
  let service: TestService;
  const services: TestService[] = [];
  const serviceAt = async (variables: Record<string, string>): Promise<TestService> => {
    const started = await startTestService(variables);
    services.push(started);
    return started;
  };
  beforeAll(async () => {
    sink = await startMailSink();
    service = await serviceAt({ SMTP_URL: sink.url, MAIL_FROM: 'Accord <accord@example.org>' });
  });
  afterAll(async () => {
    for (const one of services) await one.close();
    await sink.close();
  });

  it('says which server is set, and never its password', async () => {
    expect(await (await service.get('/api/v1/mail')).json()).toEqual({
      configured: true,
      host: '127.0.0.1',
      port: sink.port,
      account: null,
      secure: false,
      from: 'Accord <accord@example.org>',
    });
  });

  it('sends a mail to whoever asks, at once, and is in the audit log', async () => {
    const answer = await service.post('/api/v1/mail/test');
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { ok: true, to: tester, code: null, detail: `The server has taken a mail to ${tester}.`, answer: null },
    ]);
    expect(sink.mails).toHaveLength(1);
    expect(sink.mails[0]).toMatchObject({ recipients: [tester], subject: 'Accord: a test' });
    expect((await auditTrail(service.pools))[0]).toMatchObject({
      action: 'mail.tested',
      detail: { ok: true, code: null },
    });
  });

  it('says in types and in its own words why a server takes none', async () => {
    const refusing = await startMailSink({ refuse: { address: tester, code: 550 } });
    const insisting = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      logger: false,
      onAuth: (_auth, _session, done) => done(new Error('bad credentials')),
    });
    await new Promise<void>((resolve) => insisting.listen(0, '127.0.0.1', resolve));
    const { port } = insisting.server.address() as { port: number };
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port: nobody } = closed.address() as { port: number };
    await new Promise((resolve) => closed.close(resolve));
    try {
      for (const [url, code, answer] of [
        [refusing.url, 'refused', /^550 no such mailbox/],
        [`smtp://accord:wr0ng-secret@127.0.0.1:${port}`, 'sign-in', /^535 /],
        [`smtp://127.0.0.1:${nobody}`, 'unreachable', /ECONNREFUSED/],
        [`smtps://127.0.0.1:${refusing.port}`, 'encryption', /./],
      ] as const) {
        const asked = await serviceAt({ SMTP_URL: url });
        const said = await (await asked.post('/api/v1/mail/test')).json();
        expect([url, said]).toEqual([
          url,
          { ok: false, to: tester, code, detail: expect.any(String), answer: expect.stringMatching(answer) },
        ]);
        const shown = JSON.stringify([
          said,
          await (await asked.get('/api/v1/mail')).json(),
          await auditTrail(asked.pools),
        ]);
        expect(shown).not.toContain('wr0ng-secret');
      }
    } finally {
      await refusing.close();
      await new Promise<void>((resolve) => insisting.close(resolve));
    }
  });

  it('says so where no server is set', async () => {
    const without = await serviceAt({});
    expect((await (await without.get('/api/v1/mail')).json()).configured).toBe(false);
    const answer = await without.post('/api/v1/mail/test');
    expect([answer.status, (await answer.json()).code]).toEqual([409, 'mail-unconfigured']);
  });
});
