import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Env } from '../common/env.js';
import { uuidv7 } from '../common/ids.js';
import { Leases } from '../database/lease.js';
import { HubPools } from '../database/pools.js';
import { takeNewConflicts } from '../database/sql/notify/take-new-conflicts.js';
import { addMails, wroteMailLately } from '../database/sql/notify/outbox.js';
import { inTransaction } from '../database/transaction.js';
import { mailHeaders } from './mail-headers.js';
import { MailTemplates } from './mail-templates.js';
import { newConflictsMail, threadOf } from './new-conflicts-mail.js';

export const NEW_CONFLICTS = 'new-conflicts';

const EVERY_MS = 5_000;
const LEASE_MS = 60_000;
/** What comes within this time is told in one mail. */
const GATHER_MS = 20_000;
/** After a mail, silence: a storm is one mail, and then one more with the rest. */
const SILENCE_MS = 10 * 60_000;
const LISTED = 10;
const LIMIT = 20_000;

/** Writes the mail about conflicts that nobody was told about yet, one for each recipient, and marks them as told. */
@Injectable()
export class NewConflictsJob {
  private readonly logger = new Logger(NewConflictsJob.name);

  constructor(
    private readonly env: Env,
    private readonly pools: HubPools,
    private readonly leases: Leases,
    private readonly templates: MailTemplates,
  ) {}

  @Interval('new-conflicts', EVERY_MS)
  async run(): Promise<void> {
    try {
      await this.leases.during('mail-new-conflicts', LEASE_MS, async () => {
        await this.tell();
      });
    } catch (error) {
      this.logger.error({ msg: 'mail about new conflicts not written', err: error });
    }
  }

  /**
   * One look, without a lease: two at once would each tell of other conflicts.
   *
   * @returns how many conflicts were told
   */
  async tell({ gatherMs = GATHER_MS, silenceMs = SILENCE_MS } = {}): Promise<number> {
    const recipients = this.env.MAIL_TO ?? [];
    if (recipients.length === 0) return 0;
    return inTransaction(this.pools.general, async (client) => {
      if (await wroteMailLately(client, NEW_CONFLICTS, silenceMs)) return 0;
      const news = await takeNewConflicts(client, { gatherMs, limit: LIMIT, listed: LISTED });
      if (news === null) return 0;
      const { publicUrl } = this.env;
      const mail = this.templates.render(NEW_CONFLICTS, newConflictsMail(news, publicUrl));
      const headers = mailHeaders(threadOf(news), publicUrl);
      await addMails(
        client,
        recipients.map((recipient) => ({ id: uuidv7(), kind: NEW_CONFLICTS, recipient, ...mail, headers })),
      );
      this.logger.log({
        msg: 'mail about new conflicts written',
        conflicts: news.total,
        recipients: recipients.length,
      });
      return news.total;
    });
  }
}
