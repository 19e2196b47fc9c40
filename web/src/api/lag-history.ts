import { useQuery } from '@tanstack/react-query';
import { call, pathWith } from './client';
import type { FlowStep } from './conflict-flow';
import type { components } from './openapi';
import { keys } from './queries';

export type LagHistory = components['schemas']['LagHistoryDto'];

/** How far each side was behind. The youngest stretch grows every few seconds, the others not any more. */
export function useLagHistory(pipeline: string, by: FlowStep) {
  return useQuery({
    queryKey: [...keys.pipeline(pipeline), 'lag-history', by] as const,
    queryFn: async ({ signal }) =>
      (
        await call<LagHistory>(pathWith(`/pipelines/${encodeURIComponent(pipeline)}/lag-history`, { by }), {
          signal,
        })
      ).data,
    staleTime: 15_000,
    refetchInterval: 60_000,
  });
}
