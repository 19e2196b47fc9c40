import type { Pool } from 'pg';
import type { ChangePage, Cursor } from '../connectors/connector.js';
import { SIDES, type Side } from '../core/clock.js';
import { continues } from './capture.js';
import type { Intake } from './lane/intake.js';
import { tellsMerges } from './lane/merges.js';
import type { LaneTransaction, Worked } from './lane/transaction.js';

type Pages = Readonly<Record<Side, ChangePage | null>>;
type Cursors = Readonly<Record<Side, Cursor | null>>;

export interface LookaheadHost {
  /** The next page of a side behind a cursor that is not stored yet; `null` when it cannot be read now. */
  readonly read: (side: Side, cursor: Cursor) => Promise<ChangePage | null>;
  /** What the next transaction would take in; `null` when something else is to be done first. */
  readonly intake: (pages: Pages, cursors: Cursors) => Promise<Intake | null>;
}

/**
 * Works the next transaction out while the present one is being stored: the server stores on one core what this process computed on
 * another. Only within a batch of changes that was frozen earlier, and only for records that the present transaction does not touch;
 * everything else waits for its turn. What is worked out here is only a suggestion: it is stored under the same comparisons as ever, and
 * thrown away when anything came in between.
 */
export class Lookahead {
  #next: Promise<Worked | null> = Promise.resolve(null);

  constructor(
    private readonly lane: LaneTransaction,
    private readonly pool: Pool,
    private readonly host: LookaheadHost,
  ) {}

  /** To be called when a transaction has been worked out and begins to be stored. */
  begin(present: Worked): void {
    this.#next = isPlain(present) ? this.#work(present) : Promise.resolve(null);
    this.#next.catch(() => undefined);
  }

  /** What was worked out, once; after the present transaction has been committed, or has failed. */
  async take(): Promise<Worked | null> {
    const next = this.#next;
    this.#next = Promise.resolve(null);
    return await next.catch(() => null);
  }

  async #work(present: Worked): Promise<Worked | null> {
    const { pages } = present.intake;
    const cursors = { A: cursorOf(present.intake, 'A'), B: cursorOf(present.intake, 'B') };
    const [A, B] = await Promise.all(
      SIDES.map(async (side) => {
        const cursor = cursors[side];
        return cursor === null || !continues(pages[side]) ? null : await this.host.read(side, cursor);
      }),
    );
    if (A?.kind !== 'log' && B?.kind !== 'log') return null;
    if (tellsMerges({ A: A ?? null, B: B ?? null })) return null;
    const intake = await this.host.intake({ A: A ?? null, B: B ?? null }, cursors);
    if (intake === null) return null;
    const busy = new Set(present.records.map((record) => record.linkId));
    const client = await this.pool.connect();
    try {
      return await this.lane.work(client, intake, busy);
    } finally {
      client.release();
    }
  }
}

/** Nothing but edits of linked records from frozen pages: nothing that the next page could depend on. */
function isPlain({ intake, records, missed, strangers, vanished, due, guarded }: Worked): boolean {
  return (
    SIDES.every((side) => intake.pages[side] === null || continues(intake.pages[side])) &&
    SIDES.every((side) => strangers[side].size === 0 && vanished[side].size === 0) &&
    !tellsMerges(intake.pages) &&
    missed.length === 0 &&
    due.size === 0 &&
    guarded.opened.length === 0 &&
    records.every((record) => record.linkState === 'live' && record.rekeyed.length === 0)
  );
}

function cursorOf(intake: Intake, side: Side): Cursor | null {
  return intake.pages[side]?.cursor ?? intake.cursors[side].cursor;
}
