import type { Statement } from '../statement.js';

/** Appends lineage, one row per record and cause. Parameters are parallel arrays in column order after the pipeline and revision. */
export const insertLineage: Statement<Record<string, never>> = {
  name: 'lane_insert_lineage',
  text: `
  insert into lineage (pipeline_id, revision, link_id, kind, side, occurred_at, actor, source_tx, batch_a, batch_b, conflict_id, decision_id, trace_id, units)
  select $1, $2, r.link_id, r.kind, r.side, to_timestamp(r.at / 1000.0), r.actor, r.tx, r.batch_a, r.batch_b, r.conflict_id, r.decision_id, $14, r.units
  from unnest($3::bigint[], $4::text[], $5::text[], $6::float8[], $7::jsonb[], $8::text[], $9::bigint[], $10::bigint[], $11::uuid[], $12::uuid[], $13::jsonb[])
    as r(link_id, kind, side, at, actor, tx, batch_a, batch_b, conflict_id, decision_id, units)`,
};
