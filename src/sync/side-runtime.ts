import type { Pool } from 'pg';
import { fullJitter } from '../common/backoff.js';
import { AppError, messageOf } from '../common/errors.js';
import type { ChangePage, Cursor } from '../connectors/connector.js';
import type { Side } from '../core/clock.js';
import { run, type Statement } from '../database/sql/statement.js';

export interface SideRow {
  side: Side;
  cursor: Cursor | null;
  version: number;
  read_at_ms: number | null;
  paused: boolean;
  error_code: string | null;
}

const readSides: Statement<SideRow> = {
  name: 'sync_read_sides',
  text: `select side, cursor, version, (extract(epoch from read_at) * 1000)::float8 as read_at_ms, paused_at is not null as paused, error_code
         from side_state where pipeline_id = $1`,
};

const setSideError: Statement<Record<string, never>> = {
  name: 'sync_set_side_error',
  text: `update side_state set error_code = $3, error_detail = $4, error_since = coalesce(error_since, clock_timestamp()),
                retry_at = clock_timestamp() + $5 * interval '1 millisecond' where pipeline_id = $1 and side = $2`,
};

const clearSideError: Statement<Record<string, never>> = {
  name: 'sync_clear_side_error',
  text: `update side_state set error_code = null, error_detail = null, error_since = null, retry_at = null
         where pipeline_id = $1 and side = $2 and error_code is not null`,
};

const markWrote: Statement<Record<string, never>> = {
  name: 'sync_mark_wrote',
  text: `update side_state set wrote_at = clock_timestamp() where pipeline_id = $1 and side = $2`,
};

const markCaughtUp: Statement<Record<string, never>> = {
  name: 'sync_mark_caught_up',
  text: `update side_state set caught_up_at = clock_timestamp() where pipeline_id = $1 and side = any($2::text[])`,
};

const BACKOFF = { firstMs: 250, mostMs: 30_000 };
/** What a person must mend (a missing right, a missing column) is tried again at this pace. */
const NEEDS_PERSON_MS = 5000;

/** One side of a running pipeline: where it has been read to, whether it can be reached, and when to try again. */
export class SideRuntime {
  cursor: Cursor | null = null;
  version = 0;
  readAt: number | null = null;
  paused = false;
  /** Everything that had happened when this worker began has been read. */
  readToEnd = false;
  /** Whatever was committed on the side before this, hub time, has been read. */
  readUpTo = 0;
  /** When the batch of changes was begun that goes on behind a cursor; a cursor that is not here begins one. */
  readonly #begun = new WeakMap<object, number>();
  readonly #pages = new WeakMap<ChangePage, number>();
  #failures = 0;
  #retryAt = 0;
  #errorCode: string | null = null;
  #writeFailures = 0;
  #writeRetryAt = 0;

  constructor(
    readonly side: Side,
    private readonly pipelineId: number,
    private readonly pool: Pool,
  ) {}

  /** Where it has been read to, as last stored. */
  get place(): { readonly cursor: Cursor | null; readonly version: number; readonly readAt: number | null } {
    const { cursor, version, readAt } = this;
    return { cursor, version, readAt };
  }

  static async load(pool: Pool, pipelineId: number): Promise<Record<Side, SideRuntime>> {
    const sides = { A: new SideRuntime('A', pipelineId, pool), B: new SideRuntime('B', pipelineId, pool) };
    for (const row of await run(pool, readSides, [pipelineId])) sides[row.side].#take(row);
    return sides;
  }

  #take(row: SideRow): void {
    this.cursor = row.cursor;
    // A batch that another worker may have begun, long ago.
    if (isObject(row.cursor)) this.#begun.set(row.cursor, 0);
    this.version = row.version;
    this.readAt = row.read_at_ms;
    this.paused = row.paused;
    this.#errorCode = row.error_code;
  }

  /** When the batch was begun that is read behind this cursor, hub time. */
  begunAt(cursor: Cursor, now: number): number {
    return (isObject(cursor) ? this.#begun.get(cursor) : undefined) ?? now;
  }

  /** A page was read that belongs to a batch begun then. It need not be worked in. */
  noteRead(page: ChangePage, begun: number): void {
    this.#pages.set(page, begun);
    if (!isObject(page.cursor)) return;
    if (page.more) this.#begun.set(page.cursor, begun);
    else this.#begun.delete(page.cursor);
  }

  /** The page has been worked in. */
  noteWorkedIn(page: ChangePage): void {
    if (!page.more) this.readUpTo = Math.max(this.readUpTo, this.#pages.get(page) ?? 0);
  }

  available(now: number): boolean {
    return now >= this.#retryAt;
  }

  get retryAt(): number {
    return this.#retryAt;
  }

  get failing(): boolean {
    return this.#failures > 0;
  }

  /** Notes a failure with its cause and when to try again; full jitter, so that many do not come back at once. */
  async failed(error: unknown, now: number): Promise<void> {
    this.#failures++;
    this.#retryAt = now + (await this.#note(error, this.#failures));
  }

  /** The side answered. True when it had not before. */
  async worked(): Promise<boolean> {
    const recovered = this.#failures > 0;
    this.#failures = 0;
    this.#retryAt = 0;
    if (this.#errorCode !== null && this.#writeFailures === 0) await this.#clearError();
    return recovered;
  }

  /** Writes fail while reads may still work: each is tried again at its own pace. */
  async writeFailed(error: unknown, now: number): Promise<void> {
    this.#writeFailures++;
    const wait = await this.#note(error, this.#writeFailures);
    this.#writeRetryAt = now + wait;
  }

  writable(now: number): boolean {
    return now >= this.#writeRetryAt;
  }

  awaitsReopening(now: number): boolean {
    return this.#writeRetryAt !== 0 && now >= this.#writeRetryAt;
  }

  /** True once when writes may be tried again after a failure: what waited for the side is due. */
  reopened(now: number): boolean {
    if (this.#writeRetryAt === 0 || now < this.#writeRetryAt) return false;
    this.#writeRetryAt = 0;
    return true;
  }

  async wrote(): Promise<void> {
    if (this.#writeFailures > 0) {
      this.#writeFailures = 0;
      if (this.#failures === 0) await this.#clearError();
    }
    await run(this.pool, markWrote, [this.pipelineId, this.side]);
  }

  async #note(error: unknown, failures: number): Promise<number> {
    const needsPerson = error instanceof AppError && !error.retryable;
    const wait = needsPerson ? NEEDS_PERSON_MS : fullJitter(failures, BACKOFF);
    this.#errorCode = error instanceof AppError ? error.code : 'internal';
    await run(this.pool, setSideError, [this.pipelineId, this.side, this.#errorCode, messageOf(error), wait]);
    return wait;
  }

  async #clearError(): Promise<void> {
    this.#errorCode = null;
    await run(this.pool, clearSideError, [this.pipelineId, this.side]);
  }

  static async caughtUp(pool: Pool, pipelineId: number, sides: readonly Side[]): Promise<void> {
    await run(pool, markCaughtUp, [pipelineId, [...sides]]);
  }
}

function isObject(cursor: Cursor | null): cursor is Extract<Cursor, object> {
  return typeof cursor === 'object' && cursor !== null;
}
