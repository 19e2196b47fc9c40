import type { Statement } from '../statement.js';

/** Parameters: pipeline, side, ids[]. */
export const deleteLoadRecords: Statement<Record<string, never>> = {
  name: 'load_delete_records',
  text: `
  with records as (delete from match_record where pipeline_id = $1 and side = $2 and ext_id = any($3::text[])),
  keys as (delete from match_key where pipeline_id = $1 and side = $2 and ext_id = any($3::text[]))
  delete from load_record where pipeline_id = $1 and side = $2 and ext_id = any($3::text[])`,
};

export interface PairRow {
  a_id: string;
  b_id: string;
}

/** Records with a key by this rule that no earlier rule has paired. Two outer joins: an `or` inside `not exists` cannot be hashed. */
const free = `
  free as (
    select r.side, r.ext_id, r.match_key
    from load_record r
    left join load_pair pa on pa.pipeline_id = $1 and r.side = 'A' and pa.a_id = r.ext_id
    left join load_pair pb on pb.pipeline_id = $1 and r.side = 'B' and pb.b_id = r.ext_id
    where r.pipeline_id = $1 and r.rule = $2 and r.match_key is not null and pa.a_id is null and pb.b_id is null
  )`;

/**
 * Pairs by one rule: a key that exactly one record of each side has. Grouped by key once, linear in the number of keys.
 * Parameters: pipeline, rule.
 */
export const pairsByRule: Statement<PairRow> = {
  name: 'load_pairs_by_rule',
  text: `
  with ${free}
  insert into load_pair (pipeline_id, a_id, b_id, rule)
  select $1, x.a_id, x.b_id, $2
  from (
    select min(ext_id) filter (where side = 'A') as a_id, min(ext_id) filter (where side = 'B') as b_id
    from free group by match_key
    having count(*) filter (where side = 'A') = 1 and count(*) filter (where side = 'B') = 1) x
  left join do_not_relink d on d.pipeline_id = $1 and d.a_id = x.a_id and d.b_id = x.b_id
  where d.a_id is null`,
};

/**
 * Records whose key several records of a side have while the other side has it too: ambiguous, never guessed. Parameters: pipeline, rule.
 */
export const ambiguousByRule: Statement<Record<string, never>> = {
  name: 'load_ambiguous_by_rule',
  text: `
  with ${free},
  several as (
    select match_key, count(*) filter (where side = 'A') as a, count(*) filter (where side = 'B') as b
    from free group by match_key
    having count(*) > 2 and count(*) filter (where side = 'A') > 0 and count(*) filter (where side = 'B') > 0
  )
  insert into unmatched (pipeline_id, side, ext_id, match_key, reason, detail)
  select $1, f.side, f.ext_id, f.match_key, 'ambiguous', s.a || ' in A and ' || s.b || ' in B have the same key'
  from free f join several s on s.match_key = f.match_key
  on conflict (pipeline_id, side, ext_id) do nothing`,
};

/**
 * Records of a side by rule and key, to match newcomers; of a key that many have only so many. Parameters: pipeline, side searched,
 * rules[], keys[] (parallel), most of a key.
 */
export const findByKey: Statement<{ rule: number; match_key: string; ext_id: string }> = {
  name: 'load_find_by_key',
  text: `
  select k.rule, k.match_key, f.ext_id
  from unnest($3::smallint[], $4::text[]) as k(rule, match_key)
  cross join lateral (
    select ext_id from load_record r
    where r.pipeline_id = $1 and r.side = $2 and r.rule = k.rule and r.match_key = k.match_key limit $5::int) f`,
};

/** Parameters: pipeline, side, limit. */
export const readWaiting: Statement<{ ext_id: string; detail: string | null }> = {
  name: 'load_read_waiting',
  text: `select ext_id, detail from unmatched where pipeline_id = $1 and side = $2 and reason = 'waiting' order by since, ext_id limit $3`,
};

/** Of those that wait, those whose keys are not known yet. Parameters: pipeline, side, limit. */
export const readUnmet: Statement<{ ext_id: string }> = {
  name: 'load_read_unmet',
  text: `select ext_id from unmatched where pipeline_id = $1 and side = $2 and reason = 'waiting' and not met order by since, ext_id limit $3`,
};

/** Parameters: pipeline, side, ids[]. */
export const setMet: Statement<Record<string, never>> = {
  name: 'load_set_met',
  text: `update unmatched set met = true where pipeline_id = $1 and side = $2 and ext_id = any($3::text[])`,
};

/** Parameters: pipeline, side, ids[], reasons[], details[] (parallel). */
export const setUnmatched: Statement<Record<string, never>> = {
  name: 'load_set_unmatched',
  text: `
  insert into unmatched (pipeline_id, side, ext_id, reason, detail)
  select $1, $2, r.ext_id, r.reason, r.detail from unnest($3::text[], $4::text[], $5::text[]) as r(ext_id, reason, detail)
  on conflict (pipeline_id, side, ext_id) do update set reason = excluded.reason, detail = excluded.detail`,
};

/** Parameters: pipeline, side, ids[]. */
export const linkedIds: Readonly<Record<'A' | 'B', Statement<{ ext_id: string }>>> = {
  A: {
    name: 'load_linked_ids_a',
    text: `select r.id as ext_id from unnest($2::text[]) as r(id) join link l on l.pipeline_id = $1 and l.a_id = r.id and l.state in ('live', 'creating')`,
  },
  B: {
    name: 'load_linked_ids_b',
    text: `select r.id as ext_id from unnest($2::text[]) as r(id) join link l on l.pipeline_id = $1 and l.b_id = r.id and l.state in ('live', 'creating')`,
  },
};

/** Of these ids, those whose link was ended on purpose, with what they were linked with. Parameters: pipeline, ids[]. */
export const unlinkedIds: Readonly<
  Record<'A' | 'B', Statement<{ ext_id: string; other_id: string | null }>>
> = {
  A: { name: 'load_unlinked_ids_a', text: unlinked('a_id', 'b_id') },
  B: { name: 'load_unlinked_ids_b', text: unlinked('b_id', 'a_id') },
};

function unlinked(own: 'a_id' | 'b_id', other: 'a_id' | 'b_id'): string {
  return `
  select distinct on (r.id) r.id as ext_id, l.${other} as other_id
  from unnest($2::text[]) as r(id) join link l on l.pipeline_id = $1 and l.${own} = r.id and l.state = 'unlinked'
  order by r.id, l.id desc`;
}
