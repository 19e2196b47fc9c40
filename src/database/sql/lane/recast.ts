import type { Statement } from '../statement.js';

/** Live links behind a position. Parameters: pipeline, position, limit. */
export const linksToRecast: Statement<{ id: number }> = {
  name: 'recast_links',
  text: `select id from link where pipeline_id = $1 and id > $2 and state in ('live', 'creating') order by id limit $3`,
};

/** Parameters: pipeline, position. */
export const setRecastPosition: Statement<Record<string, never>> = {
  name: 'recast_set_position',
  text: `update pipeline set recast_position = $2 where id = $1`,
};

/** All that is kept is understood as the revision in force says. Parameters: pipeline. */
export const endRecast: Statement<Record<string, never>> = {
  name: 'recast_end',
  text: `update pipeline set recast_from = null, recast_position = null where id = $1`,
};

/** Parameters: pipeline, the revision before. */
export const beginRecast: Statement<Record<string, never>> = {
  name: 'recast_begin',
  text: `update pipeline set recast_from = $2, recast_position = 0 where id = $1`,
};

/** What is open may be decided otherwise now. Parameters: pipeline. */
export const lookAtOpen: Statement<Record<string, never>> = {
  name: 'recast_look_at_open',
  text: `
  insert into push_due (link_id, pipeline_id, reason)
  select s.link_id, s.pipeline_id, 'revision' from shadow s where s.pipeline_id = $1 and s.open is not null order by s.link_id
  on conflict (link_id) do update set due_at = clock_timestamp(), reason = excluded.reason`,
};

/** These columns are read as if they were seen for the first time. Parameters: pipeline, side, columns[]. */
export const forgetColumns: Statement<Record<string, never>> = {
  name: 'recast_forget_columns',
  text: `
  update side_state set columns = (
    select jsonb_object_agg(c.key, case when c.key = any($3::text[]) then jsonb_build_object('identity', '') else c.value end)
    from jsonb_each(columns) c)
  where pipeline_id = $1 and side = $2 and columns is not null and columns <> '{}'`,
};
