import type { Stamp } from '../../../core/stamp.js';
import type { Json } from '../../../core/value.js';
import type { Statement } from '../statement.js';

/** What happened to one unit: an entry of a lineage row's `units`, or a write of it that a side acknowledged. */
export interface UnitEventRow {
  readonly id: number;
  readonly link_id: number;
  /** 0: the row's own entry; 1, 2: acknowledged by A, by B. */
  readonly rank: 0 | 1 | 2;
  readonly unit: string;
  readonly row_kind: string;
  readonly side: 'A' | 'B' | null;
  /** For a write: when it was acknowledged. */
  readonly recorded_at: Date;
  readonly occurred_at: Date | null;
  readonly actor: Json;
  readonly source_tx: string | null;
  readonly revision: number;
  readonly batch: string | null;
  readonly conflict_id: string | null;
  readonly decision_id: string | null;
  /** `{o, v, d, c, k, w, s, x, g}`; `null` in the first row of a record. */
  readonly event: UnitEventDoc | null;
  /** First row: the unit as it was stored then (core/at-rest.ts), as JSON text, and what was open of it. */
  readonly first_field: string | null;
  readonly first_open: Json | null;
}

export interface UnitEventDoc {
  readonly o?: Json;
  readonly v?: Json;
  readonly d?: string;
  readonly c?: string;
  readonly k: string;
  readonly w?: string;
  readonly s?: Stamp;
  readonly x?: readonly (readonly [Json, string])[];
  /** Of an undo after the write: what each side says from then on. */
  readonly g?: { readonly a: { readonly v: Json }; readonly b: { readonly v: Json } };
}

/** One row per unit of each lineage row `l`. The first row of a record holds its whole first document under "*" (and "+"). */
const unfolded = `
  cross join lateral (
    select u.key as unit, u.value as event, null::text as first_field, null::jsonb as first_open, u.value ->> 'k' as k
    from jsonb_each(l.units) u where not l.units ? '*'
    union all
    select f.key, null, f.value::text, l.units -> '+' -> f.key, l.kind from jsonb_each(l.units -> '*') f where l.units ? '*') e`;

/** The event made the value that both sides are to have. */
const setsHead = `(
  l.kind in ('linked', 'created', 'policy-change') or (l.kind = 'observed' and e.k = 'forward')
  or (l.kind in ('authored', 'decided') and e.k not in ('decided', 'undone')))`;

/**
 * The batch `b` brought the row's values to its side: it was acknowledged and this record was no exception. Exceptions name items by
 * their place in the payload, and both are dropped some time later; the receipt's lineage row stays.
 */
function arrived(side: 'a' | 'b'): string {
  return `
  b.state = 'acked' and (l.kind <> 'observed' or l.side = '${side === 'a' ? 'B' : 'A'}')
  and not exists (
    select from jsonb_array_elements(case when jsonb_typeof(b.exceptions) = 'array' then b.exceptions else '[]' end) x
    where x ->> 'kind' <> 'normalised' and (b.payload -> (x ->> 'index')::int ->> 'l')::bigint = l.link_id)
  and not exists (
    select from receipt r where r.batch_${side} = b.id and r.id > l.id and r.units -> e.unit ->> 'k' in ('missed', 'gone', 'rejected'))`;
}

/** The few receipts of a record that were not simply "applied as sent" (lineage_receipt), read once and not per row. */
const receipts = `receipt as materialized (select id, batch_a, batch_b, units from lineage where link_id = $1 and kind = 'receipt')`;

/**
 * History of a record, newest first, in pages. A write comes right after what it carried, whenever it was acknowledged: that is the
 * order of causes. Index range by (link_id, id), newest partitions first.
 * Parameters: link, unit or null, before (id, rank), after unit, limit.
 */
export const unitEvents: Statement<UnitEventRow> = {
  name: 'lineage_unit_events',
  text: `
  with ${receipts}
  select * from (
    select l.id, l.link_id, r.rank, e.unit, l.kind as row_kind, case r.rank when 0 then l.side when 1 then 'A' else 'B' end as side,
           case r.rank when 0 then l.recorded_at else b.settled_at end as recorded_at, case r.rank when 0 then l.occurred_at end as occurred_at,
           l.actor, l.source_tx, l.revision, case r.rank when 1 then l.batch_a when 2 then l.batch_b end::text as batch,
           l.conflict_id, l.decision_id, e.event, e.first_field, e.first_open
    from lineage l
    ${unfolded}
    cross join (values (0), (1), (2)) as r(rank)
    left join attempt_batch b on b.id = case r.rank when 1 then l.batch_a when 2 then l.batch_b end
    where l.link_id = $1 and l.id <= $3::bigint and ($2::text is null or e.unit = $2)
      and case r.rank when 0 then l.kind <> 'written'
                      when 1 then (${setsHead} or l.kind = 'written') and ${arrived('a')}
                      else (${setsHead} or l.kind = 'written') and ${arrived('b')} end) t
  where (t.id, t.rank) < ($3::bigint, $4::int) or (t.id = $3::bigint and t.rank = $4::int and t.unit > $5::text)
  order by t.id desc, t.rank desc, t.unit
  limit $6::int`,
};

