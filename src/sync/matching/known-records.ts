import type { Side } from '../../core/clock.js';
import type { HubPools } from '../../database/pools.js';
import { standingOf } from '../../database/sql/matching/standing.js';
import { run } from '../../database/sql/statement.js';

/** What stands in the way of linking records by a rule, of those that were asked for; each as `side id`. */
export class KnownRecords {
  /** They are linked: their keys are kept for a while after Accord has made their counterpart. */
  readonly twins = new Set<string>();
  /** Their link was ended on purpose: no rule links them again. */
  readonly ended = new Set<string>();
  /** A person has said what they are; it is not carried out yet. */
  readonly answered = new Set<string>();

  constructor(
    private readonly pipelineId: number,
    private readonly pools: HubPools,
  ) {}

  async learn(side: Side, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const rows = await run(this.pools.general, standingOf[side], [this.pipelineId, [...new Set(ids)]]);
    for (const { ext_id: id, linked, ended, answered } of rows) {
      if (linked) this.twins.add(`${side} ${id}`);
      if (ended) this.ended.add(`${side} ${id}`);
      if (answered) this.answered.add(`${side} ${id}`);
    }
  }

  isFree(side: Side, id: string): boolean {
    const at = `${side} ${id}`;
    return !this.twins.has(at) && !this.ended.has(at) && !this.answered.has(at);
  }
}
