import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call, post } from './client';
import type { components } from './openapi';
import { keys } from './queries';
import type { Json, Page } from './types';

type Schemas = components['schemas'];

/** A comparison of both sides with what is held of them. */
export type Verification = Schemas['VerificationDto'];

export type Difference = Omit<Schemas['DifferenceDto'], 'held' | 'seen'> & {
  readonly held: Json;
  readonly seen: Json;
};

const of = (name: string): string => `/pipelines/${encodeURIComponent(name)}/verifications`;
const listKey = (name: string) => [...keys.pipeline(name), 'verifications'] as const;

export const isUnderWay = ({ state }: Verification): boolean => state === 'asked' || state === 'running';

/** The last few; looked at closely while one goes on. */
export function useVerifications(name: string) {
  return useQuery({
    queryKey: listKey(name),
    queryFn: async ({ signal }) =>
      (await call<Page<Verification>>(`${of(name)}?limit=5`, { signal })).data.items,
    refetchInterval: (query) => (query.state.data?.some(isUnderWay) === true ? 500 : 15_000),
  });
}

export function useDifferences(name: string, id: string) {
  return useInfiniteQuery({
    queryKey: [...listKey(name), id],
    queryFn: async ({ pageParam, signal }) => {
      const cursor = pageParam === null ? '' : `&cursor=${encodeURIComponent(pageParam)}`;
      return (await call<Page<Difference>>(`${of(name)}/${id}/differences?limit=50${cursor}`, { signal }))
        .data;
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
}

export function useVerify(name: string, onError: (error: Error) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (repair: boolean) => post<Verification>(of(name), { repair }),
    onSuccess: () => client.invalidateQueries({ queryKey: listKey(name) }),
    onError,
  });
}
