import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { fullJitter } from '../common/backoff.js';
import { messageOf } from '../common/errors.js';
import { failpoint } from '../common/failpoint.js';
import { publicId } from '../common/public-ids.js';
import { ACCORD, appendAudit } from '../database/audit.js';
import { Leases } from '../database/lease.js';
import { HubPools } from '../database/pools.js';
import {
  claimMail,
  mailsWaiting,
  markMailFailed,
  markMailSent,
  postponeMail,
  type ClaimedMail,
} from '../database/sql/notify/outbox.js';
import { isUndeliverable, noteUndeliverable, personAt } from '../database/sql/notify/undeliverable.js';
import { run } from '../database/sql/statement.js';
import { inTransaction } from '../database/transaction.js';
import { LateLinks } from './late-links.js';
import { addressRefused } from './address-refusal.js';
import { MailTransport, refusal, SMTP_TIMEOUT_MS } from './mail-transport.js';
import { bareAddress } from './bare-address.js';

const EVERY_MS = 5_000;
const MOST_WORDS = 500;
const LEASE_MS = 60_000;
/** A mail whose sender vanished is sent again after this long, under the same Message-ID. */
const CLAIM_MS = 4 * SMTP_TIMEOUT_MS;
/** What a server refuses without saying what it has against it may be let through when it is asked again. */
const ONCE_MORE_MS = 60 * 60_000;
const PERHAPS_GONE = 'refused, to be tried once more: ';
const BACKOFF = { firstMs: 10_000, mostMs: 60 * 60_000, leastMs: 1_000 };

/**
 * Sends the outbox: claim, commit, send, mark. A crash between sending and marking sends the mail again, and its
 * Message-ID is the same; no crash loses one. A server that is down delays mails and nothing else.
 */
@Injectable()
export class SendMailJob implements OnApplicationShutdown {
  private readonly logger = new Logger(SendMailJob.name);
  private saidUnconfigured = false;
  private stopping = false;

  constructor(
    private readonly pools: HubPools,
    private readonly leases: Leases,
    private readonly transport: MailTransport,
    private readonly links: LateLinks,
  ) {}

  @Interval('send-mail', EVERY_MS)
  async run(): Promise<void> {
    try {
      if (!this.transport.isConfigured) await this.sayUnconfigured();
      else await this.leases.during('mail-sender', LEASE_MS, async (signal) => this.sendDue(signal));
    } catch (error) {
      this.logger.error({ msg: 'outbox not sent', err: error });
    }
  }

  onApplicationShutdown(): void {
    this.stopping = true;
  }

  /** Sends what is due, one by one, until nothing is, the server fails, or `signal` says that the lease is lost. */
  async sendDue(signal?: AbortSignal): Promise<void> {
    while (!this.stopping && signal?.aborted !== true) {
      const mail = await claimMail(this.pools.general, CLAIM_MS);
      if (mail === null || !(await this.sendOne(mail))) return;
    }
  }

  /** @returns false when the server is not to be tried again in this round */
  private async sendOne(mail: ClaimedMail): Promise<boolean> {
    const { id, kind, attempts } = mail;
    await failpoint('mail.claimed');
    const [refused] = await run(this.pools.general, isUndeliverable, [bareAddress(mail.recipient)]);
    if (refused !== undefined) {
      await markMailFailed(this.pools.general, id, `the address was refused before: ${refused.reason}`);
      return true;
    }
    const sendable = await this.links.fillIn(mail);
    if (sendable === null) {
      await markMailFailed(this.pools.general, id, 'the person can no longer sign in');
      return true;
    }
    try {
      await this.transport.send(sendable);
    } catch (error) {
      await this.links.forget(sendable);
      return this.refused(mail, error);
    }
    await failpoint('mail.sent');
    await markMailSent(this.pools.general, id);
    this.logger.log({ msg: 'mail sent', mail: id, kind, attempts });
    return true;
  }

  private async refused(mail: ClaimedMail, error: unknown): Promise<boolean> {
    const { id, kind, attempts, recipient, last_error: before } = mail;
    const why = messageOf(error);
    const what = refusal(error);
    const address = addressRefused(error);
    const isConfirmed = address === 'perhaps' && before?.startsWith(PERHAPS_GONE) === true;
    if (address === 'perhaps' && !isConfirmed) {
      await postponeMail(this.pools.general, id, ONCE_MORE_MS, `${PERHAPS_GONE}${why}`);
      this.logger.warn({ msg: 'mail refused, will try once more', mail: id, kind, attempts, reason: why });
      return true;
    }
    if (what === 'this mail for good') {
      if (address === 'yes' || isConfirmed) await this.noteAddress(id, bareAddress(recipient), why);
      else await markMailFailed(this.pools.general, id, why);
      this.logger.error({ msg: 'mail refused for good', mail: id, kind, attempts, reason: why });
      return true;
    }
    const delayMs = fullJitter(attempts, BACKOFF);
    await postponeMail(this.pools.general, id, delayMs, why);
    this.logger.warn({
      msg: 'mail not sent, will try again',
      mail: id,
      kind,
      attempts,
      delayMs,
      reason: why,
    });
    return what !== 'server';
  }

  /**
   * Nothing more is sent to a person's address that was refused for good; whose it is, and why, is in the audit log. A mailbox of MAIL_TO has
   * nobody who could say that it is there again: its mails are refused one by one.
   */
  private async noteAddress(id: string, address: string, why: string): Promise<void> {
    await inTransaction(this.pools.general, async (client) => {
      await markMailFailed(client, id, why);
      const [person] = await run(client, personAt, [address]);
      if (person === undefined) return;
      const [news] = await run(client, noteUndeliverable, [address, why.slice(0, MOST_WORDS)]);
      if (news === undefined) return;
      await appendAudit(client, Date.now(), {
        actor: ACCORD,
        action: 'mail.address-refused',
        object: publicId.person(person.id),
        pipeline: null,
        detail: { reason: why.slice(0, MOST_WORDS) },
      });
    });
  }

  private async sayUnconfigured(): Promise<void> {
    if (this.saidUnconfigured) return;
    const waiting = await mailsWaiting(this.pools.general);
    if (waiting === 0) return;
    this.saidUnconfigured = true;
    this.logger.warn({ msg: 'mails wait in the outbox: SMTP_URL is not set', waiting });
  }
}
