import { useQueryClient, type InfiniteData } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Answer } from '../api/client';
import { getConflict, listConflicts, type ConflictFilter } from '../api/endpoints';
import { conflictQuery, keys, useConflicts } from '../api/queries';
import { useLiveEvent } from '../api/live';
import { revealOf } from '../api/revealed';
import { betweenKeys } from '../states/between-keys';
import { useSteady } from '../states/use-steady';
import type { Conflict, ConflictSummary, Page } from '../api/types';
import { newsAfter, NO_NEWS, type Look, type News } from './news';
import { isTaken, useReviewSession } from './review-session';

type Pages = InfiniteData<Page<ConflictSummary> & { readonly servedAt: number }, string | null>;

/** Events are gathered this long, and at most this many conflicts are looked at for them. */
const GATHER_MS = 400;
const LOOK_AT = 20;

export interface ConflictRows {
  readonly query: ReturnType<typeof useConflicts>;
  readonly rows: readonly ConflictSummary[];
  /** How many conflicts match the filter and are not in the list yet. */
  readonly fresh: number;
  /** True when `fresh` is only a lower bound. */
  readonly more: boolean;
  /** Puts the new conflicts in. Only ever called by the reader. */
  readonly pull: () => void;
}

/** The list as it was loaded, updated in place by events; what is new waits until the reader pulls it in. */
export function useConflictRows(filter: ConflictFilter): ConflictRows {
  const query = useConflicts(filter);
  const client = useQueryClient();
  const { data } = query;
  const rows = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  const listed = useMemo(() => new Set(rows.map((row) => row.id)), [rows]);
  const gathered = useRef(new Set<string>());
  const looking = useRef<() => void>(undefined);
  const session = useReviewSession();
  const filterKey = JSON.stringify(filter);
  const [news, setNews] = useState({ of: filterKey, has: NO_NEWS });
  const newsOf = (last: typeof news): News => (last.of === filterKey ? last.has : NO_NEWS);
  const current = newsOf(news);
  const changeNews = (change: (before: News) => News) =>
    setNews((last) => {
      const has = change(newsOf(last));
      return has === newsOf(last) ? last : { of: filterKey, has };
    });

  /** The list as it is then: it may have been pulled, or filtered otherwise, while the look was on its way. */
  const take = useSteady(
    (of: string, answers: readonly Answer<Conflict>[], look: Omit<Look, 'conflicts'>) => {
      if (of !== filterKey) return;
      for (const answer of answers)
        if (listed.has(answer.data.id))
          client.setQueryData<Pages>(keys.conflicts(filter), (pages) => withRow(pages, answer));
      const servedAt = data?.pages[0]?.servedAt ?? 0;
      const list = { filter, has: (id: string) => listed.has(id), servedAt };
      const conflicts = answers.map((answer) => answer.data);
      changeNews((before) => newsAfter(before, { ...look, conflicts }, list));
    },
  );
  const look = useSteady(async () => {
    // What was decided here says so in its row, whatever else becomes of it; without a row it is no news any more.
    const { marks } = session.read();
    const ids = [...gathered.current].filter((id) => !(listed.has(id) && isTaken(marks.get(id))));
    gathered.current.clear();
    const looked: (Answer<Conflict> | null)[] = [];
    // One after the other: all at once they would keep a key waiting.
    for (const id of ids.slice(0, LOOK_AT)) {
      // In a list nothing is uncovered, and nobody has looked.
      const asked =
        revealOf(id) === null ? client.query({ ...conflictQuery(id), staleTime: 0 }) : getConflict(id, null);
      looked.push(await asked.catch(() => null));
    }
    const fitting = filter.filter === '' ? null : await listConflicts(filter, null).catch(() => null);
    const answers = looked.filter((answer) => answer !== null);
    take(filterKey, answers, {
      fitting: fitting?.data.items ?? null,
      more: ids.length > LOOK_AT || looked.includes(null),
    });
  });
  // Not put off by the next event: where they never stop, nothing would ever be looked at. One look at a time.
  const lookSoon = useSteady(() => {
    looking.current ??= betweenKeys(() => {
      void look().finally(() => {
        looking.current = undefined;
        if (gathered.current.size > 0) lookSoon();
      });
    }, GATHER_MS);
  });
  useLiveEvent((event) => {
    if (event.name !== 'conflict') return;
    if (event.subject === null) {
      changeNews((before) => (before.more ? before : { ...before, more: true }));
      return;
    }
    gathered.current.add(event.subject);
    lookSoon();
  });
  useEffect(() => {
    const waiting = gathered.current;
    return () => {
      looking.current?.();
      looking.current = undefined;
      waiting.clear();
    };
  }, []);

  const pull = () => {
    setNews({ of: filterKey, has: NO_NEWS });
    void client.resetQueries({ queryKey: keys.conflicts(filter) });
  };
  const fresh = useMemo(() => [...current.ids].filter((id) => !listed.has(id)).length, [current, listed]);
  return { query, rows, fresh, more: current.more, pull };
}

function withRow(pages: Pages | undefined, answer: Answer<Conflict>): Pages | undefined {
  if (!pages) return pages;
  return {
    ...pages,
    pages: pages.pages.map((page) => ({
      ...page,
      items: page.items.map((row) => (row.id === answer.data.id ? answer.data : row)),
    })),
  };
}
