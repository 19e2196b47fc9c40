import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Grant } from '../../src/common/permissions.js';
import { mailAgain } from '../../src/database/mail-again.js';
import { inTransaction } from '../../src/database/transaction.js';
import { actor } from '../support/tester.js';
import { auditTrail } from '../access/audit-trail.js';
import { atOnce, openHub, type Hub } from './hub.js';
import { startMailSink, type MailSink, type SinkBehaviour } from './mail-sink.js';

const steward: readonly Grant[] = [{ role: 'steward', pipeline: 'companies' }];
const admin: readonly Grant[] = [{ role: 'admin', pipeline: '*' }];
const atOnceToMe = { modes: { conflicts: 'instant', daily: 'off' } };
const never = { modes: { conflicts: 'off', daily: 'off' } };

describe('an address that the mail server refuses for good', () => {
  let hub: Hub;
  const sinks: MailSink[] = [];
  const sink = async (behaviour?: SinkBehaviour): Promise<MailSink> => {
    const started = await startMailSink(behaviour);
    sinks.push(started);
    return started;
  };
  const refusing = (address: string, code = 550): Promise<MailSink> =>
    sink({ refuse: { address, code, says: `${String(code).slice(0, 1)}.1.1 no such mailbox` } });
  const tell = async (server: MailSink): Promise<void> => {
    await hub.teller({}).tell(atOnce);
    await hub.sender(server.url).sendDue();
  };
  const told = (server: MailSink): string[] => server.mails.flatMap(({ recipients }) => recipients).sort();

  beforeAll(async () => {
    hub = await openHub();
  });
  beforeEach(async () => {
    await hub.empty();
    await hub.pools.general.query('truncate undeliverable');
    await hub.addPipeline('companies');
  });
  afterEach(async () => {
    for (const started of sinks.splice(0)) await started.close();
  });
  afterAll(() => hub.close());

  it('gets nothing more, and the others of the same news get theirs', async () => {
    const gone = await hub.addPerson('Gone@example.com', steward, atOnceToMe);
    await hub.addPerson('here@example.com', steward, atOnceToMe);
    const server = await refusing('Gone@example.com');
    await hub.addConflict();
    await tell(server);
    expect(told(server)).toEqual(['here@example.com']);
    const { rows } = await hub.pools.general.query('select address, reason from undeliverable');
    expect(rows).toEqual([
      { address: 'gone@example.com', reason: expect.stringContaining('no such mailbox') as unknown },
    ]);
    expect((await auditTrail(hub.pools))[0]).toMatchObject({
      actor_kind: 'service',
      action: 'mail.address-refused',
      object: `usr_${gone}`,
    });
    await hub.addConflict({ title: 'Second' });
    await tell(server);
    expect(told(server)).toEqual(['here@example.com', 'here@example.com']);
    expect((await hub.outbox()).filter(({ failed }) => failed)).toHaveLength(1);
  });

  it('is told to an admin in its place where nobody else would hear of new conflicts', async () => {
    await hub.addPerson('gone@example.com', steward, atOnceToMe);
    await hub.addPerson('admin@example.com', admin, never);
    await hub.addPipeline('people');
    await hub.addPerson('people@example.com', [{ role: 'steward', pipeline: 'people' }], atOnceToMe);
    const server = await refusing('gone@example.com');
    await hub.addConflict({ title: 'First' });
    await tell(server);
    expect(told(server)).toEqual([]);
    await hub.addConflict({ title: 'Second' });
    await hub.addConflict({ title: 'Third', pipeline: 'people' });
    await tell(server);
    expect(told(server)).toEqual(['admin@example.com', 'people@example.com']);
    const mail = server.mails.find(({ recipients }) => recipients.includes('admin@example.com'));
    expect(mail?.text).toContain('Second');
    expect(mail?.text).not.toContain('Third');
  });

  it('gets what it was refused, and what comes, once somebody says to try again', async () => {
    const person = await hub.addPerson('back@example.com', steward, atOnceToMe);
    await hub.addConflict();
    await tell(await refusing('back@example.com'));
    const server = await sink();
    await hub.addConflict({ title: 'Meanwhile' });
    await tell(server);
    expect(told(server)).toEqual([]);
    const again = (): Promise<void> =>
      inTransaction(hub.pools.general, (client) =>
        mailAgain(client, {
          personId: person,
          email: 'back@example.com',
          by: actor('Ann'),
          now: Date.now(),
        }),
      );
    await again();
    await tell(server);
    expect(told(server)).toEqual(['back@example.com', 'back@example.com']);
    expect((await auditTrail(hub.pools))[0]).toMatchObject({
      action: 'person.mail-again',
      object: `usr_${person}`,
      detail: { mails: 1 },
    });
    const rows = (await auditTrail(hub.pools)).length;
    await again();
    expect(await auditTrail(hub.pools)).toHaveLength(rows);
  });

  it('is not one to which a relay or a filter answers for good, nor one whose server does not say why, at the first time', async () => {
    await hub.addPerson('relayed@example.com', steward, atOnceToMe);
    const refused = async (says: string): Promise<number> => {
      const { url } = await sink({ refuse: { address: 'relayed@example.com', code: 550, says } });
      await hub.makeDue();
      await hub.sender(url).sendDue();
      return (await hub.pools.general.query('select from undeliverable')).rowCount ?? 0;
    };
    await hub.addConflict();
    await hub.teller({}).tell(atOnce);
    expect(await refused('5.7.1 Unable to relay')).toBe(0);
    expect(await hub.outbox()).toMatchObject([{ failed: true }]);
    await hub.addConflict({ title: 'Second' });
    await hub.teller({}).tell(atOnce);
    expect(await refused('not here')).toBe(0);
    const [, once] = await hub.outbox();
    expect(once).toMatchObject({ failed: false, attempts: 1 });
    expect(once!.waits).toBeGreaterThan(3_500);
    expect(await refused('not here')).toBe(1);
    expect((await hub.outbox())[1]).toMatchObject({ failed: true });
  });

  it("is a person's: mails to a mailbox of MAIL_TO are refused one by one, and the next is tried", async () => {
    const tell = async (server: MailSink): Promise<void> => {
      await hub.teller({ MAIL_TO: 'Ops <Ops@example.com>' }).tell(atOnce);
      await hub.sender(server.url).sendDue();
    };
    await hub.addConflict();
    await tell(await refusing('Ops@example.com'));
    expect(await hub.outbox()).toMatchObject([{ failed: true }]);
    const server = await sink();
    await hub.addConflict({ title: 'Second' });
    await tell(server);
    expect(told(server)).toEqual(['Ops@example.com']);
  });

  it('is one that is refused for good: not one that is full for now, and not for a sender that is refused', async () => {
    await hub.addPerson('full@example.com', steward, atOnceToMe);
    await hub.addConflict();
    await tell(await refusing('full@example.com', 452));
    const [row] = await hub.outbox();
    expect(row).toMatchObject({ failed: false, attempts: 1 });
    await hub.makeDue();
    const { url } = await sink({ refuseSender: 553 });
    await hub.sender(url).sendDue();
    expect((await hub.outbox())[0]).toMatchObject({ failed: true });
    expect((await hub.pools.general.query('select from undeliverable')).rowCount).toBe(0);
  });
});
