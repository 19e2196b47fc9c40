import type { Statement } from '../statement.js';

export interface OrderRow {
  readonly id: string;
  readonly kind: 'link' | 'create' | 'apart';
  readonly side: 'A' | 'B' | null;
  readonly a_id: string | null;
  readonly b_id: string | null;
  readonly conflict_id: string | null;
  readonly by: string;
  /** The person's key, where one gave the order outside of any question. */
  readonly person_id: string | null;
  /** Why the one that was chosen to be linked with is no candidate any more. */
  readonly gone: string | null;
}

/** Whether people have ordered something that is due, or somebody waits to be looked at. Parameters: pipeline. */
export const hasDueOrders: Statement<{ due: boolean }> = {
  name: 'match_has_due_orders',
  text: `
  select exists (select from link_order where pipeline_id = $1 and due_at <= clock_timestamp())
      or exists (select from unmatched where pipeline_id = $1 and reason = 'waiting') as due`,
};

/** Parameters: pipeline, limit. */
export const dueOrders: Statement<OrderRow> = {
  name: 'match_due_orders',
  text: `
  select id, kind, side, a_id, b_id, conflict_id, by, person_id,
         (select m.gone from match_candidate m
          where m.conflict_id = o.conflict_id and o.kind = 'link' and m.ext_id = case o.side when 'A' then o.b_id else o.a_id end) as gone
  from link_order o where pipeline_id = $1 and due_at <= clock_timestamp() order by due_at, id limit $2`,
};

/** Those that still stand: whoever took one back has removed it. Locked, so that nobody takes one back now. Parameters: ids[]. */
export const takeOrders: Statement<{ id: string }> = {
  name: 'match_take_orders',
  text: `delete from link_order where id = any($1::uuid[]) returning id`,
};

/** Parameters: id, pipeline, kind, side, A id, B id, conflict, by, due in ms since the epoch, the person's key or null. */
export const insertOrder: Statement<Record<string, never>> = {
  name: 'match_insert_order',
  text: `
  insert into link_order (id, pipeline_id, kind, side, a_id, b_id, conflict_id, by, due_at, person_id)
  values ($1, $2, $3, $4, $5, $6, $7, $8, to_timestamp($9::float8 / 1000), $10)`,
};

/** Parameters: conflict. */
export const removeOrdersOf: Statement<{ id: string; a_id: string | null; b_id: string | null }> = {
  name: 'match_remove_orders_of',
  text: `delete from link_order where conflict_id = $1 returning id, a_id, b_id`,
};

/** What became of the decision on a question. Parameters: conflict, outcome. */
export const settleMatchDecision: Statement<Record<string, never>> = {
  name: 'match_settle_decision',
  text: `update decision set outcome = $2 where conflict_id = $1 and outcome = 'held'`,
};

/** Parameters: pipeline, A ids[], B ids[] (parallel), by, note, whether both stay where they are. */
export const keepApart: Statement<Record<string, never>> = {
  name: 'match_keep_apart',
  text: `
  insert into do_not_relink (pipeline_id, a_id, b_id, by, note, stay)
  select $1, r.a_id, r.b_id, $4, $5, $6 from unnest($2::text[], $3::text[]) as r(a_id, b_id)
  on conflict (pipeline_id, a_id, b_id) do update set by = excluded.by, note = excluded.note, stay = excluded.stay, at = clock_timestamp()`,
};

/** Parameters: pipeline, A ids[], B ids[] (parallel). */
export const mayRelink: Statement<Record<string, never>> = {
  name: 'match_may_relink',
  text: `
  delete from do_not_relink d using unnest($2::text[], $3::text[]) as r(a_id, b_id)
  where d.pipeline_id = $1 and d.a_id = r.a_id and d.b_id = r.b_id`,
};

/** Of these pairs, those that are to be kept apart. Parameters: pipeline, A ids[], B ids[] (parallel). */
export const keptApart: Statement<{ a_id: string; b_id: string }> = {
  name: 'match_kept_apart',
  text: `
  select d.a_id, d.b_id from unnest($2::text[], $3::text[]) as r(a_id, b_id)
  join do_not_relink d on d.pipeline_id = $1 and d.a_id = r.a_id and d.b_id = r.b_id`,
};

/** Pairs to be kept apart, of records of A. Parameters: pipeline, A ids[]. */
export const apartFrom: Statement<{ a_id: string; b_id: string }> = {
  name: 'match_apart_from',
  text: `select a_id, b_id from do_not_relink where pipeline_id = $1 and a_id = any($2::text[])`,
};

/** Live links of records of a side, and whether it was Accord that made the record on the other side for it. Parameters: pipeline, side, ids[]. */
export const liveLinks: Statement<{
  link_id: number;
  a_id: string;
  b_id: string;
  made: boolean;
}> = {
  name: 'match_live_links',
  text: `
  select l.id as link_id, l.a_id, l.b_id,
         exists (select from lineage n where n.link_id = l.id and n.kind = 'created' and n.side = $2) as made
  from link l
  where l.pipeline_id = $1 and l.state in ('live', 'creating')
    and ((l.a_id = any($3::text[]) and $2 = 'A') or (l.b_id = any($3::text[]) and $2 = 'B'))`,
};

/**
 * Ends links: both records stay. Moves `rev`, so that whoever is about to write them reads again. Parameters: pipeline, link ids[].
 */
