import { AppError } from '../common/errors.js';

/** Tests of one person: enough for whoever tries settings out, too few to look through a network with. */
const MOST = 20;
const WITHIN_MS = 60_000;

/** Counts the tests of each person in this process, over a minute that moves along. */
export class TestRate {
  readonly #begun = new Map<string, readonly number[]>();

  /** @param now ms of a clock that only goes forward */
  constructor(private readonly now: () => number) {}

  /** @throws AppError `too-many-attempts`, with `retryAfterSeconds` */
  count(who: string): void {
    const now = this.now();
    for (const [one, times] of this.#begun)
      if (times.every((at) => at <= now - WITHIN_MS)) this.#begun.delete(one);
    const recent = (this.#begun.get(who) ?? []).filter((at) => at > now - WITHIN_MS);
    const [oldest = now] = recent;
    if (recent.length >= MOST) {
      const retryAfterSeconds = Math.max(1, Math.ceil((oldest + WITHIN_MS - now) / 1000));
      throw new AppError(
        'too-many-attempts',
        `Too many tests of connections. Try again in ${String(retryAfterSeconds)} s.`,
        { details: { retryAfterSeconds } },
      );
    }
    this.#begun.set(who, [...recent, now]);
  }
}
