import type { Side } from '../../core/clock.js';
import type { Json } from '../../core/value.js';
import type { Statement } from './statement.js';

/** Parameters: pipeline, units[], names of the pipelines that they point to records of[] (parallel). */
export const declareReferences: Statement<Record<string, never>> = {
  name: 'references_declare',
  text: `
  with gone as (delete from reference where pipeline_id = $1 and unit <> all($2::text[]))
  insert into reference (pipeline_id, unit, target_id)
  select $1, r.unit, p.id from unnest($2::text[], $3::text[]) as r(unit, name) join pipeline p on p.name = r.name
  on conflict (pipeline_id, unit) do update set target_id = excluded.target_id`,
};

/** Parameters: pipeline. */
export const declaredReferences: Statement<{ unit: string; target_id: number }> = {
  name: 'references_declared',
  text: `select unit, target_id from reference where pipeline_id = $1 order by unit`,
};

/** Parameters: pipeline. */
export const isReferredTo: Statement<{ referred: boolean }> = {
  name: 'references_is_referred_to',
  text: `select exists (select from reference where target_id = $1) as referred`,
};

export interface TargetRow {
  /** The id it was found by; `null`: by its link. */
  readonly side: Side | null;
  readonly ext_id: string | null;
  readonly link_id: number;
  readonly state: 'live' | 'creating' | 'deleted' | 'unlinked';
  readonly a_id: string | null;
  readonly b_id: string | null;
  /** It stands there now: made, and not deleted as far as is known. */
  readonly on_a: boolean;
  readonly on_b: boolean;
  /** It is being made on a side at present. */
  readonly under_way: boolean;
}

/** What is agreed on about the record's existence; null at first. */
const lifeHead = `case jsonb_typeof(s.fields -> '$life') when 'object' then s.fields #>> '{$life,v}' else s.fields ->> '$life' end`;

const standsOn = (side: 'a' | 'b'): string =>
  `coalesce(s.open #>> '{$life,${side},v}', ${lifeHead}, 'live') = 'live'
   and not coalesce(${side}.kind = 'create' and ${side}.state <> 'acked', false)`;

/**
 * The linked records behind these ids and links: whoever has the id now, else who had it before. One row per id and per link, along the
 * indexes of live links; a batch is looked up for whoever was written lately.
 * Parameters: target pipeline, sides[], ids[] (parallel), links[].
 */
export const findTargets: Statement<TargetRow> = {
  name: 'references_find_targets',
  text: `
  with found as (
    select r.side, r.ext_id, coalesce(
      (select l.id from link l where r.side = 'A' and l.pipeline_id = $1 and l.a_id = r.ext_id and l.state in ('live', 'creating')),
      (select l.id from link l where r.side = 'B' and l.pipeline_id = $1 and l.b_id = r.ext_id and l.state in ('live', 'creating')),
      (select max(x.link_id) from link_alias x join link l on l.id = x.link_id and l.state in ('live', 'creating')
        where x.pipeline_id = $1 and x.side = r.side and x.ext_id = r.ext_id)) as link_id
    from unnest($2::text[], $3::text[]) as r(side, ext_id)
    union all
    select null, null, id from unnest($4::bigint[]) as r(id)
  )
  select f.side, f.ext_id, l.id as link_id, l.state, l.a_id, l.b_id,
         ${standsOn('a')} as on_a, ${standsOn('b')} as on_b,
         coalesce(a.kind = 'create' and a.state in ('sent', 'unknown'), false) or coalesce(b.kind = 'create' and b.state in ('sent', 'unknown'), false) as under_way
  from found f join link l on l.id = f.link_id join shadow s on s.link_id = l.id
  left join attempt_batch a on a.id = s.att_a left join attempt_batch b on b.id = s.att_b
  where l.pipeline_id = $1`,
};

/**
 * Keeps what is looked up of these pipelines from moving until the transaction ends: a link that was made meanwhile is seen, one that is
 * made later sees who waits. In the order of their ids, so that two who need several do not wait for each other.
 * Parameters: targets[], those of them whose links this transaction makes itself[].
 */
export const lockTargets: Statement<Record<string, never>> = {
  name: 'references_lock_targets',
  text: `
  select case when r.id = any($2::int[]) then pg_advisory_xact_lock(1094927186, r.id) else pg_advisory_xact_lock_shared(1094927186, r.id) end
  from (select distinct id from unnest($1::int[] || $2::int[]) as r(id) order by id) r`,
};

