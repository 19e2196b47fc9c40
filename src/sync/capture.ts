import type { Clock } from '../common/clock.js';
import { failpoint } from '../common/failpoint.js';
import type { ChangePage } from '../connectors/connector.js';
import type { Side } from '../core/clock.js';
import { Canary } from './canary.js';
import type { RunningPipeline } from './running-pipeline.js';
import type { SideRuntime } from './side-runtime.js';

/** Capture lost its thread on a side: a snapshot must be compared before it goes on. */
export class GapFound extends Error {
  override readonly name = 'GapFound';

  constructor(
    readonly side: Side,
    readonly reason: string,
    detail: string,
  ) {
    super(detail);
  }
}

/** The next page belongs to the same frozen batch of changes. States are read anew with every page: they never do. */
export function continues(page: ChangePage | null): boolean {
  return page?.kind === 'log' && page.more;
}

const STORE_EMPTY_MS = 30_000;

/** Moving an empty cursor need not be stored at once, but now and then, or a restart would read far back. */
export function matters(page: ChangePage | null, runtime: SideRuntime, now: number): boolean {
  return page !== null && (!isEmpty(page) || now - (runtime.readAt ?? 0) > STORE_EMPTY_MS);
}

/** The page has been worked in. */
export function advance(runtime: SideRuntime, page: ChangePage | null, now: number): void {
  if (page === null) return;
  runtime.noteWorkedIn(page);
  runtime.cursor = page.cursor;
  runtime.readToEnd ||= !page.more;
  const old = page.kind === 'log' && now - (runtime.readAt ?? 0) > STORE_EMPTY_MS;
  if (!isEmpty(page) || old) runtime.readAt = now;
}

/** Nothing happened that the page could tell. */
export function isEmpty(page: ChangePage): boolean {
  const told = page.kind === 'log' ? page.entries.length : page.states.length;
  return told + (page.merges ?? []).length === 0;
}

/** Reads what happened on the sides; a side that fails is left alone until its time to be tried again. */
export class Capture {
  readonly canaries: Canary;

  constructor(
    private readonly pipeline: RunningPipeline,
    private readonly clock: Clock,
    private readonly pageSize: number,
  ) {
    this.canaries = new Canary(pipeline);
  }

  async hasNews(runtime: SideRuntime): Promise<boolean> {
    if (!runtime.available(this.clock.now())) return false;
    if (runtime.failing || runtime.cursor === null) return true;
    const before = this.clock.now();
    try {
      const news = await this.pipeline.ends[runtime.side].endpoint.hasNews(runtime.cursor);
      if (!news) runtime.readUpTo = Math.max(runtime.readUpTo, before);
      return news;
    } catch (error) {
      await runtime.failed(error, this.clock.now());
      return false;
    }
  }

  /** Only a log tells for certain that there is nothing new. */
  async mayBeUnread(runtime: SideRuntime): Promise<boolean> {
    const { capabilities } = this.pipeline.ends[runtime.side].endpoint;
    return capabilities.orderedLog && (await this.hasNews(runtime));
  }

  /**
   * @param cursor behind which to read, where that is not what is stored
   * @returns the next page, if the side can be read now, and whether it had been failing before
   * @throws GapFound
   */
  async page(
    runtime: SideRuntime,
    cursor = runtime.cursor,
  ): Promise<{ readonly page: ChangePage | null; readonly recovered: boolean }> {
    const { side } = runtime;
    if (cursor === null || !runtime.available(this.clock.now())) return { page: null, recovered: false };
    let page: ChangePage;
    let recovered: boolean;
    const begun = runtime.begunAt(cursor, this.clock.now());
    await failpoint('capture.before-read');
    try {
      page = await this.pipeline.ends[side].endpoint.changes(cursor, this.pageSize);
      recovered = await runtime.worked();
    } catch (error) {
      await runtime.failed(error, this.clock.now());
      return { page: null, recovered: false };
    }
    await failpoint('capture.read');
    runtime.noteRead(page, begun);
    if (page.gap !== null) throw new GapFound(side, page.gap.reason, page.gap.detail);
    return { page, recovered };
  }
}
