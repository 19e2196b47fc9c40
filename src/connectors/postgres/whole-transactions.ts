import type { FrozenNext, WholeTransaction } from './log-cursor.js';
import type { EntryRow } from './log-statements.js';

/** Runs a statement with the parameters that follow those of the window. */
export type AskWindow = (
  statement: 'survey' | 'reappearing',
  values: readonly unknown[],
) => Promise<(string | null)[][]>;

/** Entries of a transaction beyond which it is listed one by one; shorter ones are looked for behind each page's end. */
const longSpan = 10_000;

export interface Together {
  readonly rows: readonly EntryRow[];
  readonly next: FrozenNext;
}

/**
 * What of a page may be given out when it ends behind entry `end` and more is to come: the values that stood between two entries of one
 * transaction for one record were never seen by anybody, so they must not end a page. Looking ahead as far as a transaction reaches
 * would read a long log again with every page: so the first page asks once which transactions touch a record twice, and how long they are.
 */
export async function keptTogether(
  rows: readonly EntryRow[],
  end: number,
  next: FrozenNext,
  ask: AskWindow,
): Promise<Together> {
  const { reach, whole } = next.reach === null ? await survey(next.seq, ask) : next;
  const seq = Math.min(end, ...whole.map(({ last }) => last));
  const apart = new Set(whole.map(({ xid }) => xid));
  const page = rows.filter((row) => Number(row[0]) <= seq && !apart.has(row[1]));
  const cut = reach === 0 || page.length === 0 ? [] : await reappearing(page, seq, reach ?? 0, ask);
  const taken = new Set(cut.map(({ xid }) => xid));
  return {
    rows: taken.size === 0 ? page : page.filter((row) => !taken.has(row[1])),
    next: { ...next, seq, reach, whole: [...whole, ...cut] },
  };
}

async function survey(behind: number, ask: AskWindow): Promise<Pick<FrozenNext, 'reach' | 'whole'>> {
  const [row] = await ask('survey', [behind, longSpan]);
  const long = JSON.parse(row?.[1] ?? '[]') as [string, number, number, boolean][];
  return {
    reach: Number(row?.[0] ?? 0),
    whole: long.map(([xid, first, last, rekeys]) => ({ xid, first, last, rekeys, at: ['', 0] })),
  };
}

/** Transactions of the page that touch one of their records again behind it. */
async function reappearing(
  page: readonly EntryRow[],
  end: number,
  reach: number,
  ask: AskWindow,
): Promise<readonly WholeTransaction[]> {
  const first = new Map<string, number>();
  const rekeying = new Set<string>();
  for (const [seq, xid, op] of page) {
    if (!first.has(xid)) first.set(xid, Number(seq));
    if (op === 'K') rekeying.add(xid);
  }
  const rows = await ask('reappearing', [
    end,
    end + reach,
    [...first.keys()],
    page.map(([, xid]) => xid),
    page.map(([, , , id]) => id),
    [...rekeying],
  ]);
  return rows.map(([xid, last, rekeys]) => ({
    xid: xid ?? '',
    first: first.get(xid ?? '') ?? 0,
    last: Number(last),
    rekeys: rekeys === 'true' || rekeying.has(xid ?? ''),
    at: ['', 0],
  }));
}

/** The transaction whose turn it is: the pages have come to its end. */
export function dueWhole(next: FrozenNext | null): WholeTransaction | null {
  return next?.whole.find(({ last }) => last <= next.seq) ?? null;
}
