import 'reflect-metadata';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addMails } from '../../src/database/sql/notify/outbox.js';
import { HubPools } from '../../src/database/pools.js';
import { inTransaction } from '../../src/database/transaction.js';
import { startMailSink, type MailSink } from '../notify/mail-sink.js';
import { compiledSource } from '../support/compiled-source.js';
import { migratedDatabase, type TestDatabase } from '../support/test-database.js';

const MAILS = 14;

describe('the sender of mails, killed between any two of its steps', () => {
  let database: TestDatabase;
  let pools: HubPools;
  let sink: MailSink;
  /** Called when the server has taken a mail and has not answered yet. */
  let taken: () => void = () => undefined;

  beforeAll(async () => {
    database = await migratedDatabase();
    pools = new HubPools(database.url, { lane: 1, general: 2 });
    sink = await startMailSink({ onMail: () => taken() });
    const mails = Array.from({ length: MAILS }, (_, i) => ({
      id: randomUUID(),
      kind: 'conflict',
      recipient: `person${String(i)}@example.com`,
      subject: `Mail ${String(i)}`,
      html: '<p>text</p>',
      text: 'text',
      headers: {},
    }));
    await inTransaction(pools.general, (client) => addMails(client, mails));
  });
  afterAll(async () => {
    await sink.close();
    await pools.close();
    await database.drop();
  });

  /** One round of a sender that comes after the one before it has been given up: its lease and what it had claimed are free again. */
  const round = async (failpoints: string, killWhenTaken = false): Promise<string> => {
    await pools.general.query(`update lease set until = '-infinity'`);
    await pools.general.query(`update mail_outbox set due_at = now() where sent_at is null`);
    const out = await compiledSource();
    const input = JSON.stringify({ hub: database.url, smtp: sink.url });
    const child = spawn(process.execPath, [join(out, 'test/support/mail-process.js'), input], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, NODE_ENV: 'test', ACCORD_TEST_FAILPOINTS: failpoints },
    });
    taken = () => {
      if (killWhenTaken) child.kill('SIGKILL');
    };
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    return String(signal ?? code);
  };
  const outbox = async () =>
    (
      await pools.general.query<{ id: string; sent: boolean; attempts: number }>(
        'select id, sent_at is not null as sent, attempts from mail_outbox',
      )
    ).rows;
  const copies = (): ReadonlyMap<string, number> => {
    const count = new Map<string, number>();
    for (const { messageId } of sink.mails) {
      const id = /^<(.+)@/.exec(messageId ?? '')?.[1] ?? '';
      count.set(id, (count.get(id) ?? 0) + 1);
    }
    return count;
  };

  it('loses none, and sends again only what it could not mark as sent', async () => {
    let unmarked = 0;
    for (const [point, hit, sentUnmarked] of [
      ['mail.claimed', 1, 0],
      ['mail.sent', 1, 1],
      ['mail.claimed', 3, 0],
      ['mail.sent', 2, 1],
    ] as const) {
      const before = sink.mails.length;
      expect(await round(`${point}:${String(hit)}:kill`)).toBe('SIGKILL');
      // Of those sent in this round the last one alone was not marked, or was never sent.
      expect(sink.mails.length - before).toBe(point === 'mail.sent' ? hit : hit - 1);
      unmarked += sentUnmarked;
    }
    // Killed while the server has the mail and has not answered: the answer is lost.
    expect(await round('', true)).toBe('SIGKILL');
    unmarked += 1;
    expect((await outbox()).some(({ sent }) => !sent)).toBe(true);

    expect(await round('')).toBe('0');
    const rows = await outbox();
    expect(rows.filter(({ sent }) => !sent)).toEqual([]);
    const received = copies();
    expect([...received.keys()].sort()).toEqual(rows.map(({ id }) => id).sort());
    expect(sink.mails.length).toBe(MAILS + unmarked);
    expect(Math.max(...received.values())).toBeLessThanOrEqual(1 + unmarked);
    // As often as it was tried and taken; once more where the sender died before it had sent.
    for (const { id, attempts } of rows) expect(received.get(id)).toBeLessThanOrEqual(attempts);

    expect(await round('')).toBe('0');
    expect(sink.mails.length).toBe(MAILS + unmarked);
  }, 60_000);
});
