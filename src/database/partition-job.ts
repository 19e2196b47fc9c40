import { Injectable, Logger } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { Clock } from '../common/clock.js';
import { createLineagePartitions } from './lineage-partitions.js';
import { HubPools } from './pools.js';

/** Makes the partitions of the months ahead while the service runs; a start makes them too, with the migrations. */
@Injectable()
export class PartitionJob {
  private readonly logger = new Logger(PartitionJob.name);

  constructor(
    private readonly pools: HubPools,
    private readonly clock: Clock,
  ) {}

  /** Twice a day, and two months early: months of failures pass before a row has no partition. */
  @Cron('17 3,15 * * *', { name: 'lineage-partitions', waitForCompletion: true })
  async run(): Promise<void> {
    try {
      const created = await createLineagePartitions(this.pools.general, this.clock.date());
      if (created.length > 0) this.logger.log({ msg: 'lineage partitions created', partitions: created });
    } catch (error) {
      this.logger.error({ msg: 'lineage partitions not created', err: error });
    }
  }
}
