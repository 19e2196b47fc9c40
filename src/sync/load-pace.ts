import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../common/clock.js';
import type { Side } from '../core/clock.js';
import { parseRate } from '../core/pipeline/duration.js';
import type { HubPools } from '../database/pools.js';
import { loadRates } from '../database/sql/load/rate.js';
import { run } from '../database/sql/statement.js';
import type { RunningPipeline } from './running-pipeline.js';

/** How often it is looked whether somebody has changed the rate. */
const LOOK_MS = 250;
const FEWEST = 20;

/**
 * How fast the first load may make records on a side: the rate of the load, which people change while it runs, and what the connection may
 * write at all. What was written is paid for before the next is.
 */
export class LoadPace {
  readonly #last: Record<Side, { readonly at: number; readonly n: number }> = {
    A: { at: 0, n: 0 },
    B: { at: 0, n: 0 },
  };
  #known: { readonly at: number; readonly perSecond: Readonly<Record<Side, number | null>> } | null = null;

  constructor(
    private readonly pipeline: RunningPipeline,
    private readonly pools: HubPools,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {}

  /** Records to be made at a time, so that a side is not given a minute's worth at once. */
  async most(side: Side, otherwise: number): Promise<number> {
    const limit = await this.#perSecond(side);
    return limit === null ? otherwise : Math.min(otherwise, Math.max(FEWEST, Math.ceil(limit)));
  }

  /** Waits until so many may be made on a side. */
  async take(side: Side, n: number): Promise<void> {
    const { rate } = this.pipeline.ends[side];
    for (;;) {
      this.signal.throwIfAborted();
      const now = this.clock.now();
      const limit = await this.#perSecond(side);
      const last = this.#last[side];
      const wait = limit === null ? 0 : last.at + (last.n * 1000) / limit - now;
      if (wait <= 0 && (rate === null || rate.available(now) > 0)) break;
      await sleep(Math.min(LOOK_MS, Math.max(1, wait)), undefined, { signal: this.signal });
    }
    this.#last[side] = { at: this.clock.now(), n };
    rate?.take(n);
  }

  async #perSecond(side: Side): Promise<number | null> {
    const now = this.clock.now();
    if (this.#known === null || now - this.#known.at >= LOOK_MS) {
      const [row] = await run(this.pools.general, loadRates, [this.pipeline.id]);
      const perSecond = { A: perSecondOf(row?.rate_a ?? null), B: perSecondOf(row?.rate_b ?? null) };
      this.#known = { at: now, perSecond };
    }
    return this.#known.perSecond[side];
  }
}

function perSecondOf(rate: string | null): number | null {
  if (rate === null) return null;
  const { count, perMs } = parseRate(rate);
  return (count * 1000) / perMs;
}
