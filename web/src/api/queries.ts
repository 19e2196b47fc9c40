import {
  keepPreviousData,
  replaceEqualDeep,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
  type QueryClient,
} from '@tanstack/react-query';
import {
  getConflict,
  getLoad,
  getPipeline,
  getRecord,
  listConflicts,
  listDeadLetters,
  listGuardTrips,
  listLineage,
  listPipelines,
  listRecords,
  type ConflictFilter,
  type RecordFilter,
} from './endpoints';
import { listId, revealOf } from './revealed';
import { useLive, useLiveEvent } from './live';
import type { Answer } from './client';
import type { Conflict, Pipeline } from './types';

/** While the event stream is down, screens look for themselves. */
const POLL_MS = 15_000;
/** Lag and counts move by themselves; an event says only that something happened. */
const PULSE_MS = 5_000;

export const keys = {
  pipelines: ['pipelines'] as const,
  pipeline: (name: string) => ['pipelines', name] as const,
  load: (name: string) => ['pipelines', name, 'load'] as const,
  guards: (name: string) => ['pipelines', name, 'guards'] as const,
  deadLetters: (name: string) => ['pipelines', name, 'dead-letters'] as const,
  conflicts: (filter: ConflictFilter) => ['conflicts', filter] as const,
  conflict: (id: string) => ['conflict', id] as const,
  records: (filter: RecordFilter) => ['records', filter] as const,
  record: (id: string, asOf: string | null) => ['record', id, asOf] as const,
  lineage: (id: string, field: string) => ['lineage', id, field] as const,
};

export function usePipelines() {
  const client = useQueryClient();
  useLiveEvent((event) => {
    if (event.name !== 'pipeline') return;
    // Each look at personal data is noted: nobody has asked for this one.
    const isCovered = ([, name, part]: readonly unknown[]) =>
      (part !== 'load' && part !== 'dead-letters') || revealOf(listId(String(name), part)) === null;
    void client.invalidateQueries({
      queryKey: keys.pipelines,
      predicate: ({ queryKey }) => isCovered(queryKey),
    });
  });
  return useQuery({
    queryKey: keys.pipelines,
    queryFn: async ({ signal }): Promise<readonly Pipeline[]> => {
      const { data } = await listPipelines(signal);
      return 'items' in data ? data.items : data;
    },
    refetchInterval: PULSE_MS,
  });
}

export function usePipeline(name: string) {
  return useQuery({
    queryKey: keys.pipeline(name),
    queryFn: async ({ signal }) => (await getPipeline(name, signal)).data,
    refetchInterval: (query) => (query.state.data?.load ? 1_000 : PULSE_MS),
  });
}

export function useLoad(name: string, enabled: boolean) {
  return useQuery({
    queryKey: keys.load(name),
    queryFn: async ({ signal }) => (await getLoad(name, signal)).data,
    enabled,
    // Each look at personal data is noted: not every few seconds.
    refetchInterval: () => (revealOf(listId(name, 'load')) === null ? PULSE_MS : false),
  });
}

export function useGuardTrips(name: string, enabled: boolean) {
  return useQuery({
    queryKey: keys.guards(name),
    queryFn: async ({ signal }) => (await listGuardTrips(name, signal)).data,
    enabled,
    refetchInterval: PULSE_MS,
  });
}

export function deadLettersQuery(name: string) {
  return {
    queryKey: keys.deadLetters(name),
    queryFn: async ({ signal }: { readonly signal: AbortSignal }) =>
      (await listDeadLetters(name, signal)).data,
    refetchInterval: () => (revealOf(listId(name, 'dead-letters')) === null ? POLL_MS : (false as const)),
  };
}

export function useDeadLetters(name: string) {
  return useQuery(deadLettersQuery(name));
}

/** Never refetched behind the reader's back: rows would move under the cursor. See `useFreshConflicts`. */
export function useConflicts(filter: ConflictFilter) {
  return useInfiniteQuery({
    queryKey: keys.conflicts(filter),
    queryFn: async ({ pageParam, signal }) => {
      const { data, servedAt } = await listConflicts(filter, pageParam, signal);
      return { ...data, servedAt };
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}

/** The very answer that is there, where the new one says the same: then nothing is drawn anew. */
function sameWhereUnchanged(before: unknown, answer: unknown): unknown {
  if (before === undefined) return answer;
  const [old, fresh] = [before as Answer<Conflict>, answer as Answer<Conflict>];
  const data = replaceEqualDeep(old.data, fresh.data);
  return data === old.data && fresh.etag === old.etag ? old : { ...fresh, data };
}

/** The card: with personal data, once somebody has asked to see it. */
export function conflictQuery(id: string) {
  return {
    queryKey: keys.conflict(id),
    queryFn: ({ signal }: { readonly signal: AbortSignal }): Promise<Answer<Conflict>> =>
      getConflict(id, revealOf(id), signal),
    staleTime: 30_000,
    structuralSharing: sameWhereUnchanged,
  };
}

export function useConflict(id: string) {
  const live = useLive();
  return useQuery({
    ...conflictQuery(id),
    // Each look at personal data is noted: not every few seconds.
    refetchInterval: live || revealOf(id) !== null ? false : POLL_MS,
    // Whoever shows it looks again once it is on the screen.
    refetchOnMount: false,
  });
}

/** What was fetched a while ago will do: the card looks again when it is shown. */
const AT_HAND_MS = 30_000;

/** Nothing of what was uncovered: nobody looks at it yet. */
export async function prefetchConflicts(client: QueryClient, ids: readonly string[]): Promise<void> {
  await Promise.all(
    ids
      .filter((id) => revealOf(id) === null)
      .map((id) => client.query({ ...conflictQuery(id), staleTime: AT_HAND_MS }).catch(() => undefined)),
  );
}

export function useRecords(filter: RecordFilter) {
  return useInfiniteQuery({
    queryKey: keys.records(filter),
    queryFn: async ({ pageParam, signal }) => (await listRecords(filter, pageParam, signal)).data,
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
}

export function useRecord(id: string, asOf: string | null) {
  return useQuery({
    queryKey: keys.record(id, asOf),
    queryFn: async ({ signal }) => (await getRecord(id, asOf, signal)).data,
    refetchInterval: asOf === null && revealOf(id) === null ? PULSE_MS : false,
    placeholderData: keepPreviousData,
  });
}

export function useLineage(id: string, field: string) {
  return useInfiniteQuery({
    queryKey: keys.lineage(id, field),
    queryFn: async ({ pageParam, signal }) => (await listLineage(id, field, pageParam, signal)).data,
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
}
