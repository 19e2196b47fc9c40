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
