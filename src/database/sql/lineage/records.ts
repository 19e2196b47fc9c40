import type { Json } from '../../../core/value.js';
import type { Excluded } from '../lane/scope.js';
import type { Statement } from '../statement.js';

export interface RecordRow {
  readonly link_id: number;
  readonly pipeline_id: number;
  readonly pipeline: string;
  readonly state: 'live' | 'creating' | 'deleted' | 'unlinked';
  readonly excluded: Excluded | null;
  /** Who keeps it out of sync, why, and since when; `null`: nobody. */
  readonly kept_out_by: string | null;
  readonly kept_out_why: string | null;
  readonly kept_out_at: Date | null;
  readonly a_id: string | null;
  readonly b_id: string | null;
  readonly label_a: string | null;
  readonly label_b: string | null;
  readonly clock: string | null;
  readonly fields: Readonly<Record<string, Json>> | null;
  readonly open: Readonly<Record<string, Json>> | null;
  /** State of the last write to the side while it is not acknowledged, and what the side held before: unit → dot, context, raw. */
  readonly sending_a: 'sent' | 'unknown' | 'dead' | null;
  readonly sending_b: 'sent' | 'unknown' | 'dead' | null;
  readonly before_a: PreImages | null;
  readonly before_b: PreImages | null;
}

export type PreImages = Readonly<
  Record<string, readonly [dot: string, ctx: string, raw: Json, value?: Json]>
>;

const before = (batch: 'x' | 'y'): string => `
  case when ${batch}.state <> 'acked' then
    (select item -> 'u' from jsonb_array_elements(case when jsonb_typeof(${batch}.payload) = 'array' then ${batch}.payload else '[]' end) item
     where (item ->> 'l')::bigint = l.id limit 1) end`;

/** Records whole. Parameters: links[]. */
export const recordsById: Statement<RecordRow> = {
  name: 'lineage_records_by_id',
  text: `
  select l.id as link_id, l.pipeline_id, p.name as pipeline, l.state, l.excluded, e.by as kept_out_by, e.reason as kept_out_why, e.at as kept_out_at, l.a_id, l.b_id, a.label as label_a, b.label as label_b,
         s.clock, s.fields, s.open, nullif(x.state, 'acked') as sending_a, nullif(y.state, 'acked') as sending_b,
         ${before('x')} as before_a, ${before('y')} as before_b
  from link l
  join pipeline p on p.id = l.pipeline_id
  left join shadow s on s.link_id = l.id
  left join record_exclusion e on e.link_id = l.id
  left join side_state a on a.pipeline_id = l.pipeline_id and a.side = 'A'
  left join side_state b on b.pipeline_id = l.pipeline_id and b.side = 'B'
  left join attempt_batch x on x.id = s.att_a
  left join attempt_batch y on y.id = s.att_b
  where l.id = any($1::bigint[])`,
};

export interface ConcernRow {
  readonly unit: string;
  /** A conflict, or a unit that a side refused. */
  readonly state: 'open' | 'held' | 'closed' | 'blocked';
  readonly id: string | null;
  readonly reason: string;
}

/** What people have to know about units of a record now. Parameters: link. */
export const concernsOf: Statement<ConcernRow> = {
  name: 'lineage_concerns',
  text: `
  select unit, state, id::text as id, reason from conflict where link_id = $1 and state <> 'closed'
  union all
  select unit, 'blocked', null, case when code = 'waiting-for' then 'waits: ' else side || ' refused it: ' end || detail from blocked_unit where link_id = $1`,
};

/** Conflicts that were not closed at a time. Parameters: link, time. */
export const concernsAt: Statement<ConcernRow> = {
  name: 'lineage_concerns_at',
  text: `
  select unit, 'open' as state, id::text as id, reason from conflict
  where link_id = $1 and opened_at <= $2 and (closed_at is null or closed_at > $2)`,
};

export interface RecordSummaryRow {
  readonly link_id: number;
  readonly pipeline_id: number;
  readonly pipeline: string;
  readonly state: RecordRow['state'];
  readonly excluded: Excluded | null;
  /** Who keeps it out of sync, why, and since when; `null`: nobody. */
  readonly kept_out_by: string | null;
  readonly kept_out_why: string | null;
  readonly kept_out_at: Date | null;
  readonly a_id: string | null;
  readonly b_id: string | null;
  readonly label_a: string | null;
  readonly label_b: string | null;
  /** JSON text of the title unit's stored form. */
  readonly title: string | null;
  readonly is_open: boolean;
  readonly conflicts: readonly string[];
  readonly conflict_states: readonly string[];
  readonly blocked: boolean;
}

