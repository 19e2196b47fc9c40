import type { Statement } from '../statement.js';

/**
 * Settings for the comparison of two whole sides: its joins are over all there is, and their sizes are not known when they are planned.
 */
export const wholeSides = `set local work_mem = '64MB'; set local jit = off`;

/** Keys of a rule that both sides have, with how many free records of each have them. Parameters: pipeline, rule. */
export const collectSharedKeys = (pipeline: number, rule: number): string => `
  create temp table shared_key on commit drop as
  select k.key, count(*) filter (where k.side = 'A') as a, count(*) filter (where k.side = 'B') as b
  from match_key k
  left join load_pair pa on pa.pipeline_id = ${String(pipeline)} and k.side = 'A' and pa.a_id = k.ext_id
  left join load_pair pb on pb.pipeline_id = ${String(pipeline)} and k.side = 'B' and pb.b_id = k.ext_id
  where k.pipeline_id = ${String(pipeline)} and k.rule = ${String(rule)} and pa.a_id is null and pb.b_id is null
  group by k.key having count(*) filter (where k.side = 'A') > 0 and count(*) filter (where k.side = 'B') > 0;
  analyze shared_key`;

/** Keys that would make too many pairs, the largest first. Parameters: most pairs of a key, limit. */
export const commonKeys = `select key, a::int, b::int from shared_key where a * b > $1 order by a * b desc, key limit $2`;

/**
 * Pairs that share a key which is not too common, once each. Numbers from our own code only: a statement that makes a table takes no
 * parameters.
 */
export const collectPairs = (pipeline: number, rule: number, most: number): string => `
  create temp table likely_pair on commit drop as
  select distinct x.ext_id as a_id, y.ext_id as b_id
  from shared_key k
  join match_key x on x.pipeline_id = ${String(pipeline)} and x.rule = ${String(rule)} and x.side = 'A' and x.key = k.key
  join match_key y on y.pipeline_id = ${String(pipeline)} and y.rule = ${String(rule)} and y.side = 'B' and y.key = k.key
  left join load_pair pa on pa.pipeline_id = ${String(pipeline)} and pa.a_id = x.ext_id
  left join load_pair pb on pb.pipeline_id = ${String(pipeline)} and pb.b_id = y.ext_id
  where k.a * k.b <= ${String(most)} and pa.a_id is null and pb.b_id is null;
  analyze likely_pair`;

/** The pairs with what is to be compared, for a cursor. */
export const comparedPairs = (pipeline: number, rule: number): string => `
  declare compared no scroll cursor for
  select p.a_id, p.b_id, x.profile as a, y.profile as b
  from likely_pair p
  join match_record x on x.pipeline_id = ${String(pipeline)} and x.side = 'A' and x.ext_id = p.a_id and x.rule = ${String(rule)}
  join match_record y on y.pipeline_id = ${String(pipeline)} and y.side = 'B' and y.ext_id = p.b_id and y.rule = ${String(rule)}
  left join do_not_relink d on d.pipeline_id = ${String(pipeline)} and d.a_id = p.a_id and d.b_id = p.b_id
  where d.a_id is null`;

export interface ComparedRow {
  readonly a_id: string;
  readonly b_id: string;
  readonly a: string;
  readonly b: string;
}

const contested = `
  select a_id, b_id, points, count(*) over (partition by a_id) > 1 or count(*) over (partition by b_id) > 1 as contested
  from match_pair where pipeline_id = $1 and rule = $2`;

/** Links those who have nobody else to be linked with. Parameters: pipeline, rule, least points. */
export const linkUncontested: Statement<Record<string, never>> = {
  name: 'match_link_uncontested',
  text: `
  insert into load_pair (pipeline_id, a_id, b_id, rule, points, parts)
  select $1, c.a_id, c.b_id, $2, c.points, p.parts
  from (${contested}) c join match_pair p on p.pipeline_id = $1 and p.a_id = c.a_id and p.b_id = c.b_id and p.rule = $2
  where not c.contested and c.points >= $3::real`,
};

/** Parameters: pipeline, rule. */
export const contestedPairs: Statement<{ a_id: string; b_id: string; points: number }> = {
  name: 'match_contested_pairs',
  text: `select a_id, b_id, points from (${contested}) c where contested`,
};

/** Links pairs that were chosen. Parameters: pipeline, rule, a ids[], b ids[]. */
export const linkChosen: Statement<Record<string, never>> = {
  name: 'match_link_chosen',
  text: `
  insert into load_pair (pipeline_id, a_id, b_id, rule, points, parts)
  select $1, p.a_id, p.b_id, $2, p.points, p.parts
  from unnest($3::text[], $4::text[]) as r(a_id, b_id)
  join match_pair p on p.pipeline_id = $1 and p.rule = $2 and p.a_id = r.a_id and p.b_id = r.b_id`,
};

/** Pairs with one that was linked meanwhile are no question any more. Parameters: pipeline. */
export const forgetSettledPairs: Statement<Record<string, never>> = {
  name: 'match_forget_settled_pairs',
  text: `
  delete from match_pair m using load_pair p
  where m.pipeline_id = $1 and p.pipeline_id = $1 and (p.a_id = m.a_id or p.b_id = m.b_id)`,
};

/** Parameters: pipeline. */
export const forgetPairs: Statement<Record<string, never>> = {
  name: 'match_forget_pairs',
  text: `delete from match_pair where pipeline_id = $1`,
};

/**
 * Records of the other side that share a key with these, leaving out keys that too many have. For a few records, by index.
 * Parameters: pipeline, rule, side, ids[], most records of a key.
 */
export const candidatesOf: Readonly<Record<'A' | 'B', Statement<ComparedRow>>> = {
  A: { name: 'match_candidates_of_a', text: candidates('A', 'B') },
  B: { name: 'match_candidates_of_b', text: candidates('B', 'A') },
};

function candidates(own: 'A' | 'B', other: 'A' | 'B'): string {
  const [a, b] = own === 'A' ? (['own', 'other'] as const) : (['other', 'own'] as const);
  return `
  with own as (
    select r.ext_id, r.profile, k.key
    from match_record r join match_key k using (pipeline_id, side, ext_id, rule)
    where r.pipeline_id = $1 and r.rule = $2 and r.side = '${own}' and r.ext_id = any($3::text[])),
  likely as (
    select distinct o.ext_id as own_id, o.profile as own_profile, f.ext_id as other_id
    from own o cross join lateral (
      select ext_id, count(*) over () as n from (
        select ext_id from match_key m
        where m.pipeline_id = $1 and m.rule = $2 and m.key = o.key and m.side = '${other}' limit $4::int + 1) few) f
    where f.n <= $4::int)
  select l.${a}_id as a_id, l.${b}_id as b_id, l.${a}_profile as a, l.${b}_profile as b
  from (
    select l.*, t.profile as other_profile
    from likely l join match_record t on t.pipeline_id = $1 and t.rule = $2 and t.side = '${other}' and t.ext_id = l.other_id) l
  where not exists (select from do_not_relink d where d.pipeline_id = $1 and d.a_id = l.${a}_id and d.b_id = l.${b}_id)`;
}
