import type { ClientBase } from 'pg';
import type { Endpoint } from '../connectors/connector.js';
import type { Side } from '../core/clock.js';
import type { Plan } from '../core/plan.js';
import type { HubPools } from '../database/pools.js';
import { run, type Statement } from '../database/sql/statement.js';

/** `lost`: why it is not there, `since` when (ms). The identity is the one it had when both sides were last in step with it. */
interface Remembered {
  readonly identity: string;
  readonly lost?: string;
  readonly since?: number;
}

type Columns = Readonly<Record<string, Remembered>>;

/** A column of a field that the pipeline has not known before. */
const UNREAD: Remembered = { identity: '' };

/** What became of the columns of one side since they were last looked at. */
export interface ColumnNews {
  /** Column → why it cannot be read or written. */
  readonly lost: ReadonlyMap<string, string>;
  /** There again, or made anew: the side must be compared as a whole before anything else is done with them. */
  readonly returned: ReadonlySet<string>;
  /** Those of them that are other columns than before: what they hold shares no past with what stood there. */
  readonly anew: ReadonlySet<string>;
  /** Those of them that the pipeline has not read before. */
  readonly unread: ReadonlySet<string>;
}

const readColumns: Statement<{ columns: Columns | null }> = {
  name: 'columns_read',
  text: `select columns from side_state where pipeline_id = $1 and side = $2`,
};

const writeColumns: Statement<Record<string, never>> = {
  name: 'columns_write',
  text: `update side_state set columns = $3 where pipeline_id = $1 and side = $2 and columns is distinct from $3::jsonb`,
};

/** Compares the columns of an endpoint that was just opened with those remembered, and remembers what is new. */
export async function lookAtColumns(
  pools: HubPools,
  pipelineId: number,
  side: Side,
  endpoint: Endpoint,
  /** Records have been linked: a column that is not remembered was not compared with them. */
  linked: boolean,
  now: number,
): Promise<ColumnNews> {
  const [row] = await run(pools.general, readColumns, [pipelineId, side]);
  const known = row?.columns ?? {};
  const next: Record<string, Remembered> = {};
  const lost = new Map<string, string>();
  const returned = new Set<string>();
  const anew = new Set<string>();
  const unread = new Set<string>();
  const remembers = linked && Object.keys(known).length > 0;
  for (const [name, identity] of identities(endpoint)) {
    const was = known[name] ?? (remembers ? UNREAD : undefined);
    if (was?.identity === UNREAD.identity) unread.add(name);
    if (was !== undefined && (was.lost !== undefined || was.identity !== identity)) {
      returned.add(name);
      if (was.identity !== identity) anew.add(name);
    }
    next[name] = was ?? { identity };
  }
  for (const [name, why] of Object.entries(endpoint.absent)) {
    const was = known[name];
    const reason = was?.lost ?? why;
    lost.set(name, reason);
    next[name] = { identity: was?.identity ?? '', lost: reason, since: was?.since ?? now };
  }
  await run(pools.general, writeColumns, [pipelineId, side, JSON.stringify(next)]);
  return { lost, returned, anew, unread };
}

/** The side has been compared as a whole: its columns are known as they are now. */
export async function rememberColumns(
  client: Pick<ClientBase, 'query'>,
  pipelineId: number,
  side: Side,
  endpoint: Endpoint,
): Promise<void> {
  const [row] = await run(client, readColumns, [pipelineId, side]);
  const lost = Object.entries(row?.columns ?? {}).filter(([name]) => name in endpoint.absent);
  const there = identities(endpoint).map(([name, identity]) => [name, { identity }] as const);
  await run(client, writeColumns, [
    pipelineId,
    side,
    JSON.stringify(Object.fromEntries([...there, ...lost])),
  ]);
}

/**
 * Unit key → why nothing of it may be written now: a side has lost one of its columns, or neither side has been read for it yet. (While
 * the second one is read, what both hold is known.)
 */
export function suspendedUnits(
  plan: Plan,
  news: Readonly<Record<Side, ColumnNews>>,
): ReadonlyMap<string, string> {
  const suspended = new Map<string, string>();
  for (const side of ['A', 'B'] as const) {
    for (const [column, why] of news[side].lost) {
      const use = plan.sides[side].column.get(column);
      if (use !== undefined) suspended.set(use.unit, `${plan.sides[side].label}: ${why}`);
    }
  }
  for (const column of news.A.unread) {
    const unit = plan.sides.A.column.get(column)?.unit;
    const both = [...news.B.unread].some((name) => plan.sides.B.column.get(name)?.unit === unit);
    if (unit !== undefined && both) suspended.set(unit, 'both sides are being read for it');
  }
  return suspended;
}

function identities(endpoint: Endpoint): readonly (readonly [name: string, identity: string])[] {
  const fields = new Map(endpoint.schema.fields.map((field) => [field.name, field.identity]));
  return endpoint.options.columns.flatMap((name) => {
    const identity = fields.get(name);
    return identity === undefined || name in endpoint.absent ? [] : [[name, identity] as const];
  });
}
