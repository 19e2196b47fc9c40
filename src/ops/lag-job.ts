import { Injectable, Logger } from '@nestjs/common';
import { Cron, Interval } from '@nestjs/schedule';
import { Clock } from '../common/clock.js';
import { HubPools } from '../database/pools.js';
import { dropOldLag, recordLag } from '../database/sql/lag-history.js';
import { pipelineRows } from '../database/sql/pipeline-rows.js';
import { sideRows } from '../database/sql/side-rows.js';
import { execute } from '../database/sql/statement.js';

const EVERY_MS = 10_000;
/** One day more than is shown. */
const KEPT_MS = 15 * 86_400_000;

/** Writes down how far each side is behind, for the chart; harmless to run on several replicas at once. */
@Injectable()
export class LagJob {
  readonly #logger = new Logger(LagJob.name);

  constructor(
    private readonly pools: HubPools,
    private readonly clock: Clock,
  ) {}

  @Interval('lag', EVERY_MS)
  async run(): Promise<void> {
    try {
      const pipelines = await pipelineRows(this.pools.general, null);
      const sides = await sideRows(
        this.pools.general,
        pipelines.map(({ id }) => id),
      );
      // A side that was never read to its end has no lag yet.
      const known = sides.filter(({ lag_seconds }) => lag_seconds !== null);
      if (known.length === 0) return;
      await execute(this.pools.general, recordLag, [
        new Date(this.clock.now()),
        known.map(({ pipeline_id }) => pipeline_id),
        known.map(({ side }) => side),
        known.map(({ lag_seconds }) => lag_seconds),
      ]);
    } catch (error) {
      this.#logger.debug({ msg: 'the lag was not written down', err: error });
    }
  }

  @Cron('29 * * * *', { name: 'lag-retention', waitForCompletion: true })
  async dropOld(): Promise<void> {
    try {
      await execute(this.pools.general, dropOldLag, [new Date(this.clock.now() - KEPT_MS)]);
    } catch (error) {
      this.#logger.warn({ msg: 'old lags not dropped', err: error });
    }
  }
}
