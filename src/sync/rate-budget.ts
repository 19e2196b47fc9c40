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

  /** `500/s`, `80/10s`, `1000/m` → per second. */
  static perSecond(rate: string): number {
    const match = /^(\d+)\/(\d*)(ms|s|m|h|d)$/.exec(rate);
    if (match === null) throw new RangeError(`not a rate: ${rate}`);
    const unit = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86400 }[match[3] as 'ms' | 's' | 'm' | 'h' | 'd'];
    return Number(match[1]) / (Number(match[2] === '' ? 1 : match[2]) * unit);
  }
}
