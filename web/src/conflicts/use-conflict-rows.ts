import { useQueryClient, type InfiniteData } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Answer } from '../api/client';
import { listConflicts, type ConflictFilter } from '../api/endpoints';
import { conflictQuery, keys, useConflicts } from '../api/queries';
import { useLiveEvent } from '../api/live';
import { useSteady } from '../states/use-steady';
import type { Conflict, ConflictSummary, Page } from '../api/types';

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
  const gathered = useRef(new Set<string>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const filterKey = JSON.stringify(filter);
  const [news, setNews] = useState<{
    readonly of: string;
    readonly ids: ReadonlySet<string>;
    readonly more: boolean;
  }>({
    of: filterKey,
    ids: new Set(),
    more: false,
  });
  const current = news.of === filterKey ? news : { of: filterKey, ids: new Set<string>(), more: false };

  const lookAt = async () => {
    const ids = [...gathered.current];
    gathered.current.clear();
    const listed = new Set(rows.map((row) => row.id));
    const oldest = query.data?.pages[0]?.servedAt ?? 0;
    const looked = await Promise.all(
      ids
        .slice(0, LOOK_AT)
        .map((id) => client.query({ ...conflictQuery(id), staleTime: 0 }).catch(() => null)),
    );
    const found = new Set(current.ids);
    // What else the filter's words say only the service knows.
    const worded =
      filter.filter === '' ? [] : ((await listConflicts(filter, null).catch(() => null))?.data.items ?? []);
    for (const conflict of worded)
      if (!listed.has(conflict.id) && isLaterThan(conflict, oldest)) found.add(conflict.id);
    const fits = new Set(worded.map(({ id }) => id));
    for (const answer of looked) {
      if (answer === null) continue;
      const conflict = answer.data;
      if (listed.has(conflict.id))
        client.setQueryData<Pages>(keys.conflicts(filter), (pages) => withRow(pages, answer));
      else if (filter.filter === '' && matches(conflict, filter) && isLaterThan(conflict, oldest))
        found.add(conflict.id);
      else if (!fits.has(conflict.id)) found.delete(conflict.id);
    }
    const same = found.size === current.ids.size && [...found].every((id) => current.ids.has(id));
    const anyMore = current.more || ids.length > LOOK_AT;
    if (!same || anyMore !== current.more) setNews({ of: filterKey, ids: found, more: anyMore });
  };

  const look = useSteady(lookAt);
  useLiveEvent((event) => {
    if (event.name !== 'conflict') return;
    if (event.subject === null) {
      setNews({ ...current, more: true });
      return;
    }
    gathered.current.add(event.subject);
    // Not put off by the next event: where they never stop, nothing would ever be looked at.
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void look();
    }, GATHER_MS);
  });
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );

  const pull = () => {
    setNews({ of: filterKey, ids: new Set(), more: false });
    void client.resetQueries({ queryKey: keys.conflicts(filter) });
  };
  return { query, rows, fresh: current.ids.size, more: current.more, pull };
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

function matches(conflict: ConflictSummary, filter: ConflictFilter): boolean {
  return (
    (filter.state === '' || conflict.state === filter.state) &&
    (filter.pipeline === '' || conflict.pipeline === filter.pipeline) &&
    (filter.unit === '' || conflict.unit === filter.unit)
  );
}

/** A conflict on a page that is not loaded yet is not new. Times of the same clock, the service's; headers have whole seconds. */
function isLaterThan(conflict: ConflictSummary, servedAt: number): boolean {
  return Math.max(Date.parse(conflict.openedAt), Date.parse(conflict.changedAt)) >= servedAt - 1_000;
}
