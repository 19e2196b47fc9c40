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

/** As `isBlank` in core/value.ts; numbers and booleans say something in an object, whatever they are compared with. */
export const isBlankJson = (
  value: string,
): string => `(${value} is null or ${value} in ('null', '""', '[]') or jsonb_typeof(${value}) = 'object'
  and not jsonb_path_exists(${value}, 'strict $.** ? (@.type() == "array" && @.size() > 0 || @.type() == "string" && @ != "" || @.type() == "number" || @.type() == "boolean")'))`;

/**
 * Which records were concerned by each class of operations lately, as the lineage tells, oldest first; without what a person has answered
 * since, and of each class no more than it takes to trip. Records that take no part now are left out: their edits are carried nowhere, and
 * were not counted. Read along the time of the rows, so the times that they are held against must not be volatile.
 * Parameters: pipeline, windows in ms of deletes, blanking, overwrite, records of a class that are enough, of each.
 */
export const recallOperations: Statement<RecalledOperation> = {
  name: 'lane_recall_operations',
  text: `
  with answered as (
    select side, kind, subject, max(closed_at) as at from guard_trip
    where pipeline_id = $1 and closed_at > now() - greatest($2::bigint, $3::bigint, $4::bigint) * interval '1 millisecond'
    group by side, kind, subject),
  counted as (
    select l.side, c.kind, c.subject, l.link_id, c.enough, max(l.recorded_at) as at,
           row_number() over (partition by l.side, c.kind, c.subject order by max(l.recorded_at) desc) as place
    from lineage l
    join link k on k.id = l.link_id and k.excluded is null
    cross join lateral jsonb_each(l.units) u(unit, event)
    cross join lateral (
      select 'deletes' as kind, '' as subject, $2::bigint as window_ms, $5::bigint as enough where u.unit = '$life' and u.event ->> 'v' = 'deleted'
      union all
      select 'blanking', u.unit, $3, $6 where u.unit <> '$life' and ${isBlankJson(`(u.event -> 'v')`)} and not ${isBlankJson(`(u.event -> 'o')`)}
      union all
      select 'overwrite', l.actor ->> 'name', $4, $7 where u.unit <> '$life' and l.actor ->> 'name' is not null) c
    left join answered a on a.side = l.side and a.kind = c.kind and a.subject = c.subject
    where l.pipeline_id = $1 and l.kind = 'observed' and l.side is not null and u.event ->> 'k' in ('observed', 'stale-form', 'forward')
      and l.recorded_at > now() - greatest($2::bigint, $3::bigint, $4::bigint) * interval '1 millisecond'
      and l.recorded_at > now() - c.window_ms * interval '1 millisecond' and l.recorded_at > coalesce(a.at, '-infinity')
    group by l.side, c.kind, c.subject, c.enough, l.link_id)
  select side, kind, subject, link_id, (extract(epoch from clock_timestamp() - at) * 1000)::float8 as age_ms
  from counted where place <= enough order by at`,
};
