import type { ClientBase } from 'pg';
import type { Condition } from './filter-conditions.js';
import type { QueueFilter } from './queue-filter.js';

/** What a list is sorted by: urgency, due date and id; closed items by when they were closed, and id. */
export type SortKeys = readonly (string | number)[];

export interface Scan {
  readonly ids: readonly string[];
  /** Where to go on; `null`: there is nothing more. */
  readonly next: SortKeys | null;
}

interface ScannedRow {
  readonly id: string;
  readonly urgency: number;
  readonly at: string;
  readonly fits: boolean;
  readonly scanned: number;
}

/** Rows looked at in one step, over all pipelines. */
const ROWS_A_STEP = 2_000;
const LEAST_A_PIPELINE = 100;
/** After so long a page is given as it is: with fewer items than asked for, and where to go on. */
const PATIENCE_MS = 100;

const NO_ID = '00000000-0000-0000-0000-000000000000';
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const START = {
  waiting: [-32_768, '-infinity', NO_ID],
  snoozed: [-32_768, '-infinity', NO_ID],
  closed: ['infinity', LAST_ID],
} as const satisfies Record<QueueFilter['list'], SortKeys>;

/**
 * The next items of a list that fit a filter. Walks the list along its index, a bounded number of rows at a time, so that a filter that
 * fits nothing among a million costs no more than the patience above.
 *
 * @param after keys of the last item that was seen; `null`: from the beginning
 */
export async function scanItems(
  client: Pick<ClientBase, 'query'>,
  filter: QueueFilter,
  after: SortKeys | null,
  limit: number,
): Promise<Scan> {
  if (filter.pipelines.length === 0) return { ids: [], next: null };
  const until = performance.now() + PATIENCE_MS;
  const found: ScannedRow[] = [];
  let from = after ?? START[filter.list];
  for (;;) {
    const wanted = limit + 1 - found.length;
    const rows = stepRows(filter, wanted);
    const step = await scanStep(client, filter, from, rows, wanted);
    found.push(...step.filter(({ fits }) => fits));
    if (found.length > limit) {
      const page = found.slice(0, limit);
      return { ids: page.map(({ id }) => id), next: keysOf(filter, page.at(-1) as ScannedRow) };
    }
    const last = step.find(({ fits }) => !fits);
    if (last === undefined || last.scanned < rows) return { ids: found.map(({ id }) => id), next: null };
    from = keysOf(filter, last);
    if (performance.now() > until) return { ids: found.map(({ id }) => id), next: from };
  }
}

function stepRows(filter: QueueFilter, wanted: number): number {
  if (filter.conditions.length === 0) return wanted;
  return Math.max(wanted, LEAST_A_PIPELINE, Math.floor(ROWS_A_STEP / filter.pipelines.length));
}

function keysOf({ list }: QueueFilter, { urgency, at, id }: ScannedRow): SortKeys {
  return list === 'closed' ? [at, id] : [urgency, at, id];
}

async function scanStep(
  client: Pick<ClientBase, 'query'>,
  filter: QueueFilter,
  from: SortKeys,
  rows: number,
  wanted: number,
): Promise<readonly ScannedRow[]> {
  const values: unknown[] = [filter.pipelines.map(({ id }) => id), rows, wanted, ...from];
  const keys = from.map((_, index) => index + 4);
  const closed = filter.list === 'closed';
  const order = closed ? 'closed_at desc, id desc' : 'urgency, due_at, id';
  const backwards = closed ? 'closed_at, id' : 'urgency desc, due_at desc, id desc';
  const behind = closed
    ? `(i.closed_at, i.id) < ($${String(keys[0])}::timestamptz, $${String(keys[1])}::uuid)`
    : `(i.urgency, i.due_at, i.id) > ($${String(keys[0])}::smallint, $${String(keys[1])}::timestamptz, $${String(keys[2])}::uuid)`;
  const states = {
    waiting: `i.state in ('open', 'held')`,
    snoozed: `i.state = 'snoozed'`,
    closed: `i.state = 'closed'`,
  };
  const here = `select i.* from review_item i where ${states[filter.list]} and ${behind}`;
  const { text, joins } = numbered(filter.conditions, values);
  const result = await client.query<ScannedRow>(
    `with page as materialized (${sourceOf(filter, here, order, values)}),
     found as (select i.id, i.urgency, i.due_at, i.closed_at from page i ${joins} where ${text} order by ${order} limit $3)
     select id, urgency, ${closed ? 'closed_at' : 'due_at'}::text as at, true as fits, 0::int as scanned from found
     union all
     (select id, urgency, ${closed ? 'closed_at' : 'due_at'}::text, false, (select count(*)::int from page) from page order by ${backwards} limit 1)`,
    values,
  );
  return result.rows;
}

/** Where the rows come from: one short index range for each pipeline, or those of one person or one record, or named ones. */
function sourceOf(filter: QueueFilter, here: string, order: string, values: unknown[]): string {
  const sorted = `order by ${order} limit $2`;
  if (filter.ids !== undefined) {
    values.push(filter.ids);
    return `${here} and i.pipeline_id = any($1::int[]) and i.id = any($${String(values.length)}::uuid[]) ${sorted}`;
  }
  if (filter.link !== null) {
    values.push(filter.link);
    return `${here} and i.pipeline_id = any($1::int[]) and i.link_id = $${String(values.length)}::bigint ${sorted}`;
  }
  if (filter.assignee !== null && filter.list === 'waiting') {
    values.push(filter.assignee);
    return `${here} and i.assignee_id = $${String(values.length)}::uuid and i.pipeline_id = any($1::int[]) ${sorted}`;
  }
  return `select q.* from unnest($1::int[]) as of(id) cross join lateral (${here} and i.pipeline_id = of.id ${sorted}) q ${sorted}`;
}

function numbered(
  conditions: readonly Condition[],
  values: unknown[],
): { readonly text: string; readonly joins: string } {
  const text = conditions.map((condition) => {
    let n = 0;
    return condition.text.replaceAll('?', () => {
      values.push(condition.values[n]);
      n += 1;
      return `$${String(values.length)}`;
    });
  });
  return {
    text: text.length === 0 ? 'true' : text.join(' and '),
    joins: conditions.some(({ joined }) => joined)
      ? 'left join conflict c on c.id = i.id left join guard_trip g on g.id = i.id'
      : '',
  };
}
