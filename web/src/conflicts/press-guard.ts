/** A key or click this soon after a card appeared was meant for the card before it. */
const GUARD_MS = 150;
/** A card drawn from what was fetched in advance may still be corrected this soon without a word: nobody has read it yet. */
const SETTLE_MS = 400;

/** Knows how long a card has been in front of the reader. */
export class PressGuard {
  private appearedAt = Number.POSITIVE_INFINITY;

  arm(): void {
    this.appearedAt = performance.now();
  }

  isOpen(): boolean {
    return performance.now() - this.appearedAt >= GUARD_MS;
  }

  isSettling(): boolean {
    return performance.now() - this.appearedAt < SETTLE_MS;
  }
}