/** Rows of a list for links that were found. Parameters: link ids[], pipelines[] and their title units[] (parallel). */
export const recordSummaries: Statement<RecordSummaryRow> = {
  name: 'lineage_record_summaries',
  text: `
  select l.id as link_id, l.pipeline_id, p.name as pipeline, l.state, l.excluded, e.by as kept_out_by, e.reason as kept_out_why, e.at as kept_out_at, l.a_id, l.b_id, a.label as label_a, b.label as label_b,
         (s.fields -> t.unit)::text as title, s.open is not null as is_open,
         c.ids as conflicts, c.states as conflict_states,
         exists (select from blocked_unit k where k.link_id = l.id) as blocked
  from unnest($1::bigint[]) as w(id)
  join link l on l.id = w.id
  join pipeline p on p.id = l.pipeline_id
  left join shadow s on s.link_id = l.id
  left join record_exclusion e on e.link_id = l.id
  left join unnest($2::int[], $3::text[]) as t(pipeline_id, unit) on t.pipeline_id = l.pipeline_id
  left join side_state a on a.pipeline_id = l.pipeline_id and a.side = 'A'
  left join side_state b on b.pipeline_id = l.pipeline_id and b.side = 'B'
  cross join lateral (
    select coalesce(array_agg(id::text order by id), '{}') as ids, coalesce(array_agg(distinct state), '{}') as states
    from conflict where link_id = l.id and state <> 'closed') c
  order by l.id`,
};

export type RecordFilter =
  'any' | 'in-sync' | 'conflict' | 'held' | 'blocked' | 'excluded' | 'creating' | 'deleted' | 'unlinked';

const having: Readonly<Record<RecordFilter, string>> = {
  any: 'true',
  'in-sync': `l.state = 'live' and l.excluded is null and exists (select from shadow s where s.link_id = l.id and s.open is null)
    and not exists (select from conflict c where c.link_id = l.id and c.state <> 'closed')
    and not exists (select from blocked_unit k where k.link_id = l.id)`,
  // Driven from the few, not from all links.
  conflict: `l.id in (select link_id from conflict where state = 'open')`,
  held: `l.id in (select link_id from conflict where state = 'held')`,
  blocked: `l.id in (select link_id from blocked_unit)`,
  excluded: `l.state = 'live' and l.excluded is not null`,
  creating: `l.state = 'creating'`,
  deleted: `l.state = 'deleted'`,
  unlinked: `l.state = 'unlinked'`,
};

/** Links in the order of their ids. Parameters: pipeline ids[] or null, after id, limit. */
export function linksInState(filter: RecordFilter): Statement<{ readonly id: number }> {
  return {
    name: `lineage_links_${filter.replace('-', '_')}`,
    text: `select l.id from link l where l.id > $2::bigint and ($1::int[] is null or l.pipeline_id = any($1)) and ${having[filter]} order by l.id limit $3::int`,
  };
}

/**
 * Links with this id of theirs, now or before, on the given side or either: by the indexes on link and link_alias. Links that have ended
 * are found by our id alone. Parameters: id, side or null, pipeline ids[] or null, limit.
 */
export const linksByExternalId: Statement<{ readonly id: number }> = {
  name: 'lineage_links_by_external_id',
  text: `
  select distinct t.id from pipeline p cross join lateral (
    select id from link where pipeline_id = p.id and a_id = $1 and state in ('live', 'creating') and coalesce($2::text, 'A') = 'A'
    union all
    select id from link where pipeline_id = p.id and b_id = $1 and state in ('live', 'creating') and coalesce($2::text, 'B') = 'B'
    union all
    select link_id from link_alias where pipeline_id = p.id and ext_id = $1 and side in ('A', 'B') and side = coalesce($2::text, side)) t
  where $3::int[] is null or p.id = any($3)
  order by t.id limit $4::int`,
};

/**
 * Links whose title is exactly this text, among the next so many records: no index can know the title of every pipeline, so a search
 * looks at a bounded stretch at a time and says how far it got. Parameters: text, pipelines[], title units[], after id, how many to look at.
 */
export const linksByTitle: Statement<{
  readonly id: number | null;
  readonly last: number;
  readonly looked: number;
}> = {
  name: 'lineage_links_by_title',
  text: `
  with stretch as (
    select s.link_id, case jsonb_typeof(s.fields -> t.unit) when 'object' then s.fields -> t.unit ->> 'v' else s.fields ->> t.unit end as title
    from shadow s join unnest($2::int[], $3::text[]) as t(pipeline_id, unit) on t.pipeline_id = s.pipeline_id
    where s.link_id > $4::bigint order by s.link_id limit $5::int
  ), extent as (select max(link_id) as last, count(*) as looked from stretch)
  select h.link_id as id, x.last, x.looked from extent x left join stretch h on h.title = $1 where x.last is not null order by h.link_id`,
};

export const pipelineIds: Statement<{ readonly id: number; readonly name: string }> = {
  name: 'lineage_pipeline_ids',
  text: `select id, name from pipeline order by id`,
};
