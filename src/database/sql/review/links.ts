import type { Statement } from '../statement.js';

export interface LinkRow {
  readonly id: number;
  readonly pipeline_id: number;
  readonly pipeline: string;
  readonly revision: number;
  readonly state: 'live' | 'creating' | 'deleted' | 'unlinked';
  readonly a_id: string | null;
  readonly b_id: string | null;
}

/** The shadow is locked first, as the engine does. Parameters: link. */
export const lockShadow: Statement<{ rev: number }> = {
  name: 'review_lock_shadow',
  text: `select rev from shadow where link_id = $1 for no key update`,
};

/** Parameters: link. */
export const lockLink: Statement<LinkRow> = {
  name: 'review_lock_link',
  text: `
  select l.id, l.pipeline_id, p.name as pipeline, p.revision, l.state, l.a_id, l.b_id
  from link l join pipeline p on p.id = l.pipeline_id where l.id = $1 for no key update of l`,
};

/** Links of a record that are live. Parameters: pipeline, side, id. */
export const linkOf: Statement<{ id: number; a_id: string | null; b_id: string | null }> = {
  name: 'review_link_of',
  text: `
  select id, a_id, b_id from link
  where pipeline_id = $1 and state in ('live', 'creating') and ((a_id = $3 and $2 = 'A') or (b_id = $3 and $2 = 'B'))`,
};

/** Parameters: name. */
export const pipelineByName: Statement<{ id: number; revision: number }> = {
  name: 'review_pipeline_by_name',
  text: `select id, revision from pipeline where name = $1`,
};

/** What a record is called by from now on; `rev` moves, so that whoever is about to write it reads again. Parameters: link, id. */
export const renameRecord: Readonly<Record<'A' | 'B', Statement<Record<string, never>>>> = {
  A: { name: 'review_rename_a', text: rename('a_id') },
  B: { name: 'review_rename_b', text: rename('b_id') },
};

function rename(id: 'a_id' | 'b_id'): string {
  return `with moved as (update shadow set rev = rev + 1 where link_id = $1) update link set ${id} = $2 where id = $1`;
}

/** What it holds may never have been observed: it is read. Parameters: pipeline, side, id. */
export const lookAtMoved: Statement<Record<string, never>> = {
  name: 'review_look_at_moved',
  text: `
  insert into unmatched (pipeline_id, side, ext_id, reason, detail) values ($1, $2, $3, 'waiting', 'moved')
  on conflict (pipeline_id, side, ext_id) do update set reason = 'waiting', detail = 'moved', met = false`,
};

/** Records that were linked, shown as what they are. Parameters: pipeline, side, ids[], words. */
export const showUnlinked: Statement<Record<string, never>> = {
  name: 'review_show_unlinked',
  text: `
  insert into unmatched (pipeline_id, side, ext_id, reason, detail)
  select $1, $2, r.id, 'not-created', $4 from unnest($3::text[]) as r(id)
  on conflict (pipeline_id, side, ext_id) do update set reason = excluded.reason, detail = excluded.detail`,
};
