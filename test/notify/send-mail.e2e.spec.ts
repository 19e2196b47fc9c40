import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { atOnce, openHub, type Hub } from './hub.js';
import { startMailSink, type MailSink, type SinkBehaviour } from './mail-sink.js';

describe('sending the outbox', () => {
  let hub: Hub;
  const sinks: MailSink[] = [];
  const sink = async (behaviour?: SinkBehaviour): Promise<MailSink> => {
    const started = await startMailSink(behaviour);
    sinks.push(started);
    return started;
  };

  beforeAll(async () => {
    hub = await openHub();
  });
  beforeEach(async () => {
    await hub.empty();
    await hub.addPipeline('companies');
  });
  afterEach(async () => {
    for (const started of sinks.splice(0)) await started.close();
  });
  afterAll(() => hub.close());

  it('delivers a mail that clients can thread, with both parts and no answer from machines', async () => {
    const server = await sink();
    await hub.addConflict({ title: 'Čerňák & syn', a: 'Čerňák' });
    await hub.teller().tell(atOnce);
    await hub.sender(server.url).sendDue();

    const [mail] = server.mails;
    const [row] = await hub.outbox();
    expect(server.mails).toHaveLength(1);
    expect(mail?.recipients).toEqual(['dana@example.com']);
    expect(mail?.subject).toBe('Conflict: Čerňák & syn: name');
    expect(mail?.from?.address).toBe('accord@localhost');
    expect(mail?.html).toContain('Čerňák &amp; syn');
    expect(mail?.text).toContain('Čerňák & syn');
    expect(mail?.messageId).toBe(`<${row!.id}@accord.example.com>`);
    expect(mail?.header('references')).toBe(row!.headers.References);
    expect(mail?.header('in-reply-to')).toBe(row!.headers.References);
    expect(mail?.header('list-id')).toContain('<conflicts.accord.example.com>');
    expect(mail?.header('auto-submitted')).toBe('auto-generated');
    expect(mail?.header('precedence')).toBe('bulk');
    expect(row).toMatchObject({ sent: true, failed: false, attempts: 1, last_error: null });
  });

  it('sends nothing twice', async () => {
    const server = await sink();
    await hub.addConflict();
    await hub.teller().tell(atOnce);
    const sender = hub.sender(server.url);
    await sender.sendDue();
    await hub.makeDue();
    await sender.sendDue();
    expect(server.mails).toHaveLength(1);
  });

  it('keeps mails while the server is down, tries one of them only, and delivers all when it is up', async () => {
    const gone = await sink();
    const { port, url } = gone;
    await sinks.pop()?.close();
    await hub.addConflict();
    await hub.teller({ MAIL_TO: 'dana@example.com,lee@example.com' }).tell(atOnce);
    const sender = hub.sender(url);
    await sender.sendDue();

    const waiting = await hub.outbox();
    expect(waiting.map(({ sent }) => sent)).toEqual([false, false]);
    expect(waiting.map(({ attempts }) => attempts).sort()).toEqual([0, 1]);
    const tried = waiting.find(({ attempts }) => attempts === 1)!;
    expect(tried.last_error).toMatch(/ECONNREFUSED/);
    expect(tried.waits).toBeGreaterThan(0.5);
    expect(tried.waits).toBeLessThanOrEqual(10);

    const back = await sink({ port });
    await hub.makeDue();
    await sender.sendDue();
    expect(back.mails.map(({ recipients }) => recipients[0]).sort()).toEqual([
      'dana@example.com',
      'lee@example.com',
    ]);
    expect((await hub.outbox()).every(({ sent }) => sent)).toBe(true);
  });

  it('sends again under the same Message-ID after a crash between sending and marking', async () => {
    const server = await sink({
      // The database goes away for the sender in the moment in which the server has taken the mail.
      onMail: async () => {
        if (server.mails.length === 1)
          await hub.pools.general.query(`alter table mail_outbox rename column sent_at to away`);
      },
    });
    await hub.addConflict();
    await hub.teller().tell(atOnce);
    await expect(hub.sender(server.url).sendDue()).rejects.toThrow(/sent_at/);
    await hub.pools.general.query(`alter table mail_outbox rename column away to sent_at`);

    const [row] = await hub.outbox();
    expect(row).toMatchObject({ sent: false, attempts: 1 });
    expect(row!.waits).toBeGreaterThan(60);
    await hub.makeDue();
    await hub.sender(server.url).sendDue();
    expect(server.mails.map(({ messageId }) => messageId)).toEqual([
      `<${row!.id}@accord.example.com>`,
      `<${row!.id}@accord.example.com>`,
    ]);
    expect((await hub.outbox())[0]?.sent).toBe(true);
  });

  it('gives up a mail that the server refuses for good, says why, and goes on with the next', async () => {
    const server = await sink({
      refuse: { address: 'gone@example.com', code: 550, says: '5.1.1 no such mailbox' },
    });
    await hub.addConflict();
    await hub.teller({ MAIL_TO: 'gone@example.com,dana@example.com' }).tell(atOnce);
    await hub.sender(server.url).sendDue();
    const rows = await hub.outbox();
    expect(rows.find(({ recipient }) => recipient === 'gone@example.com')).toMatchObject({
      sent: false,
      failed: true,
    });
    expect(rows.find(({ recipient }) => recipient === 'gone@example.com')?.last_error).toContain(
      'no such mailbox',
    );
    expect(rows.find(({ recipient }) => recipient === 'dana@example.com')).toMatchObject({ sent: true });
  });

  it('tries a mail again later that the server refuses for now, and goes on with the next', async () => {
    const server = await sink({ refuse: { address: 'full@example.com', code: 452 } });
    await hub.addConflict();
    await hub.teller({ MAIL_TO: 'full@example.com,dana@example.com' }).tell(atOnce);
    await hub.sender(server.url).sendDue();
    const rows = await hub.outbox();
    expect(rows.find(({ recipient }) => recipient === 'full@example.com')).toMatchObject({
      sent: false,
      failed: false,
    });
    expect(rows.find(({ recipient }) => recipient === 'dana@example.com')).toMatchObject({ sent: true });
  });

  it('sends each mail once when two processes send at the same time', async () => {
    const server = await sink();
    const recipients = Array.from({ length: 12 }, (_, i) => `person${i}@example.com`);
    await hub.addConflict();
    await hub.teller({ MAIL_TO: recipients.join(',') }).tell(atOnce);
    await Promise.all([hub.sender(server.url).sendDue(), hub.sender(server.url).sendDue()]);
    expect(server.mails.map(({ recipients: [to] }) => to).sort()).toEqual([...recipients].sort());
  });

  it('leaves the outbox alone where there is no SMTP_URL', async () => {
    await hub.addConflict();
    await hub.teller().tell(atOnce);
    await hub.sender().run();
    expect((await hub.outbox())[0]).toMatchObject({ sent: false, failed: false, attempts: 0 });
  });

  it('stops when the lease is lost', async () => {
    const server = await sink();
    await hub.addConflict();
    await hub.teller().tell(atOnce);
    await hub.sender(server.url).sendDue(AbortSignal.abort());
    expect(server.mails).toHaveLength(0);
  });
});
