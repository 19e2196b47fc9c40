import type { Statement } from './statement.js';

/** A side was set back: nothing goes on before a person has said what is right. Its place is forgotten. Parameters: pipeline, side. */
export const askAboutRestored: Statement<Record<string, never>> = {
  name: 'restored_ask',
  text: `update side_state set restored = 'ask', cursor = null, version = version + 1 where pipeline_id = $1 and side = $2`,
};

/**
 * A side is another system than before. A person must look first; what it shows then is no edit unless they say so. A first load that had
 * only compared begins again. Parameters: pipeline, why, side.
 */
export const haltReplaced: Statement<Record<string, never>> = {
  name: 'restored_halt_replaced',
  text: `
  with found as (select id, state from pipeline where id = $1 and state <> 'new' for update),
  asked as (
    update side_state set restored = 'ask', cursor = null, version = version + 1
    where side = $3 and pipeline_id in (select id from found where state in ('loading', 'running', 'halted')))
  ${halted('')}`,
};

/** Sides that wait for an answer. Parameters: pipeline name. */
export const restoredSides: Statement<{ side: 'A' | 'B'; label: string }> = {
  name: 'restored_sides',
  text: `select s.side, s.label from side_state s join pipeline p on p.id = s.pipeline_id where p.name = $1 and s.restored = 'ask' order by s.side`,
};

/** Parameters: pipeline name, answer. */
export const answerRestored: Statement<Record<string, never>> = {
  name: 'restored_answer',
  text: `
  update side_state set restored = $2 from pipeline p where p.id = pipeline_id and p.name = $1 and restored = 'ask'`,
};

/** What is to be done about a side that was set back. Parameters: pipeline, side. */
export const readRestored: Statement<{ restored: 'ask' | 'give-back' | 'take' | null }> = {
  name: 'restored_read',
  text: `select restored from side_state where pipeline_id = $1 and side = $2`,
};

/** What was answered has been carried out. Parameters: pipeline, side. */
export const endRestored: Statement<Record<string, never>> = {
  name: 'restored_end',
  text: `update side_state set restored = null where pipeline_id = $1 and side = $2`,
};

/** Ids of batches go on behind one that a side knows. Parameters: id. */
export const skipBatchIds: Statement<Record<string, never>> = {
  name: 'restored_skip_batch_ids',
  text: `select setval('batch_id_seq', greatest($1::bigint, (select last_value from batch_id_seq)) + 1000) as id`,
};

/** The last id that was drawn. */
export const lastBatchId: Statement<{ id: number }> = {
  name: 'restored_last_batch_id',
  text: `select case when is_called then last_value else 0 end as id from batch_id_seq`,
};

/**
 * This database is older than what the sides know: both are read anew, together. A first load that was under way is given up for it: what
 * it had still to do comes to light in the reading. One that had only compared begins again, for what it found is no longer so.
 * Parameters: pipeline, why.
 */
export const haltToReunite: Statement<Record<string, never>> = {
  name: 'restored_halt_to_reunite',
  text: `
  with found as (select id, state from pipeline where id = $1 and state <> 'new' for update),
  forgotten as (
    update side_state set cursor = null, version = version + 1
    where pipeline_id in (select id from found where state in ('loading', 'running', 'halted'))),
  given_up as (
    update load_report set phase = 'done', progress = null, finished_at = clock_timestamp()
    where pipeline_id in (select id from found where state in ('loading', 'halted')) and accepted_at is not null and finished_at is null)
  ${halted(', reunite = not compared')}`,
};

export const endReunite: Statement<Record<string, never>> = {
  name: 'restored_end_reunite',
  text: `update pipeline set reunite = false where id = $1`,
};

/** Live links behind a position, with both ids. Parameters: pipeline, position, limit. */
export const linkedPairs: Statement<{ id: number; a_id: string | null; b_id: string | null }> = {
  name: 'restored_linked_pairs',
  text: `select id, a_id, b_id from link where pipeline_id = $1 and id > $2 and state = 'live' order by id limit $3`,
};

function halted(set: string): string {
  return `
  update pipeline p set
    state = case when compared then 'new' else 'halted' end,
    state_detail = case when not compared then $2 end, halt_told_at = null, updated_at = clock_timestamp()${set}
  from (select id, state in ('comparing', 'report') as compared from found) f
  where p.id = f.id`;
}
