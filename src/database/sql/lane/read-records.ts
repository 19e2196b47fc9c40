import type { Statement } from '../statement.js';
import type { Excluded } from './scope.js';

export interface RecordRow {
  link_id: number;
  a_id: string | null;
  b_id: string | null;
  rev: number;
  clock: string;
  open: Record<string, unknown> | null;
  att_a: number | null;
  att_b: number | null;
  /** When the states that the link was made of had been read, ms. */
  linked_at: number;
  excluded: Excluded | null;
  /** By a person. */
  kept_out: boolean;
  fields: Record<string, unknown>;
}

/** Whole records by our id, for those that are open, due, or excepted from a batch: few at any time. Parameters: link ids[]. */
export const readRecords: Statement<RecordRow> = {
  name: 'lane_read_records',
  text: `
  select l.id as link_id, l.a_id, l.b_id, s.rev, s.clock, s.open, s.att_a, s.att_b, date_part('epoch', l.created_at) * 1000 as linked_at, l.excluded, l.kept_out, s.fields
  from unnest($1::bigint[]) as r(link_id)
  join link l on l.id = r.link_id and l.state in ('live', 'creating')
  join shadow s on s.link_id = l.id`,
};

/** The same by a side's ids. Parameters: pipeline, ids[]. */
export const readRecordsByExternalId: Readonly<Record<'A' | 'B', Statement<RecordRow>>> = {
  A: { name: 'lane_read_records_a', text: byId('a_id') },
  B: { name: 'lane_read_records_b', text: byId('b_id') },
};

function byId(column: 'a_id' | 'b_id'): string {
  return `
  select l.id as link_id, l.a_id, l.b_id, s.rev, s.clock, s.open, s.att_a, s.att_b, date_part('epoch', l.created_at) * 1000 as linked_at, l.excluded, l.kept_out, s.fields
  from unnest($2::text[]) as r(ext_id)
  join link l on l.pipeline_id = $1 and l.${column} = r.ext_id and l.state in ('live', 'creating')
  join shadow s on s.link_id = l.id`;
}

/**
 * Records that were deleted on both sides, by these ids of one on which their rows stand marked as deleted (core/archive.ts), as long as
 * nothing else has taken their place on either. Parameters: pipeline, ids[].
 */
export const readEndedByExternalId: Readonly<Record<'A' | 'B', Statement<RecordRow>>> = {
  A: { name: 'lane_read_ended_a', text: ended('a_id', 'a') },
  B: { name: 'lane_read_ended_b', text: ended('b_id', 'b') },
};

function ended(column: 'a_id' | 'b_id', raw: 'a' | 'b'): string {
  return `
  select distinct on (r.ext_id)
         l.id as link_id, l.a_id, l.b_id, s.rev, s.clock, s.open, s.att_a, s.att_b, date_part('epoch', l.created_at) * 1000 as linked_at, l.excluded, l.kept_out, s.fields
  from unnest($2::text[]) as r(ext_id)
  join link l on l.pipeline_id = $1 and l.${column} = r.ext_id and l.state = 'deleted'
  join shadow s on s.link_id = l.id and jsonb_typeof(s.fields #> '{$life,${raw}}') = 'array'
  where not exists (select from link o where o.pipeline_id = $1 and o.a_id = l.a_id and o.state in ('live', 'creating'))
    and not exists (select from link o where o.pipeline_id = $1 and o.b_id = l.b_id and o.state in ('live', 'creating'))
  order by r.ext_id, l.id desc`;
}

/** Of these ids, those of such records. Parameters: pipeline, ids[]. */
export const endedIds: Readonly<Record<'A' | 'B', Statement<{ ext_id: string }>>> = {
  A: { name: 'lane_ended_ids_a', text: `select a_id as ext_id from (${ended('a_id', 'a')}) e` },
  B: { name: 'lane_ended_ids_b', text: `select b_id as ext_id from (${ended('b_id', 'b')}) e` },
};
