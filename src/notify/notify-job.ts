import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { PoolClient } from 'pg';
import { Env } from '../common/env.js';
import { ACCORD, appendAudit, type AuditEntry } from '../database/audit.js';
import { Leases } from '../database/lease.js';
import { HubPools } from '../database/pools.js';
import { allMarks, beginMarks, lockNotify, notifyNow, setMarks } from '../database/sql/notify/marks.js';
import { announceConflicts } from '../database/sql/notify/new-conflicts.js';
import { markTold, waitingNotices } from '../database/sql/notify/notices.js';
import { addMails, mailsWaiting, type OutboxMail } from '../database/sql/notify/outbox.js';
import { recipientRows } from '../database/sql/notify/preferences.js';
import { standing } from '../database/sql/notify/standing.js';
import { undeliverable } from '../database/sql/notify/undeliverable.js';
import { run } from '../database/sql/statement.js';
import { inTransaction } from '../database/transaction.js';
import type { Pace } from './due.js';
import { LetterBox, type Correspondence } from './letter-box.js';
import { isQuiet } from './local-time.js';
import { linkMails } from './link-mails.js';
import { MailWriter } from './mail-writer.js';
import { noticeTrouble } from './new-notices.js';
import { noticeDeadlines, noticeWork } from './new-work.js';
import { reachable } from './reachable.js';
import { recipientsOf, type Recipient } from './recipient.js';

const EVERY_MS = 5_000;
const LEASE_MS = 60_000;
/** So many new conflicts become news at once; the rest at the next look. */
const ANNOUNCED = 20_000;
const NOTICES = 500;
/** The outbox holds so many unsent mails at most. Above, nothing is written: what there is to tell waits where it is, and is folded. */
const MOST_WAITING = 1_000;

export interface TellOptions {
  /** Other times than the usual, for all events. */
  readonly pace?: Pace;
  readonly mostWaiting?: number;
}

/**
 * Looks for what people are to be told, and writes the mails that are due. Facts are marked as told in the transaction that stores the
 * mail: nothing is told twice or never, whatever crashes.
 */
@Injectable()
export class NotifyJob {
  private readonly logger = new Logger(NotifyJob.name);

  constructor(
    private readonly env: Env,
    private readonly pools: HubPools,
    private readonly leases: Leases,
    private readonly letters: LetterBox,
    private readonly writer: MailWriter,
  ) {}

  @Interval('notify', EVERY_MS)
  async run(): Promise<void> {
    try {
      await this.leases.during('mail-notify', LEASE_MS, async () => {
        await this.tell();
      });
    } catch (error) {
      this.logger.error({ msg: 'mails not written', err: error });
    }
  }

  /** One look, without a lease: two at once come one after the other. @returns how many mails were written */
  async tell({ pace, mostWaiting = MOST_WAITING }: TellOptions = {}): Promise<number> {
    if (this.env.SMTP_URL === undefined) return 0;
    const mails = await inTransaction(this.pools.general, async (client) => {
      await run(client, lockNotify, []);
      if ((await mailsWaiting(client)) >= mostWaiting) {
        this.logger.warn({ msg: 'no mail is written: too many wait to be sent', waiting: mostWaiting });
        return [];
      }
      const entries: Omit<AuditEntry, 'actor'>[] = [];
      const written = await this.#write(client, pace, entries);
      if (written.length > 0) await addMails(client, written);
      for (const entry of entries) await appendAudit(client, Date.now(), { actor: ACCORD, ...entry });
      return written;
    });
    if (mails.length > 0) this.logger.log({ msg: 'mails written', mails: mails.length });
    return mails.length;
  }

  async #write(
    client: PoolClient,
    pace: Pace | undefined,
    entries: Omit<AuditEntry, 'actor'>[],
  ): Promise<OutboxMail[]> {
    const recipients = recipientsOf(await run(client, recipientRows, []), this.env.MAIL_TO ?? []);
    if (recipients.length > 0) entries.push(...(await this.#gather(client, recipients)));
    const { ms } = await this.#now(client);
    const notices = await run(client, waitingNotices, [NOTICES]);
    const links = await linkMails(client, this.writer, notices, this.env.publicUrl);
    const refused = await run(client, undeliverable, []);
    const names = refused.length === 0 ? [] : (await run(client, standing, [])).map(({ name }) => name);
    const awake = reachable(recipients, refused, names).filter(
      ({ preferences: { timeZone, quiet } }) => !isQuiet(ms, timeZone, quiet),
    );
    const marks = await run(client, allMarks, []);
    const correspondence = await this.letters.due(client, {
      recipients: awake,
      notices,
      marks,
      now: ms,
      pace,
    });
    await this.#mark(client, correspondence, links.told);
    const letters = await Promise.all(
      correspondence.flatMap(({ recipient, letters: due }) =>
        due.map((letter) => this.writer.write(recipient, letter)),
      ),
    );
    return [...links.mails, ...letters];
  }

  /** @returns what the audit log is to have, when nothing else is left to do */
  async #gather(client: PoolClient, recipients: readonly Recipient[]): Promise<Omit<AuditEntry, 'actor'>[]> {
    // Whoever is new first: what becomes news now is news for them too.
    await run(client, beginMarks, [recipients.map(({ key }) => key), (await this.#now(client)).now]);
    const { now } = await this.#now(client);
    await run(client, announceConflicts, [now, ANNOUNCED]);
    await noticeTrouble(client, recipients, now);
    await noticeWork(client, recipients, now);
    return noticeDeadlines(client, recipients, await run(client, allMarks, []), now);
  }

  async #now(client: PoolClient): Promise<{ readonly now: string; readonly ms: number }> {
    const [row] = await run(client, notifyNow, []);
    if (row === undefined) throw new Error('the database does not say what time it is');
    return row;
  }

  async #mark(
    client: PoolClient,
    correspondence: readonly Correspondence[],
    told: readonly string[],
  ): Promise<void> {
    const { now } = await this.#now(client);
    const keys = [...told, ...correspondence.flatMap((one) => one.told)];
    if (keys.length > 0) await run(client, markTold, [keys, now]);
    const marks = correspondence.flatMap(({ recipient: { key: recipient }, marks: kinds }) =>
      kinds.map((kind) => ({ recipient, ...kind })),
    );
    if (marks.length > 0) await run(client, setMarks, [JSON.stringify(marks), now]);
  }
}