export const endLinks: Statement<{ link_id: number; a_id: string | null; b_id: string | null }> = {
  name: 'match_end_links',
  text: `
  with held as (select link_id from shadow where link_id = any($2::bigint[]) order by link_id for no key update),
  moved as (update shadow s set rev = rev + 1 from held h where s.link_id = h.link_id),
  due as (delete from push_due where link_id = any($2::bigint[])),
  blocked as (delete from blocked_unit where link_id = any($2::bigint[])),
  closed as (
    update conflict set state = 'closed', closed_at = clock_timestamp(), changed_at = clock_timestamp(), rev = rev + 1,
           close_reason = 'the two records are not linked any more'
    where link_id = any($2::bigint[]) and state <> 'closed'),
  decided as (update decision set outcome = 'closed' where link_id = any($2::bigint[]) and outcome = 'held')
  update link set state = 'unlinked' where pipeline_id = $1 and id = any($2::bigint[]) and state in ('live', 'creating')
  returning id as link_id, a_id, b_id`,
};

/** Parameters: pipeline, revision, link ids[], actor, why. */
export const recordEnded: Statement<Record<string, never>> = {
  name: 'match_record_ended',
  text: `
  insert into lineage (link_id, pipeline_id, revision, kind, occurred_at, actor, units)
  select id, $1, $2, 'unlinked', clock_timestamp(), $4::jsonb, jsonb_build_object('$life', jsonb_build_object('k', 'unlinked', 'w', $5::text))
  from unnest($3::bigint[]) as r(id)`,
};

/** Candidates of questions that are open, for whom nobody else is asked about: they wait again. Parameters: conflict ids[]. */
export const freeCandidates: Statement<{ side: 'A' | 'B'; ext_id: string }> = {
  name: 'match_free_candidates',
  text: `
  select distinct case q.side when 'A' then 'B' else 'A' end as side, m.ext_id
  from match_question q join match_candidate m on m.conflict_id = q.conflict_id and m.gone is null
  where q.conflict_id = any($1::uuid[])
    and not exists (
      select from match_candidate o join match_question p on p.conflict_id = o.conflict_id
      where o.ext_id = m.ext_id and o.gone is null and p.is_open and p.pipeline_id = q.pipeline_id and p.side = q.side
        and p.conflict_id <> all($1::uuid[]))
    and not exists (
      select from link l
      where q.side = 'B' and l.pipeline_id = q.pipeline_id and l.a_id = m.ext_id and l.state in ('live', 'creating'))
    and not exists (
      select from link l
      where q.side = 'A' and l.pipeline_id = q.pipeline_id and l.b_id = m.ext_id and l.state in ('live', 'creating'))`,
};

/** The candidates of a question as pairs with its subject. Parameters: conflict. */
export const pairsOfQuestion: Statement<{ a_id: string; b_id: string }> = {
  name: 'match_pairs_of_question',
  text: `
  select case q.side when 'A' then q.ext_id else m.ext_id end as a_id, case q.side when 'A' then m.ext_id else q.ext_id end as b_id
  from match_question q join match_candidate m using (conflict_id) where q.conflict_id = $1 and m.gone is null`,
};

/** Whoever makes a record under one of these keys waits for the one who is making it. Parameters: keys[], sorted. */
export const lockKeys: Statement<Record<string, never>> = {
  name: 'match_lock_keys',
  text: `select pg_advisory_xact_lock(hashtextextended(r.key, 20061)) from unnest($1::text[]) with ordinality as r(key, n) order by r.n`,
};

/** Keys of records that were made a while ago: whatever was made at the same time elsewhere has been seen. Parameters: pipeline. */
export const forgetMade: Readonly<Record<'A' | 'B', Statement<Record<string, never>>>> = {
  A: { name: 'match_forget_made_a', text: made('A', 'a_id') },
  B: { name: 'match_forget_made_b', text: made('B', 'b_id') },
};

function made(side: 'A' | 'B', id: 'a_id' | 'b_id'): string {
  const old = (table: string): string => `
  delete from ${table} r using link l
  where r.pipeline_id = $1 and r.side = '${side}' and l.pipeline_id = $1 and l.${id} = r.ext_id
    and l.state in ('live', 'creating') and l.created_at < clock_timestamp() - interval '1 hour'`;
  return `with records as (${old('match_record')}), keys as (${old('match_key')}) ${old('load_record')}`;
}

/** Nothing is to be done about them any more; their keys stay. Parameters: pipeline, side, ids[]. */
export const forgetSettled: Statement<Record<string, never>> = {
  name: 'match_forget_settled',
  text: `delete from unmatched where pipeline_id = $1 and side = $2 and ext_id = any($3::text[])`,
};

/** Of these ids, those that a person has said are to stay on their side only. Parameters: pipeline, ids[]. */
export const stayingIds: Readonly<Record<'A' | 'B', Statement<{ ext_id: string; by: string }>>> = {
  A: { name: 'match_staying_a', text: staying('a_id') },
  B: { name: 'match_staying_b', text: staying('b_id') },
};

function staying(id: 'a_id' | 'b_id'): string {
  return `
  select distinct on (r.id) r.id as ext_id, d.by
  from unnest($2::text[]) as r(id) join do_not_relink d on d.pipeline_id = $1 and d.${id} = r.id and d.stay
  order by r.id, d.at desc`;
}

/** Parameters: pipeline, ids[]. They may be made on the other side again. */
export const endStay: Readonly<Record<'A' | 'B', Statement<Record<string, never>>>> = {
  A: {
    name: 'match_end_stay_a',
    text: `update do_not_relink set stay = false where pipeline_id = $1 and a_id = any($2::text[]) and stay`,
  },
  B: {
    name: 'match_end_stay_b',
    text: `update do_not_relink set stay = false where pipeline_id = $1 and b_id = any($2::text[]) and stay`,
  },
};
