import type { ClientBase, QueryResultRow } from 'pg';
import type { Side } from '../../core/clock.js';
import { guardCode, type GuardKind } from '../../core/guard.js';
import type { Author } from '../../core/unit.js';
import type { Json } from '../../core/value.js';
import { run, type Statement } from './statement.js';

export interface GuardTripRow {
  readonly id: string;
  readonly pipeline: string;
  readonly side: Side;
  readonly kind: GuardKind;
  readonly subject: string;
  readonly count: number;
  readonly most: number;
  readonly linked: number;
  readonly window_ms: number;
  readonly sample: readonly GuardSample[];
  readonly state: 'open' | 'released' | 'discarded';
  readonly opened_at: Date;
  readonly closed_at: Date | null;
  readonly closed_by: string | null;
  readonly note: string | null;
  /** Units that are held at the moment. */
  readonly held: number;
}

export interface GuardSample {
  readonly record: number;
  readonly a: string | null;
  readonly b: string | null;
  readonly unit: string;
  readonly before: Json;
  readonly after: Json;
}

const columns = `
  t.id, p.name as pipeline, t.side, t.kind, t.subject, t.count, t.most, t.linked, t.window_ms, t.sample, t.state, t.opened_at, t.closed_at,
  t.closed_by, t.note,
  (select count(*)::int from blocked_unit b where b.pipeline_id = t.pipeline_id and b.code = '${guardCode('')}' || t.id) as held`;

/** Newest first; held units are counted along `blocked_unit_cause`. Parameters: pipeline, only open, limit. */
export const guardTrips: Statement<GuardTripRow> = {
  name: 'guard_trips',
  text: `
  select ${columns} from guard_trip t join pipeline p on p.id = t.pipeline_id
  where t.pipeline_id = $1 and (not $2 or t.state = 'open') order by t.opened_at desc, t.id limit $3`,
};

/** Parameters: id. */
export const guardTrip: Statement<GuardTripRow> = {
  name: 'guard_trip',
  text: `select ${columns} from guard_trip t join pipeline p on p.id = t.pipeline_id where t.id = $1`,
};

/** Waits for a transaction that is holding something for the trip. Parameters: id, pipeline name, state, who, note, what they are. */
const closeTrip: Statement<{ pipeline_id: number }> = {
  name: 'guard_close',
  text: `
  update guard_trip t set state = $3, closed_at = clock_timestamp(), closed_by = $4, note = $5, closed_by_kind = $6
  from pipeline p where t.id = $1 and p.id = t.pipeline_id and p.name = $2 and t.state = 'open' returning t.pipeline_id`,
};

/** The engine frees, or takes back, each record that it looks at again. Parameters: pipeline, code. */
const lookAtHeld: Statement<QueryResultRow> = {
  name: 'guard_look_at_held',
  text: `
  insert into push_due (link_id, pipeline_id, reason)
  select distinct link_id, $1::int, 'guard answered' from blocked_unit where pipeline_id = $1 and code = $2 order by link_id
  on conflict (link_id) do update set due_at = clock_timestamp(), reason = excluded.reason, attempts = 0`,
};

/** @returns false when somebody has answered before, or there is none. To be run in a transaction. */
export async function answerGuard(
  client: ClientBase,
  answer: {
    readonly id: string;
    readonly pipeline: string;
    readonly state: 'released' | 'discarded';
    readonly by: Author;
    readonly note: string | null;
  },
): Promise<boolean> {
  const { id, pipeline, state, by, note } = answer;
  const [row] = await run(client, closeTrip, [id, pipeline, state, by.name, note, by.kind]);
  if (row === undefined) return false;
  await run(client, lookAtHeld, [row.pipeline_id, guardCode(id)]);
  return true;
}