/** Parameters: link ids[], units[] (parallel). */
export const forgetUses: Statement<Record<string, never>> = {
  name: 'references_forget_uses',
  text: `delete from reference_use u using unnest($1::bigint[], $2::text[], $3::text[]) as r(link_id, unit, target)
  where u.link_id = r.link_id and u.unit = r.unit and u.target = r.target`,
};

/** Parameters: pipeline, then parallel arrays: link ids, units, targets, target pipelines. */
export const insertUses: Statement<Record<string, never>> = {
  name: 'references_insert_uses',
  text: `
  insert into reference_use (link_id, unit, target, pipeline_id, target_id)
  select r.link_id, r.unit, r.target, $1, r.target_id from unnest($2::bigint[], $3::text[], $4::text[], $5::int[]) as r(link_id, unit, target, target_id)
  on conflict (link_id, unit, target) do update set target_id = excluded.target_id`,
};

/** Parameters: pipeline, then parallel arrays: sides, ids, target pipelines, targets. */
export const insertNewcomerWaits: Statement<Record<string, never>> = {
  name: 'references_insert_newcomer_waits',
  text: `
  insert into reference_newcomer (pipeline_id, side, ext_id, target_id, target)
  select $1, r.side, r.ext_id, r.target_id, r.target from unnest($2::text[], $3::text[], $4::int[], $5::text[]) as r(side, ext_id, target_id, target)
  on conflict do nothing`,
};

/** Something became of these targets. Parameters: target pipeline, targets[]. */
export const wakeReferrers: Statement<Record<string, never>> = {
  name: 'references_wake_referrers',
  text: `select wake_referrers($1, $2::text[])`,
};

/** Records that were woken because of a reference and not looked at since. Parameters: link ids[]. */
export const wokenAmong: Statement<{ link_id: number }> = {
  name: 'references_woken_among',
  text: `select link_id from push_due where link_id = any($1::bigint[]) and woken`,
};

/** Whoever stops pointing to a record of this pipeline from now on finds that its deletion waits. Parameters: pipeline. */
export const lockReferred: Statement<Record<string, never>> = {
  name: 'references_lock_referred',
  text: `select pg_advisory_xact_lock(1094927187, $1)`,
};

export interface ReferrersRow {
  readonly link_id: number;
  /** Name of the pipeline of those that point to it. */
  readonly pipeline: string;
  /** Records that stand, and those that are going themselves. */
  readonly standing: number;
  readonly going: number;
}

/**
 * A deletion that is decided on, or still being worked on, and that no side has refused. What is open and due no more waits for a person,
 * or stays one-sided.
 */
const goesByItself = `
  coalesce(s.open ? '$life', false)
  and (coalesce(${lifeHead} = 'deleted', false) or exists (select from push_due d where d.link_id = s.link_id))
  and not exists (select from blocked_unit b where b.link_id = s.link_id and b.unit = '$life')`;

/**
 * Who points to these records, besides themselves; also under the name that one had before it was linked, which may have been a moment ago,
 * and under an id that it had before. Parameters: pipeline, link ids[], those that are going in this transaction[].
 */
export const readReferrers: Statement<ReferrersRow> = {
  name: 'references_read_referrers',
  text: `
  with r as (
    select l.id as link_id, n.name from link l
    cross join lateral unnest(array['rec_' || l.id, 'A:' || l.a_id, 'B:' || l.b_id]) as n(name) where l.id = any($2::bigint[])
    union
    select link_id, side || ':' || ext_id from link_alias where pipeline_id = $1 and link_id = any($2::bigint[])
  )
  select r.link_id, p.name as pipeline,
         count(distinct u.link_id) filter (where not g.going) as standing,
         count(distinct u.link_id) filter (where g.going) as going
  from r join reference_use u on u.target_id = $1 and u.target = r.name and u.link_id <> r.link_id
  join shadow s on s.link_id = u.link_id
  join pipeline p on p.id = u.pipeline_id
  cross join lateral (select u.link_id = any($3::bigint[]) or (${goesByItself}) as going) g
  group by r.link_id, p.name order by r.link_id, p.name`,
};

