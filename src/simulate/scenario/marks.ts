import type { Archive } from '../../core/plan.js';

/** The column that tells whether a row of a side that archives counts as deleted. No unit has a part in it. */
export const MARK_COLUMN = 'standing';

/** What the hub gives a row, and what people give rows besides. */
export const STANDS = ['open', 'trial'] as const;
export const MARKED = ['closed', 'lapsed'] as const;

/** Two values stand for a row that is there, two for one that is deleted; the hub itself uses the first of each. */
export const ARCHIVE: Archive = {
  column: MARK_COLUMN,
  words: `${MARK_COLUMN} is one of ${MARKED.join(', ')}`,
  isMarked: (raw) => MARKED.some((mark) => mark === raw),
  mark: () => MARKED[0],
  live: STANDS[0],
};
