import type { PoolClient } from 'pg';
import { linkPeople } from '../database/sql/notify/link-people.js';
import type { NoticeRow } from '../database/sql/notify/notices.js';
import type { OutboxMail } from '../database/sql/notify/outbox.js';
import { run } from '../database/sql/statement.js';
import { linkLetter, type LinkWanted } from './link-mail.js';
import type { MailWriter } from './mail-writer.js';

/** Mails with one-time links that admins have asked for. No quiet hours hold them: somebody waits for them. */
export async function linkMails(
  client: PoolClient,
  writer: MailWriter,
  notices: readonly NoticeRow[],
  publicUrl: string,
): Promise<{ readonly mails: OutboxMail[]; readonly told: string[] }> {
  const wanted = notices.filter(({ event }) => event === 'access');
  if (wanted.length === 0) return { mails: [], told: [] };
  const found = await run(client, linkPeople, [wanted.map(({ recipient }) => recipient)]);
  const mails = wanted.flatMap(({ recipient, facts }) => {
    const person = found.find(({ id }) => id === recipient);
    if (person === undefined) return [];
    return [writer.writeLink(person, linkLetter(person.name, facts as unknown as LinkWanted, publicUrl))];
  });
  return { mails: await Promise.all(mails), told: wanted.map(({ id }) => id) };
}
