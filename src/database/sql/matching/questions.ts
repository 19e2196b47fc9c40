import type { Json } from '../../../core/value.js';
import type { Statement } from '../statement.js';

/** Ambiguous by an earlier rule, linked by a later one: no longer in question. Parameters: pipeline. */
export const forgetPairedUnmatched: Statement<Record<string, never>> = {
  name: 'match_forget_paired_unmatched',
  text: `
  delete from unmatched u using load_pair p
  where u.pipeline_id = $1 and p.pipeline_id = $1 and ((u.side = 'A' and u.ext_id = p.a_id) or (u.side = 'B' and u.ext_id = p.b_id))`,
};

/** Records that may be the same as one that is not linked either. Parameters: pipeline. */
export const unmatchedByScore: Statement<Record<string, never>> = {
  name: 'match_unmatched_by_score',
  text: `
  insert into unmatched (pipeline_id, side, ext_id, reason, detail)
  select $1, side, ext_id, 'ambiguous', 'may be the same as ' || count(*) || case when count(*) = 1 then ' record' else ' records' end
  from (
    select 'A' as side, a_id as ext_id from match_pair where pipeline_id = $1
    union all select 'B', b_id from match_pair where pipeline_id = $1) m
  group by side, ext_id
  on conflict (pipeline_id, side, ext_id) do nothing`,
};

/** The next records of A that are in question. Parameters: pipeline, behind id, limit. */
export const nextInQuestion: Statement<{ ext_id: string }> = {
  name: 'match_next_in_question',
  text: `
  select ext_id from unmatched where pipeline_id = $1 and side = 'A' and reason = 'ambiguous' and ext_id > $2 order by ext_id limit $3`,
};

export interface RivalRow {
  readonly a_id: string;
  readonly b_id: string;
  readonly rule: number;
  /** `null`: they share the key of an exact rule. */
  readonly points: number | null;
  readonly parts: readonly (readonly [number, number] | null)[] | null;
}

/** What they may be the same as, the most likely first. Parameters: pipeline, A ids[], most of each. */
export const rivalsOfLoad: Statement<RivalRow> = {
  name: 'match_rivals_of_load',
  text: `
  select a_id, b_id, rule, points, parts from (
    select distinct on (a_id, b_id) a_id, b_id, rule, points, parts, row_number() over (partition by a_id order by points desc nulls last, b_id) as n
    from (
      select a_id, b_id, rule, points, parts from match_pair where pipeline_id = $1 and a_id = any($2::text[])
      union all
      select a.ext_id, few.ext_id, ra.rule, null::real, null::jsonb
      from unmatched a
      join load_record ra on ra.pipeline_id = $1 and ra.side = 'A' and ra.ext_id = a.ext_id and ra.match_key = a.match_key
      cross join lateral (
        select rb.ext_id from load_record rb
        join unmatched b on b.pipeline_id = $1 and b.side = 'B' and b.ext_id = rb.ext_id and b.reason = 'ambiguous'
        where rb.pipeline_id = $1 and rb.side = 'B' and rb.rule = ra.rule and rb.match_key = ra.match_key limit $3) few
      where a.pipeline_id = $1 and a.side = 'A' and a.reason = 'ambiguous' and a.ext_id = any($2::text[])) either
    order by a_id, b_id, points desc nulls last) r
  where n <= $3 order by a_id, points desc nulls last, b_id`,
};

/** Some pairs that would be linked, from everywhere among them. Parameters: pipeline, limit. */
export const somePairs: Statement<{ a_id: string; b_id: string }> = {
  name: 'match_some_pairs',
  text: `select a_id, b_id from load_pair where pipeline_id = $1 order by hashtext(a_id), a_id limit $2`,
};

/** Parameters: id, pipeline, revision, key, reason, title, candidates for mails, policy, priority. */
export const insertMatchConflict: Statement<Record<string, never>> = {
  name: 'match_insert_conflict',
  text: `
  insert into conflict (id, pipeline_id, revision, link_id, unit, key, state, kind, reason, title, base, candidates, policy, priority)
  values ($1, $2, $3, null, '$match', $4, 'open', 'match', $5, $6, null, $7, $8, $9)`,
};

/**
 * The same question about other candidates: what was shown does not hold any more. Parameters: id, key, reason, title, candidates for mails,
 * revision.
 */
export const renewMatchConflict: Statement<Record<string, never>> = {
  name: 'match_renew_conflict',
  text: `
  update conflict set key = $2, reason = $3, title = $4, candidates = $5, revision = $6, rev = rev + 1, changed_at = clock_timestamp() where id = $1`,
};

/** Parameters: conflict, pipeline, side, id, shown. */
export const insertQuestion: Statement<Record<string, never>> = {
  name: 'match_insert_question',
  text: `insert into match_question (conflict_id, pipeline_id, side, ext_id, shown) values ($1, $2, $3, $4, $5)`,
};

