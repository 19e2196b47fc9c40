import type { Statement } from '../statement.js';

/** Parameters: pipeline. Everything of an earlier comparison goes. */
export const clearLoad: readonly Statement<Record<string, never>>[] = [
  { name: 'load_clear_records', text: `delete from load_record where pipeline_id = $1` },
  { name: 'load_clear_pairs', text: `delete from load_pair where pipeline_id = $1` },
  { name: 'load_clear_match_records', text: `delete from match_record where pipeline_id = $1` },
  { name: 'load_clear_match_keys', text: `delete from match_key where pipeline_id = $1` },
  { name: 'load_clear_match_pairs', text: `delete from match_pair where pipeline_id = $1` },
  { name: 'load_clear_orders', text: `delete from link_order where pipeline_id = $1` },
  {
    name: 'load_clear_questions',
    text: `delete from conflict where pipeline_id = $1 and kind = 'match' and state <> 'closed'`,
  },
  { name: 'load_clear_unmatched', text: `delete from unmatched where pipeline_id = $1` },
  { name: 'load_clear_report', text: `delete from load_report where pipeline_id = $1` },
];

export interface CountRow {
  linked: number;
  scored: number;
  ambiguous_a: number;
  ambiguous_b: number;
  no_key_a: number;
  no_key_b: number;
}

/** Parameters: pipeline. */
export const countLoad: Statement<CountRow> = {
  name: 'load_count',
  text: `
  select
    (select count(*) from load_pair where pipeline_id = $1) as linked,
    (select count(*) from load_pair where pipeline_id = $1 and points is not null) as scored,
    (select count(*) from unmatched where pipeline_id = $1 and side = 'A' and reason = 'ambiguous') as ambiguous_a,
    (select count(*) from unmatched where pipeline_id = $1 and side = 'B' and reason = 'ambiguous') as ambiguous_b,
    (select count(*) from load_record where pipeline_id = $1 and side = 'A' and rule = -1) as no_key_a,
    (select count(*) from load_record where pipeline_id = $1 and side = 'B' and rule = -1) as no_key_b`,
};

/** A few ids of each kind, for people to look at. Parameters: pipeline. */
export const sampleLoad: Statement<{
  kind: string;
  a_id: string | null;
  b_id: string | null;
  match_key: string | null;
  detail: string | null;
  rule: number | null;
  points: number | null;
  parts: readonly (readonly [number, number] | null)[] | null;
}> = {
  name: 'load_sample',
  text: `
  (select 'linked' as kind, p.a_id, p.b_id, r.match_key, null as detail, p.rule, null::real as points, null::jsonb as parts
   from load_pair p left join load_record r on r.pipeline_id = $1 and r.side = 'A' and r.ext_id = p.a_id and r.rule = p.rule
   where p.pipeline_id = $1 and p.points is null limit 5)
  union all
  (select 'scored', a_id, b_id, null, null, rule, points, parts
   from load_pair where pipeline_id = $1 and points is not null order by points limit 10)
  union all
  (select 'question', a_id, b_id, null, null, rule, points, parts
   from match_pair where pipeline_id = $1 order by points desc limit 10)
  union all
  (select 'ambiguous', case when side = 'A' then ext_id end, case when side = 'B' then ext_id end, match_key, detail, null, null, null
   from unmatched where pipeline_id = $1 and reason = 'ambiguous' and match_key is not null order by match_key limit 10)
  union all
  (select 'only-a', r.ext_id, null, r.match_key, null, null, null, null from load_record r
   where r.pipeline_id = $1 and r.side = 'A'
     and not exists (select from load_pair p where p.pipeline_id = $1 and p.a_id = r.ext_id)
     and not exists (select from unmatched u where u.pipeline_id = $1 and u.side = 'A' and u.ext_id = r.ext_id) limit 5)
  union all
  (select 'only-b', null, r.ext_id, r.match_key, null, null, null, null from load_record r
   where r.pipeline_id = $1 and r.side = 'B'
     and not exists (select from load_pair p where p.pipeline_id = $1 and p.b_id = r.ext_id)
     and not exists (select from unmatched u where u.pipeline_id = $1 and u.side = 'B' and u.ext_id = r.ext_id) limit 5)`,
};