/** The links behind the target of a reference: its link, whoever has the id on a side, or had it before. */
const linksNamed = (target: string, pipeline: string): string => `
  select substr(${target}, 5)::bigint as link_id where left(${target}, 4) = 'rec_'
  union all
  select l.id from link l where left(${target}, 2) = 'A:' and l.pipeline_id = ${pipeline} and l.a_id = substr(${target}, 3) and l.state in ('live', 'creating')
  union all
  select l.id from link l where left(${target}, 2) = 'B:' and l.pipeline_id = ${pipeline} and l.b_id = substr(${target}, 3) and l.state in ('live', 'creating')
  union all
  select x.link_id from link_alias x
  where substr(${target}, 2, 1) = ':' and x.pipeline_id = ${pipeline} and x.side = left(${target}, 1) and x.ext_id = substr(${target}, 3)`;

/**
 * Who points to whom among records that are going, from these on along their references. Parameters: link ids[], those that are going in
 * this transaction[].
 */
export const readGoingReferences: Statement<{ from_id: number; to_id: number }> = {
  name: 'references_read_going',
  text: `
  with recursive walk (from_id, to_id) as (
    select null::bigint, unnest($1::bigint[])
    union
    select w.to_id, s.link_id from walk w
    join reference_use u on u.link_id = w.to_id
    cross join lateral (${linksNamed('u.target', 'u.target_id')}) t
    join shadow s on s.link_id = t.link_id
    where s.link_id = any($2::bigint[]) or (${goesByItself})
  )
  select from_id, to_id from walk where from_id is not null and from_id <> to_id`,
};

/** Whether a pipeline that this one points to, and that does not point back, is being loaded and gets on. Parameters: pipeline. */
export const loadsUnderWay: Statement<{ under_way: boolean }> = {
  name: 'references_loads_under_way',
  text: `
  with recursive reach (id) as (
    select target_id from reference where pipeline_id = $1
    union select r.target_id from reach join reference r on r.pipeline_id = reach.id
  ), back (id) as (
    select pipeline_id from reference where target_id = $1
    union select r.pipeline_id from back join reference r on r.target_id = back.id
  )
  select exists (
    select from reach join pipeline p on p.id = reach.id
    left join load_report l on l.pipeline_id = p.id
    where p.id <> $1 and p.id not in (select id from back) and p.paused_at is null
      and (p.state in ('new', 'comparing', 'loading') or (p.state = 'report' and l.accepted_at is not null))
      and not exists (select from side_state s where s.pipeline_id = p.id and (s.error_since is not null or s.paused_at is not null))) as under_way`,
};

/** Parameters: name. */
export const pipelineByName: Statement<{ id: number }> = {
  name: 'references_pipeline_by_name',
  text: `select id from pipeline where name = $1`,
};

/** A live record by its link. Parameters: name of its pipeline, link. */
export const linkedRecord: Statement<{ id: number }> = {
  name: 'references_linked_record',
  text: `
  select l.id from link l join pipeline p on p.id = l.pipeline_id where p.name = $1 and l.id = $2 and l.state in ('live', 'creating')`,
};

export interface TargetRecordRow {
  readonly link_id: number;
  readonly pipeline_id: number;
  readonly pipeline: string;
  readonly a_id: string | null;
  readonly b_id: string | null;
  readonly clock: string;
  readonly fields: Readonly<Record<string, Json>>;
  readonly open: Readonly<Record<string, Json>> | null;
}

/** Records to be named, also of links that have ended. Parameters: links[]. */
export const targetRecords: Statement<TargetRecordRow> = {
  name: 'references_target_records',
  text: `
  select l.id as link_id, l.pipeline_id, p.name as pipeline, l.a_id, l.b_id, s.clock, s.fields, s.open
  from link l join pipeline p on p.id = l.pipeline_id join shadow s on s.link_id = l.id
  where l.id = any($1::bigint[]) order by l.id`,
};

/** What revisions are compiled from, each once. Parameters: pipeline ids[], revisions[] (parallel). */
export const specsOfRevisions: Statement<{ id: number; revision: number; spec: Json }> = {
  name: 'references_specs_of_revisions',
  text: `
  select r.pipeline_id as id, r.revision, r.spec from pipeline_revision r
  where (r.pipeline_id, r.revision) in (select * from unnest($1::int[], $2::int[]))`,
};

/** What the revisions in force of these pipelines are compiled from. Parameters: pipelines[]. */
export const specsInForce: Statement<{ id: number; spec: Json }> = {
  name: 'references_specs_in_force',
  text: `
  select p.id, r.spec from pipeline p join pipeline_revision r on r.pipeline_id = p.id and r.revision = p.revision
  where p.id = any($1::int[])`,
};
