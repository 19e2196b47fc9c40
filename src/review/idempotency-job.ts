import { Injectable, Logger } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { HubPools } from '../database/pools.js';
import { dropOldAnswers } from '../database/sql/review/idempotency.js';
import { execute } from '../database/sql/statement.js';

/** Drops stored answers that no repeated request may ask for any more. Harmless to run on several replicas at once. */
@Injectable()
export class IdempotencyJob {
  private readonly logger = new Logger(IdempotencyJob.name);

  constructor(private readonly pools: HubPools) {}

  @Cron('23 * * * *', { name: 'idempotency', waitForCompletion: true })
  async run(): Promise<void> {
    try {
      await execute(this.pools.general, dropOldAnswers, []);
    } catch (error) {
      this.logger.warn({ msg: 'old answers not dropped', err: error });
    }
  }
}
