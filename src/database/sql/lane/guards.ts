import type { Side } from '../../../core/clock.js';
import type { GuardKind } from '../../../core/guard.js';
import type { Statement } from '../statement.js';

export interface OpenTrip {
  readonly id: string;
  readonly side: Side;
  readonly kind: GuardKind;
  readonly subject: string;
}

/** Parameters: pipeline. */
export const openTrips: Statement<OpenTrip> = {
  name: 'lane_open_trips',
  text: `select id, side, kind, subject from guard_trip where pipeline_id = $1 and state = 'open'`,
};

export interface ClosedTrip {
  readonly id: string;
  readonly state: 'released' | 'discarded';
  readonly closed_by: string;
  readonly closed_by_kind: 'person' | 'integration';
}

/** Those of these trips that a person has answered. Parameters: ids[]. */
export const closedTrips: Statement<ClosedTrip> = {
  name: 'lane_closed_trips',
  text: `select id, state, closed_by, coalesce(closed_by_kind, 'person') as closed_by_kind from guard_trip where id = any($1::uuid[]) and state <> 'open'`,
};

/** Keeps these trips open until the transaction ends. Whoever answers one waits, and then finds all that it holds. Parameters: ids[]. */
export const keepTripsOpen: Statement<{ id: string }> = {
  name: 'lane_keep_trips_open',
  text: `select id from guard_trip where id = any($1::uuid[]) and state = 'open' order by id for share`,
};

/** Parameters: pipeline, then parallel: ids[], sides[], kinds[], subjects[], counts[], most[], linked[], windows in ms[], samples[]. */
export const insertTrips: Statement<Record<string, never>> = {
  name: 'lane_insert_trips',
  text: `
  insert into guard_trip (id, pipeline_id, side, kind, subject, count, most, linked, window_ms, sample)
  select r.id, $1, r.side, r.kind, r.subject, r.count, r.most, r.linked, r.window_ms, r.sample
  from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[], $7::int[], $8::int[], $9::bigint[], $10::jsonb[])
    as r(id, side, kind, subject, count, most, linked, window_ms, sample)`,
};

export interface RecalledOperation {
  readonly side: Side;
  readonly kind: Exclude<GuardKind, 'canary'>;
  readonly subject: string;
  readonly link_id: number;
  /** Since the last of them, ms. */
  readonly age_ms: number;
}

/** As `isBlank` in core/value.ts. */
const blank = (
  value: string,
): string => `(${value} is null or ${value} in ('null', '""', '[]') or jsonb_typeof(${value}) = 'object'
  and not jsonb_path_exists(${value}, 'strict $.** ? (@.type() == "array" && @.size() > 0 || @.type() != "array" && @.type() != "object" && @ != null && @ != "")'))`;

/**
 * Which records were concerned by each class of operations lately, as the lineage tells, oldest first; without what a person has answered
 * since. Read along the time of the rows. Parameters: pipeline, windows in ms of deletes, blanking, overwrite.
 */
export const recallOperations: Statement<RecalledOperation> = {
  name: 'lane_recall_operations',
  text: `
  with answered as (
    select side, kind, subject, max(closed_at) as at from guard_trip
    where pipeline_id = $1 and closed_at > clock_timestamp() - greatest($2::bigint, $3::bigint, $4::bigint) * interval '1 millisecond'
    group by side, kind, subject)
  select l.side, c.kind, c.subject, l.link_id, (extract(epoch from clock_timestamp() - max(l.recorded_at)) * 1000)::float8 as age_ms
  from lineage l
  cross join lateral jsonb_each(l.units) u(unit, event)
  cross join lateral (
    select 'deletes' as kind, '' as subject, $2::bigint as window_ms where u.unit = '$life' and u.event ->> 'v' = 'deleted'
    union all
    select 'blanking', u.unit, $3 where u.unit <> '$life' and ${blank(`(u.event -> 'v')`)} and not ${blank(`(u.event -> 'o')`)}
    union all
    select 'overwrite', l.actor ->> 'name', $4 where u.unit <> '$life' and l.actor ->> 'name' is not null) c
  left join answered a on a.side = l.side and a.kind = c.kind and a.subject = c.subject
  where l.pipeline_id = $1 and l.kind = 'observed' and l.side is not null and u.event ->> 'k' in ('observed', 'stale-form', 'forward')
    and l.recorded_at > clock_timestamp() - greatest($2::bigint, $3::bigint, $4::bigint) * interval '1 millisecond'
    and l.recorded_at > clock_timestamp() - c.window_ms * interval '1 millisecond' and l.recorded_at > coalesce(a.at, '-infinity')
  group by l.side, c.kind, c.subject, l.link_id
  order by max(l.recorded_at)`,
};
