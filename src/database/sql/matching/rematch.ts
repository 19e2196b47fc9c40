import type { Statement } from '../statement.js';

/** Records are matched otherwise from now on; also while that is under way. Parameters: pipeline. */
export const beginRematch: Statement<Record<string, never>> = {
  name: 'rematch_begin',
  text: `
  update pipeline set rematch_side = 'A', rematch_after = '' where id = $1 and state in ('loading', 'running', 'halted')`,
};

/** Parameters: pipeline. */
export const readRematch: Statement<{ side: 'A' | 'B' | null; after: string | null }> = {
  name: 'rematch_read',
  text: `select rematch_side as side, rematch_after as after from pipeline where id = $1`,
};

/** Parameters: pipeline, side (`null`: it is done), after. */
export const moveRematch: Statement<Record<string, never>> = {
  name: 'rematch_move',
  text: `update pipeline set rematch_side = $2, rematch_after = $3 where id = $1`,
};

/** The next records of a side of which something is kept because they are not linked. Parameters: pipeline, side, behind id, limit. */
export const nextRemembered: Statement<{ ext_id: string }> = {
  name: 'rematch_next',
  text: `
  select ext_id from (
    (select ext_id from unmatched where pipeline_id = $1 and side = $2 and ext_id > $3 order by ext_id limit $4)
    union
    (select distinct ext_id from load_record where pipeline_id = $1 and side = $2 and ext_id > $3 order by ext_id limit $4)
    union
    (select distinct ext_id from match_record where pipeline_id = $1 and side = $2 and ext_id > $3 order by ext_id limit $4)) known
  order by ext_id limit $4`,
};

/** Their keys are known; what becomes of them is decided when those of all are. Parameters: pipeline, side, ids[]. */
export const waitAsMet: Statement<Record<string, never>> = {
  name: 'rematch_wait',
  text: `
  insert into unmatched (pipeline_id, side, ext_id, reason, met) select $1, $2, id, 'waiting', true from unnest($3::text[]) as r(id)
  on conflict (pipeline_id, side, ext_id) do update set reason = 'waiting', detail = null, met = true`,
};
