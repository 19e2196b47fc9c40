import { describe, expect, it } from '@jest/globals';
import { newsAfter, NO_NEWS, type Item, type Listed, type Look } from '../../web/src/conflicts/news.js';

const SERVED = Date.parse('2026-11-22T12:00:00Z');
const open = { state: 'open', pipeline: '', unit: '', filter: '' };
const worded = { ...open, filter: 'priority:high' };

function conflict(id: string, state = 'open', changedAt = '2026-11-22T12:00:05Z'): Item {
  return {
    id,
    state,
    pipeline: 'companies',
    unit: 'email',
    openedAt: changedAt,
    changedAt,
  };
}

const list = (filter: Listed['filter'], ...ids: readonly string[]): Listed => ({
  filter,
  has: (id) => ids.includes(id),
  servedAt: SERVED,
});
const look = (conflicts: readonly Item[], more: Partial<Look> = {}): Look => ({
  conflicts,
  fitting: null,
  more: false,
  ...more,
});
const ids = (news: typeof NO_NEWS) => [...news.ids];

describe('what is new and not in the list yet', () => {
  it('fits the filter and came after the list; what is in the list, older or of another state is not', () => {
    const found = [
      conflict('new'),
      conflict('listed'),
      conflict('closed', 'closed'),
      conflict('older', 'open', '2026-11-22T11:00:00Z'),
    ];
    expect(ids(newsAfter(NO_NEWS, look(found), list(open, 'listed')))).toEqual(['new']);
  });

  it('is kept by a look that ends later and has seen less', () => {
    const first = newsAfter(NO_NEWS, look([conflict('one')]), list(open));
    expect(ids(newsAfter(first, look([conflict('two')]), list(open)))).toEqual(['one', 'two']);
  });

  it('is taken out once it does not fit any more', () => {
    const first = newsAfter(NO_NEWS, look([conflict('one'), conflict('two')]), list(open));
    expect(ids(newsAfter(first, look([conflict('one', 'closed')]), list(open)))).toEqual(['two']);
  });

  it('is, where a filter has words, what the service says, and stays when it does not answer', () => {
    const first = newsAfter(NO_NEWS, look([], { fitting: [conflict('one'), conflict('two')] }), list(worded));
    expect(ids(first)).toEqual(['one', 'two']);
    const named = look([conflict('one')], { fitting: [conflict('two')] });
    expect(ids(newsAfter(first, named, list(worded)))).toEqual(['two']);
    expect(newsAfter(first, look([conflict('one')]), list(worded))).toBe(first);
  });

  it('may be more than was looked at, until the reader pulls', () => {
    const first = newsAfter(NO_NEWS, look([], { more: true }), list(open));
    expect(first.more).toBe(true);
    expect(newsAfter(first, look([]), list(open))).toBe(first);
  });
});
