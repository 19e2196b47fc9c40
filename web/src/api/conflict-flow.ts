import { useQuery } from '@tanstack/react-query';
import { call, pathWith } from './client';
import type { components } from './openapi';
import { keys } from './queries';

export type ConflictFlow = components['schemas']['ConflictFlowDto'];
export type FlowStep = ConflictFlow['by'];

/** What came and went, and how old the open ones are. It changes slowly: looked at again every minute. */
export function useConflictFlow(pipeline: string, by: FlowStep) {
  return useQuery({
    queryKey: [...keys.pipeline(pipeline), 'conflict-flow', by] as const,
    queryFn: async ({ signal }) =>
      (
        await call<ConflictFlow>(
          pathWith(`/pipelines/${encodeURIComponent(pipeline)}/conflict-flow`, { by }),
          { signal },
        )
      ).data,
    staleTime: 15_000,
    refetchInterval: 60_000,
  });
}
