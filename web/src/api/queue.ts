import { useQuery } from '@tanstack/react-query';
import { call, pathWith, post, type Answer } from './client';
import type { Conflict, Decision, DecisionInput, MatchTake, Take } from './types';
import type { Activity, PersonRef, Work } from './work-types';

const at = (item: string, act = '') => `/conflicts/${encodeURIComponent(item)}${act}`;

export type Opinion = Take | MatchTake | 'release' | 'discard';

export type Priority = 'urgent' | 'high' | 'normal' | 'low';

export interface WorkChange {
  readonly assignee?: string | null;
  readonly priority?: Priority | 'rule';
  readonly dueAt?: string | null;
}

/** Throws ApiError 412 when somebody changed the work on the item since `etag`. */
export const changeWork = (item: string, etag: string, change: WorkChange) =>
  call<Work>(at(item), { method: 'PATCH', body: change, headers: { 'if-match': etag } });

export const claim = (item: string) => post<Work>(at(item, '/claim'), {});
export const renewClaim = (item: string) => post<Work>(at(item, '/renew'), {});
export const releaseClaim = (item: string) => post<Work>(at(item, '/release'), {});
export const skip = (item: string, reason: string) =>
  post<Work>(at(item, '/skip'), reason === '' ? {} : { reason });

export const snooze = (item: string, etag: string, until: string | null, orChange: boolean) =>
  post<Work>(at(item, '/snooze'), { ...(until !== null && { until }), orChange }, { 'if-match': etag });
export const unsnooze = (item: string) => post<Work>(at(item, '/unsnooze'), {});

export const comment = (item: string, text: string, to: string | null) =>
  post<Activity>(at(item, '/comments'), { text, ...(to !== null && { to }) });

export const askOpinion = (item: string, etag: string, of: string | null, question: string) =>
  post<Work>(
    at(item, '/second-opinion'),
    { ...(of !== null && { of }), ...(question !== '' && { question }) },
    { 'if-match': etag },
  );

/** What one would choose, of what was shown (`etag` of the conflict). Decides nothing. */
export const giveOpinion = (item: string, etag: string, take: Opinion | null, text: string) =>
  post<Work>(
    at(item, '/second-opinion/answer'),
    { ...(take !== null && { take }), ...(text !== '' && { text }) },
    { 'if-match': etag },
  );

/** What comes next for this person, claimed for them; `null` when nothing does. */
export async function claimNext(filter: string): Promise<Answer<Conflict> | null> {
  const answer = await post<{ readonly conflict: Conflict } | null>(
    '/conflicts/next',
    filter === '' ? {} : { filter },
  );
  if (answer.status === 204 || answer.data === null) return null;
  const { conflict } = answer.data;
  return { ...answer, data: conflict, etag: conflict.etag };
}

/** What would come next, in full, without a claim; what this person holds is left out. */
export const nextAhead = (filter: string, limit: number) =>
  call<{ readonly items: readonly Conflict[] }>(pathWith('/conflicts/next', { filter, limit }));

export interface PartDecision extends DecisionInput {
  readonly conflict: string;
  readonly etag: string;
}

/** All open conflicts of a record at once, or none. */
export const decideRecord = (record: string, decisions: readonly PartDecision[], idempotencyKey: string) =>
  call<{ readonly decisions: readonly Decision[]; readonly undoUntil: string }>(
    `/records/${encodeURIComponent(record)}/decisions`,
    { method: 'POST', body: { decisions }, headers: { 'idempotency-key': idempotencyKey }, keepalive: true },
  );

/** Takes back all decisions that were made together with this one, or none. */
export const undoAll = (decision: string) =>
  post<{ readonly decisions: readonly Decision[] }>(
    `/decisions/${encodeURIComponent(decision)}/undo-all`,
    {},
  );

/** Whom one can assign to, or ask. */
export function useReviewers(pipeline: string) {
  return useQuery({
    queryKey: ['reviewers', pipeline] as const,
    queryFn: async ({ signal }) =>
      (
        await call<{ readonly items: readonly PersonRef[] }>(
          `/pipelines/${encodeURIComponent(pipeline)}/reviewers`,
          { signal },
        )
      ).data.items,
    staleTime: 60_000,
  });
}

export interface Facets {
  readonly total: number;
  readonly state: Readonly<Record<string, number>>;
  readonly priority: Readonly<Record<string, number>>;
  readonly kind: Readonly<Record<string, number>>;
  readonly unit: Readonly<Record<string, number>>;
  readonly pipeline: Readonly<Record<string, number>>;
  readonly assignee: readonly { readonly person: PersonRef | null; readonly count: number }[];
  readonly overdue: { readonly count: number; readonly capped: boolean };
  /** Terms of the filter that no counter knows. */
  readonly ignored: readonly string[];
}

export const facetsKey = ['conflicts', 'facets'] as const;

export function useFacets(filter: string) {
  return useQuery({
    queryKey: [...facetsKey, filter] as const,
    queryFn: async ({ signal }) =>
      (await call<Facets>(pathWith('/conflicts/facets', { filter }), { signal })).data,
    staleTime: 5_000,
    refetchInterval: 15_000,
  });
}
