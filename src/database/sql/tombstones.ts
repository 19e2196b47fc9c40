import type { Statement } from './statement.js';

/**
 * Forgets records that were deleted on both sides longer ago than this: registers, earlier ids, the link itself. Their history stays as long
 * as history does. Locked in the order of their ids; whoever restores one of them at this moment has it. Parameters: pipeline, ms, limit.
 */
export const forgetTombstones: Statement<{ id: number }> = {
  name: 'sweep_forget_tombstones',
  text: `
  with old as (
    select id from link
    where pipeline_id = $1 and state = 'deleted' and ended_at < clock_timestamp() - $2 * interval '1 millisecond'
    order by id limit $3 for update skip locked),
  due as (delete from push_due where link_id in (select id from old)),
  refused as (delete from blocked_unit where link_id in (select id from old)),
  registers as (delete from shadow where link_id in (select id from old))
  delete from link where id in (select id from old) returning id`,
};

/** A deleted record is there again; `epoch` says how often. Parameters: link. */
export const restoreLink: Statement<Record<string, never>> = {
  name: 'restore_link',
  text: `update link set state = 'live', epoch = epoch + 1, ended_at = null where id = $1`,
};

/** A record that stands under one of these ids without being linked, as far as is known here. Parameters: link. */
export const strangerUnder: Statement<{ readonly side: 'A' | 'B'; readonly ext_id: string }> = {
  name: 'restore_stranger_under',
  text: `
  select u.side, u.ext_id from link l join unmatched u on u.pipeline_id = l.pipeline_id
    and u.ext_id = case u.side when 'A' then l.a_id else l.b_id end
  where l.id = $1 limit 1`,
};
