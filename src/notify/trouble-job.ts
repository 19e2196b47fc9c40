import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Env } from '../common/env.js';
import { uuidv7 } from '../common/ids.js';
import { Leases } from '../database/lease.js';
import { HubPools } from '../database/pools.js';
import { addMails } from '../database/sql/notify/outbox.js';
import { takeHalts, takeTrippedGuards } from '../database/sql/notify/take-trouble.js';
import { run } from '../database/sql/statement.js';
import { inTransaction } from '../database/transaction.js';
import { mailHeaders } from './mail-headers.js';
import { MailTemplates } from './mail-templates.js';
import { troubleMail } from './trouble-mail.js';

export const TROUBLE = 'trouble';

const EVERY_MS = 5_000;
const LEASE_MS = 60_000;
const LIMIT = 100;

/** Writes the mail about pipelines that were halted and guards that tripped: at once, for something was stopped. */
@Injectable()
export class TroubleJob {
  private readonly logger = new Logger(TroubleJob.name);

  constructor(
    private readonly env: Env,
    private readonly pools: HubPools,
    private readonly leases: Leases,
    private readonly templates: MailTemplates,
  ) {}

  @Interval('trouble', EVERY_MS)
  async run(): Promise<void> {
    try {
      await this.leases.during('mail-trouble', LEASE_MS, async () => {
        await this.tell();
      });
    } catch (error) {
      this.logger.error({ msg: 'mail about trouble not written', err: error });
    }
  }

  /** One look, without a lease. @returns how many halts and guards were told */
  async tell(): Promise<number> {
    const recipients = this.env.MAIL_TO ?? [];
    if (recipients.length === 0) return 0;
    return inTransaction(this.pools.general, async (client) => {
      const halts = await run(client, takeHalts, []);
      const guards = await run(client, takeTrippedGuards, [LIMIT]);
      const told = halts.length + guards.length;
      if (told === 0) return 0;
      const { publicUrl } = this.env;
      const mail = this.templates.render(TROUBLE, troubleMail({ halts, guards }, publicUrl));
      const pipelines = new Set([...halts, ...guards].map(({ pipeline }) => pipeline));
      const [only] = pipelines;
      const thread = pipelines.size === 1 && only !== undefined ? `pipeline.${only}` : 'pipelines';
      const headers = mailHeaders(thread, publicUrl);
      await addMails(
        client,
        recipients.map((recipient) => ({ id: uuidv7(), kind: TROUBLE, recipient, ...mail, headers })),
      );
      this.logger.log({ msg: 'mail about trouble written', halts: halts.length, guards: guards.length });
      return told;
    });
  }
}
