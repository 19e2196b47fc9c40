import type { Side } from '../../../src/core/clock.js';
import { jsonEqual, type Canon } from '../../../src/core/value.js';

/** One statement of somebody's transaction, as the side's change log tells it. */
export interface LogLine {
  readonly seq: number;
  readonly tx: number;
  readonly unit: string;
  readonly value: Canon;
  readonly at: number;
}

export interface SideWrite {
  readonly id: number;
  readonly set: ReadonlyMap<string, Canon>;
  readonly expect: ReadonlyMap<string, Canon>;
}

/** `position`: the last line of the log that precedes the write, or the failed comparison. */
export interface SideReceipt {
  readonly applied: boolean;
  readonly position: number;
}

/** Called for every value the hub replaces, with what stood there. */
export type Replaced = (side: Side, unit: string, before: Canon, after: Canon) => void;

/**
 * A record of a side that orders its changes and compares before it writes (tier T0 with a log): people edit it in transactions, the
 * hub reads the log in pages cut anywhere and writes all units of the record or none. Its own writes are not in the log.
 */
export class MemorySide {
  readonly values = new Map<string, Canon>();
  readonly log: LogLine[] = [];
  readonly #ended = new Map<number, SideReceipt | 'fenced'>();
  writes = 0;
  #tx = 0;

  constructor(
    readonly side: Side,
    private readonly replaced: Replaced,
  ) {}

  /** A person's transaction; several values for one unit: only the last one ever stands. */
  edit(changes: readonly (readonly [unit: string, value: Canon])[], at: number): void {
    const tx = ++this.#tx;
    for (const [unit, value] of changes) {
      if (jsonEqual(this.values.get(unit), value)) continue;
      this.values.set(unit, value);
      this.log.push({ seq: this.log.length + 1, tx, unit, value, at });
    }
  }

  write(write: SideWrite): SideReceipt | 'fenced' {
    const known = this.#ended.get(write.id);
    if (known !== undefined) return known;
    const applied = [...write.expect].every(([unit, value]) => jsonEqual(this.values.get(unit), value));
    if (applied) {
      this.writes++;
      for (const [unit, value] of write.set) {
        this.replaced(this.side, unit, this.values.get(unit) ?? null, value);
        this.values.set(unit, value);
      }
    }
    const receipt = { applied, position: this.log.length };
    this.#ended.set(write.id, receipt);
    return receipt;
  }

  /** How a write ended whose answer was lost; one that never arrived is kept out for ever. */
  settle(id: number): SideReceipt | 'fenced' {
    const known = this.#ended.get(id) ?? 'fenced';
    this.#ended.set(id, known);
    return known;
  }

  /** At most `count` transactions after a position; none is cut. */
  page(after: number, count: number): readonly LogLine[] {
    const lines = this.log.slice(after);
    const transactions = [...new Set(lines.map(({ tx }) => tx))].slice(0, count);
    return lines.filter(({ tx }) => transactions.includes(tx));
  }
}
