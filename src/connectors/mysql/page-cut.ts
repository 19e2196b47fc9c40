import type { Row } from './pools.js';

/** Values before and after that one page may hold, in bytes; the entry that crosses the bound is still in it. */
const pageBytes = 16 * 2 ** 20;

/** How much further a page may go to end behind a transaction's last entry of a record. */
export const wholeFactor = 4;

/** What is looked at to find a page's end. */
export const leanList = `cast(seq as char), tx, id, cast(coalesce(octet_length(was), 0) + coalesce(octet_length(stands), 0) as char), op`;

/**
 * How many of the entries make a page: about `limit`, or until their bytes are enough; and then as many more as it takes that no
 * transaction is cut between two entries of one record, for the value between them was never seen by anybody.
 */
export function keptTogether(lean: readonly Row[], limit: number): number {
  let count = 0;
  let bytes = 0;
  while (count < lean.length && count < limit && bytes < pageBytes) bytes += Number(lean[count++]?.[3]);
  if (count === lean.length) return count;
  const rekeying = new Set(lean.flatMap(([, tx, , , op]) => (op === 'K' ? [tx ?? ''] : [])));
  const last = new Map<string, number>();
  const places = lean.map(([, tx = null, id = null], i) => {
    if (tx === null || tx === '') return null;
    const place = rekeying.has(tx) ? tx : `${tx} ${id ?? ''}`;
    last.set(place, i);
    return place;
  });
  for (let i = 0; i < count; i++) {
    const place = places[i] ?? null;
    const until = place === null ? i : (last.get(place) ?? i);
    for (; count <= until && bytes < pageBytes * wholeFactor; count++) bytes += Number(lean[count]?.[3]);
  }
  return count;
}
