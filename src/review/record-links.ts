import type { Side } from '../core/clock.js';
import type { ConflictDto } from './conflict.dto.js';
import type { RecordUrls } from './queue/review-rules.js';

export function recordLinks(
  urls: RecordUrls,
  ids: Readonly<Record<Side, string | null>>,
): ConflictDto['links'] {
  return { A: linkOf(urls.A, ids.A), B: linkOf(urls.B, ids.B) };
}

/** Ids come from the systems: they stay one part of the address, whatever they hold. */
function linkOf(url: string | null, id: string | null): string | null {
  return url === null || id === null ? null : url.replace('{id}', () => encodeURIComponent(id));
}
