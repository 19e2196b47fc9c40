/**
 * Remembers what a pure function gave for a text. Bounded: two generations of at most `size` entries each, of which the older is dropped
 * as a whole; whatever is asked for again moves to the newer. So what is remembered never shows in a result.
 */
export class BoundedMemo<T> {
  #young = new Map<string, T>();
  #old = new Map<string, T>();

  constructor(private readonly size: number) {}

  get(text: string): T | undefined {
    const found = this.#young.get(text);
    if (found !== undefined) return found;
    const aged = this.#old.get(text);
    return aged === undefined ? undefined : this.set(text, aged);
  }

  set(text: string, result: T): T {
    if (this.#young.size >= this.size) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(text, result);
    return result;
  }
}
