import { parseRate } from '../core/pipeline/duration.js';

/**
 * A token bucket: at most `perSecond` on average, with bursts of one second's worth. Counts what was taken even beyond the limit, so
 * that a large batch is paid for by the following ones.
 */
export class RateBudget {
  #tokens: number;
  #at: number;

  constructor(
    private readonly perSecond: number,
    now: number,
  ) {
    this.#tokens = perSecond;
    this.#at = now;
  }

  available(now: number): number {
    this.#tokens = Math.min(this.perSecond, this.#tokens + ((now - this.#at) / 1000) * this.perSecond);
    this.#at = now;
    return Math.floor(this.#tokens);
  }

  take(n: number): void {
    this.#tokens -= n;
  }

  /** From a rate as written: `500/s`, `80/10s`. */
  static of(rate: string, now: number): RateBudget {
    const { count, perMs } = parseRate(rate);
    return new RateBudget((count * 1000) / perMs, now);
  }
}
