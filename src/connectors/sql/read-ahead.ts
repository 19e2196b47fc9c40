import type { RecordState } from '../connector.js';
import type { ReadPage } from './snapshot-capture.js';

/**
 * All records in key order, page by page, behind `after`. While the caller works on one page the next is being read; two pages are the most
 * that is in memory.
 */
export async function* readAhead(
  read: ReadPage,
  pageSize: number,
  after: string | undefined,
): AsyncGenerator<readonly RecordState[]> {
  let coming = read(pageSize, after);
  for (;;) {
    const page = await coming;
    const last = page.at(-1)?.id;
    const more = page.length === pageSize && last !== undefined;
    if (more) {
      coming = read(pageSize, last);
      // Whoever stops reading early never awaits it.
      coming.catch(() => undefined);
    }
    if (page.length > 0) yield page;
    if (!more) return;
  }
}
