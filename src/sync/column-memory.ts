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

/** What became of the columns of one side since they were last looked at. */
export interface ColumnNews {
  /** Column → why it cannot be read or written. */
  readonly lost: ReadonlyMap<string, string>;
  /** There again, or made anew: the side must be compared as a whole before anything else is done with them. */
  readonly returned: ReadonlySet<string>;
  /** Those of them that are other columns than before: what they hold shares no past with what stood there. */
  readonly anew: ReadonlySet<string>;
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
  now: number,
): Promise<ColumnNews> {
  const [row] = await run(pools.general, readColumns, [pipelineId, side]);
  const known = row?.columns ?? {};
  const next: Record<string, Remembered> = {};
  const lost = new Map<string, string>();
  const returned = new Set<string>();
  const anew = new Set<string>();
  for (const [name, identity] of identities(endpoint)) {
    const was = known[name];
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
  return { lost, returned, anew };
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

/** Unit key → why nothing of it may be written while a side has lost one of its columns. */
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
  return suspended;
}

function identities(endpoint: Endpoint): readonly (readonly [name: string, identity: string])[] {
  const fields = new Map(endpoint.schema.fields.map((field) => [field.name, field.identity]));
  return endpoint.options.columns.flatMap((name) => {
    const identity = fields.get(name);
    return identity === undefined || name in endpoint.absent ? [] : [[name, identity] as const];
  });
}
