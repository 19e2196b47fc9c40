import type { Statement } from '../statement.js';

/** A record's key changed on a side: it keeps its link; the old id stays findable. Parameters: pipeline, link, side, old id, new id. */
export const aliasLink: Statement<Record<string, never>> = {
  name: 'lane_alias_link',
  text: `
  insert into link_alias (pipeline_id, side, ext_id, link_id) values ($1, $3, $4, $2)
  on conflict do nothing`,
};

/**
 * These records are about to have other ids. Whoever had one of those is not there any more, and is found by it only as by an old one.
 * Parameters: pipeline, link ids[], ids that they will have[].
 */
export const leaveIds: Readonly<Record<'A' | 'B', Statement<Record<string, never>>>> = {
  A: { name: 'lane_leave_ids_a', text: leave('A', 'a_id') },
  B: { name: 'lane_leave_ids_b', text: leave('B', 'b_id') },
};

function leave(side: 'A' | 'B', id: 'a_id' | 'b_id'): string {
  return `
  with others as (
    select id, ${id} as was from link
    where pipeline_id = $1 and ${id} = any($3::text[]) and state in ('live', 'creating') and id <> all($2::bigint[])),
  kept as (
    insert into link_alias (pipeline_id, side, ext_id, link_id) select $1, '${side}', was, id from others on conflict do nothing)
  update link set ${id} = null where id = any($2::bigint[]) or id in (select id from others)`;
}

/** Parameters: link ids[], ids[] (parallel). */
export const moveLinks: Readonly<Record<'A' | 'B', Statement<Record<string, never>>>> = {
  A: { name: 'lane_move_links_a', text: move('a_id') },
  B: { name: 'lane_move_links_b', text: move('b_id') },
};

function move(id: 'a_id' | 'b_id'): string {
  return `update link l set ${id} = r.ext_id from unnest($1::bigint[], $2::text[]) as r(link_id, ext_id) where l.id = r.link_id`;
}

/** Parameters: link ids[], state. */
export const setLinkState: Statement<Record<string, never>> = {
  name: 'lane_set_link_state',
  text: `update link set state = $2, ended_at = clock_timestamp() where id = any($1::bigint[])`,
};

/** Records seen on a side that no link knows; matched or created in a step of their own. Parameters: pipeline, side, ids[]. */
export const addWaiting: Statement<Record<string, never>> = {
  name: 'lane_add_waiting',
  text: `
  insert into unmatched (pipeline_id, side, ext_id, reason) select $1, $2, id, 'waiting' from unnest($3::text[]) as r(id)
  on conflict (pipeline_id, side, ext_id) do update set reason = 'waiting', detail = null, met = false`,
};

/** Parameters: pipeline, side, ids[]. */
export const forgetUnmatched: Statement<Record<string, never>> = {
  name: 'lane_forget_unmatched',
  text: `
  with gone as (delete from load_record where pipeline_id = $1 and side = $2 and ext_id = any($3::text[])),
  records as (delete from match_record where pipeline_id = $1 and side = $2 and ext_id = any($3::text[])),
  keys as (delete from match_key where pipeline_id = $1 and side = $2 and ext_id = any($3::text[]))
  delete from unmatched where pipeline_id = $1 and side = $2 and ext_id = any($3::text[])`,
};

/**
 * Records that are gone, and that a person is being asked about, or shown as what another may be: looked at once more, so that the
 * question ends. Parameters: pipeline, side, ids[].
 */
export const requeueQuestioned: Statement<Record<string, never>> = {
  name: 'lane_requeue_questioned',
  text: `
  insert into unmatched (pipeline_id, side, ext_id, reason)
  select $1, $2, r.id, 'waiting' from unnest($3::text[]) as r(id)
  where exists (select from match_question q where q.pipeline_id = $1 and q.side = $2 and q.ext_id = r.id and q.is_open)
     or exists (
       select from match_candidate m join match_question q on q.conflict_id = m.conflict_id and q.pipeline_id = $1 and q.side <> $2 and q.is_open
       where m.ext_id = r.id and m.gone is null)
  on conflict (pipeline_id, side, ext_id) do update set reason = 'waiting', detail = null, met = false`,
};
