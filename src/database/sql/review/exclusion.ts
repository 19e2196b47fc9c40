import type { Statement } from '../statement.js';

export interface KeptOutRow {
  readonly pipeline_id: number;
  readonly pipeline: string;
  readonly revision: number;
  readonly state: 'live' | 'creating' | 'deleted' | 'unlinked';
  readonly kept_out: boolean;
}

/** The link is held until the transaction ends. Parameters: link. */
export const holdLink: Statement<KeptOutRow> = {
  name: 'review_hold_link',
  text: `
  select l.pipeline_id, p.name as pipeline, p.revision, l.state, l.kept_out from link l join pipeline p on p.id = l.pipeline_id
  where l.id = $1 for no key update of l`,
};

/** Shown at once; the engine finds it so. Parameters: link, pipeline, reason, by, now. */
export const keepOut: Statement<Record<string, never>> = {
  name: 'review_keep_out',
  text: `
  with kept as (update link set kept_out = true, excluded = 'AB' where id = $1)
  insert into record_exclusion (link_id, pipeline_id, reason, by, at) values ($1, $2, $3, $4, $5)
  on conflict (link_id) do update set reason = excluded.reason, by = excluded.by, at = excluded.at`,
};

/** The engine compares it, and then says whether it takes part. Parameters: link. */
export const takeIn: Statement<Record<string, never>> = {
  name: 'review_take_in',
  text: `
  with taken as (delete from record_exclusion where link_id = $1)
  update link set kept_out = false where id = $1`,
};

/** Parameters: pipeline, by, link. */
export const askRecordLook: Statement<{ id: number }> = {
  name: 'review_ask_record_look',
  text: `
  insert into verification (pipeline_id, state, asked_by, repair, link_id) values ($1, 'asked', $2, true, $3)
  on conflict (pipeline_id, link_id) where state in ('asked', 'running') and link_id is not null do update set repair = true
  returning id`,
};
