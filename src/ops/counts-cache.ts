import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { HubPools } from '../database/pools.js';
import { type CountsRow, pipelineCounts } from '../database/sql/pipeline-counts.js';

/** Counts are at least this old before they are counted again, in milliseconds. */
const minimumAge = 2_000;

/** Counting may take this share of the time. */
const share = 1 / 20;

/** The counts of all pipelines, a few seconds old at most for tables of usual size; one counting at a time. */
@Injectable()
export class CountsCache {
  #counts = new Map<number, CountsRow>();
  #freshUntil = 0;
  #counting: Promise<void> | undefined;

  constructor(
    private readonly pools: HubPools,
    private readonly clock: Clock,
  ) {}

  async of(pipelineId: number): Promise<CountsRow | undefined> {
    if (this.clock.monotonic() >= this.#freshUntil) {
      this.#counting ??= this.count().finally(() => (this.#counting = undefined));
      await this.#counting;
    }
    return this.#counts.get(pipelineId);
  }

  /** After something was changed on purpose: the one who did it wants to see it. */
  forget(): void {
    this.#freshUntil = 0;
  }

  private async count(): Promise<void> {
    const begun = this.clock.monotonic();
    const rows = await pipelineCounts(this.pools.general);
    const took = this.clock.monotonic() - begun;
    this.#counts = new Map(rows.map((row) => [row.pipeline_id, row]));
    this.#freshUntil = this.clock.monotonic() + Math.max(minimumAge, took / share);
  }
}
