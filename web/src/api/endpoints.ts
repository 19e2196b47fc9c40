import { call, pathWith, post, type Answer } from './client';
import type { components } from './openapi';
import { listId, revealOf, type Reveal } from './revealed';
import type { LineagePage } from './lineage-types';
import type {
  Conflict,
  ConflictSummary,
  DeadLetterList,
  GuardTrip,
  Decision,
  DecisionInput,
  Page,
  Pipeline,
  LoadReport,
  RecordDetail,
  RecordPage,
  Side,
} from './types';

export interface ConflictFilter {
  readonly state: string;
  readonly pipeline: string;
  readonly unit: string;
  /** In the grammar of docs/queue.md. */
  readonly filter: string;
}

export interface RecordFilter {
  readonly q: string;
  readonly pipeline: string;
  readonly state: string;
}

const id = encodeURIComponent;

export const listConflicts = (filter: ConflictFilter, cursor: string | null, signal?: AbortSignal) =>
  call<Page<ConflictSummary>>(pathWith('/conflicts', { ...filter, limit: 50, cursor }), withSignal(signal));

/** @param reveal `revealOf` only where it is shown to the person who asked for it: each look is noted */
export const getConflict = (conflict: string, reveal: Reveal, signal?: AbortSignal) =>
  call<Conflict>(pathWith(`/conflicts/${id(conflict)}`, { reveal }), withSignal(signal));

/** Throws ApiError 412 with `problem.current` when the conflict is no longer what `etag` names. */
export const decide = (
  conflict: string,
  etag: string,
  input: DecisionInput,
  idempotencyKey: string,
): Promise<Answer<Decision>> =>
  call(`/conflicts/${id(conflict)}/decisions`, {
    method: 'POST',
    body: input,
    headers: { 'if-match': etag, 'idempotency-key': idempotencyKey },
    keepalive: true,
  });

/** 200: undone before it was written. 202: it had been; what each side had is written back, `undone` says where. */
export const undo = (decision: string): Promise<Answer<Decision>> =>
  post(`/decisions/${id(decision)}/undo`, {});

export const listRecords = (filter: RecordFilter, cursor: string | null, signal?: AbortSignal) =>
  call<RecordPage>(pathWith('/records', { ...filter, limit: 50, cursor }), withSignal(signal));

export const getRecord = (record: string, asOf: string | null, signal?: AbortSignal) =>
  call<RecordDetail>(
    pathWith(`/records/${id(record)}`, { asOf, reveal: revealOf(record) }),
    withSignal(signal),
  );

export const listLineage = (record: string, field: string, cursor: string | null, signal?: AbortSignal) =>
  call<LineagePage>(
    pathWith(`/records/${id(record)}/lineage`, { field, limit: 50, cursor, reveal: revealOf(record) }),
    withSignal(signal),
  );

export const getExplanation = (record: string, field: string, signal?: AbortSignal) =>
  call<components['schemas']['ExplanationDto']>(
    pathWith(`/records/${id(record)}/fields/${id(field)}/explanation`, { reveal: revealOf(record) }),
    withSignal(signal),
  );

export const listPipelines = (signal?: AbortSignal) =>
  call<readonly Pipeline[] | { readonly items: readonly Pipeline[] }>('/pipelines', withSignal(signal));

export const getPipeline = (name: string, signal?: AbortSignal) =>
  call<Pipeline>(`/pipelines/${id(name)}`, withSignal(signal));

export const getLoad = (name: string, signal?: AbortSignal) =>
  call<LoadReport>(
    pathWith(`/pipelines/${id(name)}/load`, { reveal: revealOf(listId(name, 'load')) }),
    withSignal(signal),
  );

export const acceptLoad = (name: string) => post<unknown>(`/pipelines/${id(name)}/load/accept`, {});

export const setLoadRate = (name: string, side: Side, rate: string | null) =>
  post<unknown>(`/pipelines/${id(name)}/load/rate`, { side, rate });

export const restoreRecord = (record: string, side: Side | null) =>
  post<unknown>(`/records/${id(record)}/restore`, side === null ? {} : { side });

export const pause = (name: string, side: Side | null, reason: string) =>
  post<unknown>(`/pipelines/${id(name)}/pause`, { ...(side !== null && { side }), reason });

export type RestoredAnswer = 'give-back' | 'take';

export const resume = (name: string, side: Side | null, restored: RestoredAnswer | null = null) =>
  post<unknown>(`/pipelines/${id(name)}/resume`, {
    ...(side !== null && { side }),
    ...(restored !== null && { restored }),
  });

export const listDeadLetters = (name: string, signal?: AbortSignal) =>
  call<DeadLetterList>(
    pathWith(`/pipelines/${id(name)}/dead-letters`, { reveal: revealOf(listId(name, 'dead-letters')) }),
    withSignal(signal),
  );

export const listGuardTrips = (name: string, signal?: AbortSignal) =>
  call<{ readonly items: readonly GuardTrip[] }>(
    `/pipelines/${id(name)}/guards?open=true`,
    withSignal(signal),
  );

export const answerGuard = (name: string, trip: string, answer: 'release' | 'discard', note: string) =>
  post<unknown>(`/pipelines/${id(name)}/guards/${id(trip)}/${answer}`, note === '' ? {} : { note });

export interface LetterChoice {
  readonly code: string;
  readonly unit: string;
  readonly record?: string;
}

export const retryDeadLetters = (name: string, choice: LetterChoice) =>
  post<{ readonly retried: number }>(`/pipelines/${id(name)}/dead-letters/retry`, { ...choice });

function withSignal(signal: AbortSignal | undefined) {
  return signal === undefined ? {} : { signal };
}
