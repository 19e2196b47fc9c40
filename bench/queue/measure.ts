export interface Figure {
  readonly what: string;
  readonly requests: number;
  readonly p50: number;
  readonly p95: number;
  readonly longest: number;
  /** ms at the 95th percentile; `null`: no goal of its own. */
  readonly goal: number | null;
}

export interface Measured {
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
  /** How often each is asked. */
  readonly requests: number;
}

interface Page {
  readonly items: readonly unknown[];
  readonly next: string | null;
}

interface Taken {
  readonly conflict: { readonly id: string; readonly etag: string };
}

const PAGE_MS = 200;
const DECISION_MS = 150;

/** Lists as people look at them; `deep`: each request goes on where the last one ended. */
const LISTS: readonly { readonly what: string; readonly filter: string; readonly deep?: boolean }[] = [
  { what: 'first page', filter: '' },
  { what: 'page after page', filter: '', deep: true },
  { what: 'of one pipeline, by priority', filter: 'pipeline:people priority:high' },
  { what: 'of a field, to nobody', filter: 'field:email assignee:none', deep: true },
  { what: 'overdue', filter: 'due:overdue' },
  { what: 'by author', filter: 'author:"person 7"' },
  { what: 'by a value that one has', filter: 'value:office77777@' },
  { what: 'by a value that none has', filter: 'value:nowhere' },
  { what: 'closed by themselves', filter: 'state:closed closed:itself', deep: true },
];

/** Times over HTTP, from the request to the last byte of its answer. */
export async function measureQueue(service: Measured): Promise<readonly Figure[]> {
  const { requests } = service;
  const figures: Figure[] = [];
  for (const { what, filter, deep } of LISTS) {
    const times: number[] = [];
    let cursor: string | null = null;
    for (let n = 0; n < requests; n += 1) {
      const query: URLSearchParams = new URLSearchParams({
        filter,
        limit: '50',
        ...(cursor !== null && { cursor }),
      });
      const { ms, body }: { ms: number; body: Page } = await ask<Page>(
        service,
        'GET',
        `/conflicts?${query.toString()}`,
      );
      times.push(ms);
      cursor = deep === true ? body.next : null;
    }
    figures.push(figureOf(`queue page: ${what}`, times, PAGE_MS));
  }
  const facets: number[] = [];
  for (let n = 0; n < requests; n += 1) facets.push((await ask(service, 'GET', '/conflicts/facets')).ms);
  figures.push(figureOf('facets', facets, PAGE_MS));
  return [...figures, ...(await workedOff(service))];
}

/** As a person in play: the next one, the ones after it at hand, a decision. */
async function workedOff(service: Measured): Promise<readonly Figure[]> {
  const times = { next: [] as number[], ahead: [] as number[], decision: [] as number[] };
  for (let n = 0; n < service.requests; n += 1) {
    const next = await ask<Taken>(service, 'POST', '/conflicts/next', {});
    times.next.push(next.ms);
    times.ahead.push((await ask(service, 'GET', '/conflicts/next')).ms);
    const { id, etag } = next.body.conflict;
    const take = n % 2 === 0 ? 'a' : 'b';
    const decided = await ask(service, 'POST', `/conflicts/${id}/decisions`, { take }, { 'if-match': etag });
    times.decision.push(decided.ms);
  }
  return [
    figureOf('next, claimed', times.next, DECISION_MS),
    figureOf('five ahead', times.ahead, PAGE_MS),
    figureOf('decision', times.decision, DECISION_MS),
  ];
}

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- what is asked for says what comes
async function ask<T>(
  { origin, headers }: Measured,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
  more: Readonly<Record<string, string>> = {},
): Promise<{ readonly ms: number; readonly body: T }> {
  const began = performance.now();
  const answer = await fetch(`${origin}/api/v1${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers, ...more },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await answer.text();
  const ms = performance.now() - began;
  if (!answer.ok) throw new Error(`${method} ${path}: ${String(answer.status)} ${text}`);
  return { ms, body: JSON.parse(text) as T };
}

export function figureOf(what: string, times: readonly number[], goal: number | null): Figure {
  const sorted = [...times].sort((x, y) => x - y);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
  return { what, requests: times.length, p50: at(0.5), p95: at(0.95), longest: sorted.at(-1) ?? 0, goal };
}

/** The figures that miss their goal. */
export function missed(figures: readonly Figure[]): readonly Figure[] {
  return figures.filter(({ p95, goal }) => goal !== null && p95 > goal);
}
