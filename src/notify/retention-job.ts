import { Injectable, Logger } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { HubPools } from '../database/pools.js';
import { dropOldMail } from '../database/sql/notify/retention.js';
import { run } from '../database/sql/statement.js';

/** Mails hold values of records: they are not kept for longer than it takes to find out what went wrong. */
@Injectable()
export class RetentionJob {
  private readonly logger = new Logger(RetentionJob.name);

  constructor(private readonly pools: HubPools) {}

  @Cron('17 * * * *', { name: 'mail-retention', waitForCompletion: true })
  async run(): Promise<void> {
    try {
      const [dropped] = await run(this.pools.general, dropOldMail, []);
      this.logger.debug({ msg: 'old mails dropped', ...dropped });
    } catch (error) {
      this.logger.warn({ msg: 'old mails not dropped', err: error });
    }
  }
}