export const NEWEST = [Number.MAX_SAFE_INTEGER, 3, ''] as const;

export interface RegisterRow {
  readonly unit: string;
  readonly register: 'head' | 'A' | 'B' | 'first';
  readonly at: Date;
  readonly side: 'A' | 'B' | null;
  readonly actor: Json;
  readonly event: UnitEventDoc | null;
  readonly first_field: string | null;
  readonly first_open: Json | null;
  readonly batch_a: number | null;
  readonly batch_b: number | null;
}

/**
 * What each register of each unit held at a time: the last event that moved it, no others. A side moves when it is observed, and when a
 * write to it is acknowledged. Parameters: link, time.
 */
export const registersAt: Statement<RegisterRow> = {
  name: 'lineage_registers_at',
  text: `
  with ${receipts}, known as (
    select l.id, l.link_id, l.kind, l.side, l.recorded_at, l.actor, l.batch_a, l.batch_b, l.units from lineage l where l.link_id = $1 and l.recorded_at <= $2
  ), moved as (
    select e.unit, 'first' as register, l.recorded_at as at, l.id, l.side, l.actor, e.event, e.first_field, e.first_open, l.batch_a, l.batch_b
    from known l ${unfolded} where e.first_field is not null
    union all
    select e.unit, 'head', l.recorded_at, l.id, l.side, l.actor, e.event, null, null, l.batch_a, l.batch_b
    from known l ${unfolded} where e.first_field is null and ${setsHead}
    union all
    select e.unit, l.side, l.recorded_at, l.id, l.side, l.actor, e.event, null, null, null, null
    from known l ${unfolded} where l.kind = 'observed' and e.k in ('observed', 'stale-form', 'forward', 'restored')
    union all
    select e.unit, 'A', b.settled_at, l.id, l.side, l.actor, e.event, e.first_field, e.first_open, null, null
    from known l ${unfolded} join attempt_batch b on b.id = l.batch_a and b.settled_at <= $2
    where (${setsHead} or l.kind = 'written') and ${arrived('a')}
    union all
    select e.unit, 'B', b.settled_at, l.id, l.side, l.actor, e.event, e.first_field, e.first_open, null, null
    from known l ${unfolded} join attempt_batch b on b.id = l.batch_b and b.settled_at <= $2
    where (${setsHead} or l.kind = 'written') and ${arrived('b')}
  )
  select distinct on (unit, register) unit, register, at, side, actor, event, first_field, first_open, batch_a, batch_b
  from moved order by unit, register, at desc, id desc`,
};

/** When the history of a record begins, and whether it begins with the record's link. Parameters: link. */
export const historyStart: Statement<{ kind: string; recorded_at: Date }> = {
  name: 'lineage_history_start',
  text: `select kind, recorded_at from lineage where link_id = $1 order by id limit 1`,
};

export interface WhyRow {
  readonly unit: string;
  readonly row_kind: string;
  readonly side: 'A' | 'B' | null;
  readonly actor: Json;
  readonly event: UnitEventDoc | null;
  readonly first_field: string | null;
  readonly first_open: Json | null;
}

/**
 * The last thing that happened to each unit and says why it is as it is. Looks at the newest rows only: a record that is shown must not
 * cost more the longer it lives. Parameters: link, how many rows.
 */
export const lastWhy: Statement<WhyRow> = {
  name: 'lineage_last_why',
  text: `
  select distinct on (e.unit) e.unit, l.kind as row_kind, l.side, l.actor, e.event, e.first_field, e.first_open
  from (select * from lineage where link_id = $1 order by id desc limit $2::int) l ${unfolded}
  where l.kind not in ('written') and coalesce(e.k, '') not in ('cosmetic', 'superseded', 'normalised')
  order by e.unit, l.id desc`,
};