/** Parameters: conflict, shown. */
export const renewQuestion: Statement<Record<string, never>> = {
  name: 'match_renew_question',
  text: `
  with before as (delete from match_candidate where conflict_id = $1)
  update match_question set shown = $2 where conflict_id = $1`,
};

/** Parameters: conflict, ids[], rules[], points[], verdicts[], shown[] (parallel, in order). */
export const insertCandidates: Statement<Record<string, never>> = {
  name: 'match_insert_candidates',
  text: `
  insert into match_candidate (conflict_id, n, ext_id, rule, points, verdicts, shown)
  select $1, r.n, r.ext_id, r.rule, r.points, r.verdicts, r.shown
  from unnest($2::text[], $3::text[], $4::real[], $5::jsonb[], $6::jsonb[]) with ordinality as r(ext_id, rule, points, verdicts, shown, n)`,
};

export interface OpenQuestionRow {
  readonly conflict_id: string;
  readonly ext_id: string;
  readonly key: string;
  readonly state: 'open' | 'held';
}

/** Questions about these records that are not closed. Parameters: pipeline, side, ids[]. */
export const openQuestions: Statement<OpenQuestionRow> = {
  name: 'match_open_questions',
  text: `
  select q.conflict_id, q.ext_id, c.key, c.state
  from match_question q join conflict c on c.id = q.conflict_id
  where q.pipeline_id = $1 and q.side = $2 and q.ext_id = any($3::text[]) and q.is_open
  order by q.conflict_id for update of c`,
};

/** Parameters: conflict ids[], reason. */
export const closeQuestions: Statement<Record<string, never>> = {
  name: 'match_close_questions',
  text: `
  with questions as (update match_question set is_open = false where conflict_id = any($1::uuid[])),
  orders as (delete from link_order where conflict_id = any($1::uuid[])),
  decided as (update decision set outcome = 'closed' where conflict_id = any($1::uuid[]) and outcome = 'held')
  update conflict set state = 'closed', closed_at = clock_timestamp(), changed_at = clock_timestamp(), close_reason = $2, rev = rev + 1
  where id = any($1::uuid[]) and state <> 'closed'`,
};

/**
 * These records are no candidates any more. Gives the questions that have none left: their subjects are to be looked at anew.
 * Parameters: pipeline, side of the records, ids[], why.
 */
export const withdrawCandidates: Statement<{ conflict_id: string; side: 'A' | 'B'; ext_id: string }> = {
  name: 'match_withdraw_candidates',
  text: `
  with gone as (
    update match_candidate m set gone = $4
    from match_question q
    where q.conflict_id = m.conflict_id and q.pipeline_id = $1 and q.side <> $2 and q.is_open and m.gone is null and m.ext_id = any($3::text[])
    returning m.conflict_id, m.n),
  moved as (
    update conflict c set rev = rev + 1, changed_at = clock_timestamp() where id in (select conflict_id from gone) and state = 'open')
  select distinct q.conflict_id, q.side, q.ext_id
  from gone g join match_question q on q.conflict_id = g.conflict_id
  where not exists (
    select from match_candidate m
    where m.conflict_id = g.conflict_id and m.gone is null and not exists (select from gone o where o.conflict_id = m.conflict_id and o.n = m.n))`,
};

export interface QuestionRow {
  readonly side: 'A' | 'B';
  readonly ext_id: string;
  readonly shown: Readonly<Record<string, Json>>;
}

/** Parameters: conflict. */
export const readQuestion: Statement<QuestionRow> = {
  name: 'match_read_question',
  text: `select side, ext_id, shown from match_question where conflict_id = $1`,
};

export interface CandidateRow {
  readonly conflict_id: string;
  readonly n: number;
  readonly ext_id: string;
  readonly rule: string;
  readonly points: number | null;
  readonly verdicts: Json;
  readonly shown: Readonly<Record<string, Json>>;
  readonly gone: string | null;
}

/** Parameters: conflict. */
export const readCandidates: Statement<CandidateRow> = {
  name: 'match_read_candidates',
  text: `select conflict_id, n, ext_id, rule, points, verdicts, shown, gone from match_candidate where conflict_id = $1 order by n`,
};

/** Candidates that were just about to be dealt with wait for the answer too. Parameters: pipeline, side, ids[]. */
export const doubtToo: Statement<Record<string, never>> = {
  name: 'match_doubt_too',
  text: `
  update unmatched set reason = 'ambiguous', detail = 'a record of the other side may be the same'
  where pipeline_id = $1 and side = $2 and reason = 'waiting' and detail is distinct from 'moved' and ext_id = any($3::text[])`,
};
