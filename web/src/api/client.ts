import type { Json, Problem } from './types';

const BASE = '/api/v1';

let csrfToken: string | null = null;
const signedOut = new Set<() => void>();

/** What the service gave with the session; goes along with whatever changes something. */
export function setCsrfToken(token: string | null): void {
  csrfToken = token;
}

/** Calls `listener` whenever an answer says that nobody is signed in. */
export function onUnauthenticated(listener: () => void): () => void {
  signedOut.add(listener);
  return () => signedOut.delete(listener);
}

/** Every failed call, also one that never reached the service (`status` 0). */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: Problem;
  /** Names this request in the service's log. */
  readonly traceId: string | null;
  readonly etag: string | null;

  constructor(problem: Problem, traceId: string | null, etag: string | null = null) {
    super(problem.detail ?? problem.title);
    this.name = 'ApiError';
    this.status = problem.status;
    this.problem = problem;
    this.traceId = traceId;
    this.etag = etag;
  }
}

export interface Answer<T> {
  readonly data: T;
  readonly etag: string | null;
  readonly status: number;
  /** The service's clock when it answered, in ms. */
  readonly servedAt: number;
}

export interface CallOptions {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Goes on when the page is left before the service has answered. */
  readonly keepalive?: boolean;
}

/** Browsers let 64 KiB in all go on after their page; what is more goes as usual. */
const KEPT_ALIVE = 60_000;
let keptAlive = 0;

/** Query parameters; absent and empty ones are left out. */
export type Query = Readonly<Record<string, string | number | null | undefined>>;

export function pathWith(path: string, query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

export async function call<T>(path: string, options: CallOptions = {}): Promise<Answer<T>> {
  let response: Response;
  let kept = 0;
  const body = options.body === undefined ? undefined : JSON.stringify(options.body);
  if (options.keepalive === true && body !== undefined) {
    const size = new TextEncoder().encode(body).length;
    if (keptAlive + size <= KEPT_ALIVE) kept = size;
  }
  keptAlive += kept;
  try {
    response = await fetch(BASE + path, {
      method: options.method ?? 'GET',
      headers: {
        accept: 'application/json, application/problem+json',
        ...(options.body !== undefined && { 'content-type': 'application/json' }),
        ...(csrfToken !== null && options.method !== undefined && { 'x-csrf-token': csrfToken }),
        ...options.headers,
      },
      ...(body !== undefined && { body }),
      ...(kept > 0 && { keepalive: true }),
      ...(options.signal && { signal: options.signal }),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError({ title: 'The service does not answer', status: 0, code: 'unreachable' }, null);
  } finally {
    keptAlive -= kept;
  }
  const etag = response.headers.get('etag');
  if (!response.ok) {
    const problem = await readProblem(response);
    if (problem.code === 'unauthenticated') for (const listener of signedOut) listener();
    throw new ApiError(problem, problem.traceId ?? response.headers.get('x-request-id'), etag);
  }
  const date = Date.parse(response.headers.get('date') ?? '');
  return {
    data: (response.status === 204 ? null : await response.json()) as T,
    etag,
    status: response.status,
    servedAt: Number.isNaN(date) ? Date.now() : date,
  };
}

export function post<T>(
  path: string,
  body: Json,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer<T>> {
  return call<T>(path, { method: 'POST', body, headers });
}

async function readProblem(response: Response): Promise<Problem> {
  const fallback: Problem = { title: response.statusText || 'The request failed', status: response.status };
  try {
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null ? { ...fallback, ...body } : fallback;
  } catch {
    return fallback;
  }
}
