import { takeValue, type FlapLimits, type Taken } from '../core/flap.js';

/** Units remembered; the least recently written are forgotten. */
const LIMIT = 50_000;

/**
 * What values units took lately, to notice two automations that rewrite each other. In memory on purpose: every authored value would
 * otherwise be stored twice, and after a restart a fight is noticed again after a few more rounds.
 */
export class FlapMemory {
  readonly #taken = new Map<string, readonly Taken[]>();

  /** Notes that the unit is about to take a value; true when it oscillates. */
  take(linkId: number, unit: string, key: string, now: number, limits: FlapLimits): boolean {
    const id = `${String(linkId)} ${unit}`;
    const { history, fights } = takeValue(this.#taken.get(id) ?? [], key, now, limits);
    this.#taken.delete(id);
    // A person will look at it: afterwards the count starts afresh.
    if (fights) return true;
    this.#taken.set(id, history);
    if (this.#taken.size > LIMIT) {
      const oldest = this.#taken.keys().next().value;
      if (oldest !== undefined) this.#taken.delete(oldest);
    }
    return false;
  }
}
