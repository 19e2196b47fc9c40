import type { WriteBatch } from '../connector.js';
import { ConnectorError } from '../errors.js';

/** @throws ConnectorError `batch-invalid` for what no engine sends: an id that is none, too many items, a record twice */
export function mustBeBatch({ id, items }: WriteBatch, maxItems: number): void {
  if (!/^\d{1,18}$/.test(id))
    throw new ConnectorError('batch-invalid', `A batch id has up to 18 digits, not "${id}"`);
  if (items.length > maxItems)
    throw new ConnectorError('batch-invalid', `A batch has at most ${maxItems} items, not ${items.length}`);
  const ids = new Set<string>();
  for (const item of items) {
    if (ids.has(item.id))
      throw new ConnectorError('batch-invalid', `Record ${item.id} occurs twice in one batch`);
    ids.add(item.id);
  }
}
