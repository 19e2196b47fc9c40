import { Injectable, Logger } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { Clock } from '../common/clock.js';
import { HubPools } from '../database/pools.js';
import { dropWhatIsOver } from '../database/sql/access/sessions.js';
import { execute } from '../database/sql/statement.js';
import { AccessSettings } from './access-settings.js';

/** Drops sessions, links and attempts that are over. They are not let in anyway. Harmless to run on several replicas at once. */
@Injectable()
export class CleanUpJob {
  private readonly logger = new Logger(CleanUpJob.name);

  constructor(
    private readonly pools: HubPools,
    private readonly clock: Clock,
    private readonly settings: AccessSettings,
  ) {}

  @Cron('41 * * * *', { name: 'access-clean-up', waitForCompletion: true })
  async run(): Promise<void> {
    try {
      await execute(this.pools.general, dropWhatIsOver, [this.clock.now(), this.settings.idleMs]);
    } catch (error) {
      this.logger.warn({ msg: 'ended sessions not dropped', err: error });
    }
  }
}