/** Parameters: pipeline, revision, linked, only_a, only_b, ambiguous, samples, total, scored, left_out, fields, excluded_a, excluded_b, rate_a, rate_b. */
export const insertReport: Statement<Record<string, never>> = {
  name: 'load_insert_report',
  text: `
  insert into load_report (pipeline_id, revision, linked, only_a, only_b, ambiguous, samples, phase, total, scored, left_out, fields, excluded_a, excluded_b, rate_a, rate_b)
  values ($1, $2, $3, $4, $5, $6, $7, 'report', $8, $9, $10, $11, $12, $13, $14, $15)`,
};

export interface ReportRow {
  accepted_at: Date | null;
  phase: string | null;
  done: number;
  total: number;
  progress: { readonly after?: string; readonly afterPair?: string } | null;
  linked: number;
  only_a: number;
  only_b: number;
  ambiguous: number;
}

/** Parameters: pipeline. */
export const readReport: Statement<ReportRow> = {
  name: 'load_read_report',
  text: `select accepted_at, phase, done, total, progress, linked, only_a, only_b, ambiguous from load_report where pipeline_id = $1`,
};

/** Parameters: pipeline, phase, records done more, progress. */
export const moveProgress: Statement<Record<string, never>> = {
  name: 'load_move_progress',
  text: `
  update load_report set phase = $2, done = done + $3, progress = $4, started_at = coalesce(started_at, clock_timestamp()),
         finished_at = case when $2 = 'done' then clock_timestamp() end
  where pipeline_id = $1`,
};

/** Parameters: pipeline, accepted by. */
export const acceptReport: Statement<Record<string, never>> = {
  name: 'load_accept_report',
  text: `update load_report set accepted_at = clock_timestamp(), accepted_by = $2 where pipeline_id = $1 and accepted_at is null`,
};

/** Next pairs to link. Parameters: pipeline, after (a_id), limit. */
export const nextPairs: Statement<{ a_id: string; b_id: string }> = {
  name: 'load_next_pairs',
  text: `select a_id, b_id from load_pair where pipeline_id = $1 and a_id > $2 order by a_id limit $3`,
};

/**
 * Which of these records are to be created on the other side: seen in the comparison, without counterpart, not ambiguous. For the lane's
 * connections: by key for each id, whatever the tables' statistics say. Parameters: pipeline, ids[].
 */
export const toCreate: Readonly<Record<'A' | 'B', Statement<{ ext_id: string }>>> = {
  A: { name: 'load_to_create_a', text: creatable('A') },
  B: { name: 'load_to_create_b', text: creatable('B') },
};

function creatable(side: 'A' | 'B'): string {
  return `
  select i.id as ext_id from unnest($2::text[]) as i(id)
  where exists (select from load_record r where r.pipeline_id = $1 and r.side = '${side}' and r.ext_id = i.id)
    and not exists (select from load_pair p where p.pipeline_id = $1 and p.${side === 'A' ? 'a_id' : 'b_id'} = i.id)
    and not exists (select from unmatched u where u.pipeline_id = $1 and u.side = '${side}' and u.ext_id = i.id and u.reason <> 'waiting')`;
}

/** What the load needed and nobody else: keys of records that are linked now. Parameters: pipeline. */
export const forgetLinked: Readonly<Record<'A' | 'B', Statement<Record<string, never>>>> = {
  A: { name: 'load_forget_linked_a', text: forget('A') },
  B: { name: 'load_forget_linked_b', text: forget('B') },
};

function forget(side: 'A' | 'B'): string {
  const linked = (table: string): string => `
  delete from ${table} r using link l
  where r.pipeline_id = $1 and r.side = '${side}' and l.pipeline_id = $1 and l.${side === 'A' ? 'a_id' : 'b_id'} = r.ext_id
    and l.state in ('live', 'creating')`;
  return `with records as (${linked('match_record')}), keys as (${linked('match_key')}) ${linked('load_record')}`;
}

/** The comparison's tables were just filled: without statistics the joins over them go wrong by orders of magnitude. */
export const analyzeLoad: readonly string[] = [
  'analyze load_record',
  'analyze load_pair',
  'analyze unmatched',
  'analyze match_record',
  'analyze match_key',
];

/** Parameters: pipeline, state. */
export const setLoadState: Statement<Record<string, never>> = {
  name: 'load_set_state',
  text: `update pipeline set state = $2, state_detail = null, updated_at = clock_timestamp() where id = $1`,
};
