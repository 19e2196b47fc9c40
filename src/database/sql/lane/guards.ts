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
