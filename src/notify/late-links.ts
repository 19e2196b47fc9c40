import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { hashOf, invitationMs, newPasswordMs, newSecret } from '../common/one-time-secret.js';
import { HubPools } from '../database/pools.js';
import { deleteLink, insertLink } from '../database/sql/access/links.js';
import { linkPeople } from '../database/sql/notify/link-people.js';
import type { ClaimedMail } from '../database/sql/notify/outbox.js';
import { execute, run } from '../database/sql/statement.js';
import { ONE_TIME_SECRET } from './link-mail.js';

export interface SendableMail extends ClaimedMail {
  /** Of the one-time link that was made for this try. */
  readonly link: Buffer | null;
}

/**
 * One-time links of mails, made in the moment of sending: the outbox holds none, the database its SHA-256 as of every such link. The mail
 * server and the reader's mailbox are the only places where the secret is.
 */
@Injectable()
export class LateLinks {
  constructor(
    private readonly pools: HubPools,
    private readonly clock: Clock,
  ) {}

  /** @returns `null` when the person was disabled meanwhile */
  async fillIn(mail: ClaimedMail): Promise<SendableMail | null> {
    const { link_for: personId } = mail;
    if (personId === null || personId === undefined) return { ...mail, link: null };
    const [person] = await run(this.pools.general, linkPeople, [[personId]]);
    if (person === undefined) return null;
    const secret = newSecret();
    const link = hashOf(secret);
    const now = this.clock.now();
    const end = now + (person.state === 'invited' ? invitationMs : newPasswordMs);
    await execute(this.pools.general, insertLink, [link, 'password', personId, now, end]);
    const put = (text: string): string => text.replaceAll(ONE_TIME_SECRET, secret);
    return { ...mail, html: put(mail.html), text: put(mail.text), link };
  }

  /** The mail did not go out: the next try makes another one. */
  async forget({ link }: SendableMail): Promise<void> {
    if (link !== null) await execute(this.pools.general, deleteLink, [link]);
  }
}
