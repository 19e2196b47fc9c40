import { useInfiniteQuery } from '@tanstack/react-query';
import { call, pathWith, post } from './client';
import type { components } from './openapi';
import type { Json, Page } from './types';

/** One entry of the audit log. */
export type AuditEvent = Omit<components['schemas']['AuditEventDto'], 'detail'> & {
  readonly detail: Readonly<Record<string, Json>>;
};

export interface AuditFilter {
  readonly actor: string;
  readonly action: string;
  readonly object: string;
}

export const listAudit = (
  filter: AuditFilter,
  cursor: string | null,
  { limit = 50, signal }: { readonly limit?: number; readonly signal?: AbortSignal } = {},
) =>
  call<Page<AuditEvent>>(pathWith('/audit-events', { ...filter, limit, cursor }), signal ? { signal } : {});

export type AuditChain = components['schemas']['AuditChainDto'];

export const getChain = (signal?: AbortSignal) =>
  call<AuditChain>('/audit-events/chain', signal === undefined ? {} : { signal });

/** Looks at so many rows at most; `checked.complete` says whether there are more. */
export const verifyChain = (from: 'last' | 'start') =>
  post<AuditChain>('/audit-events/chain/verify', { from });

export function useAudit(filter: AuditFilter) {
  return useInfiniteQuery({
    queryKey: ['audit', filter] as const,
    queryFn: async ({ pageParam, signal }) => (await listAudit(filter, pageParam, { signal })).data,
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
}
