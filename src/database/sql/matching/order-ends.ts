import type { Statement } from '../statement.js';

/** So long it can be asked what became of an order. */
const KEPT = `interval '30 days'`;

/**
 * What became of orders that belong to no question. Parameters: pipeline, then parallel arrays: ids, A ids, B ids, by, persons, states, why.
 */
export const endOrders: Statement<Record<string, never>> = {
  name: 'order_ends_insert',
  text: `
  with old as (delete from link_order_end where ended_at < clock_timestamp() - ${KEPT})
  insert into link_order_end (id, pipeline_id, a_id, b_id, by, person_id, state, why)
  select r.id, $1, r.a_id, r.b_id, r.by, r.person_id, r.state, r.why
  from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::text[])
    as r(id, a_id, b_id, by, person_id, state, why)
  on conflict (id) do nothing`,
};

export interface LinkOrderRow {
  readonly a_id: string;
  readonly b_id: string;
  readonly by: string;
  readonly state: 'ordered' | 'linked' | 'void';
  readonly why: string | null;
  /** The live link of the two, if they have one. */
  readonly link_id: number | null;
}

/** An order that belongs to no question, waiting or ended. Parameters: pipeline name, id. */
export const linkOrder: Statement<LinkOrderRow> = {
  name: 'order_ends_read',
  text: `
  select o.a_id, o.b_id, o.by, o.state, o.why,
         (select l.id from link l where l.pipeline_id = p.id and l.a_id = o.a_id and l.b_id = o.b_id and l.state in ('live', 'creating')) as link_id
  from pipeline p cross join lateral (
    select a_id, b_id, by, state, why from link_order_end where id = $2 and pipeline_id = p.id
    union all
    select a_id, b_id, by, 'ordered', null from link_order where id = $2 and pipeline_id = p.id and kind = 'link' and conflict_id is null) o
  where p.name = $1`,
};

export interface VoidOrder {
  readonly pipeline_id: number;
  readonly pipeline: string;
  readonly person: string;
  readonly a: string;
  readonly b: string;
  readonly why: string;
}

/** Marks orders that could not be carried out, and of which whoever gave them was not told, as told. Parameters: limit. */
export const takeVoidOrders: Statement<VoidOrder> = {
  name: 'order_ends_take_void',
  text: `
  with told as (
    update link_order_end set told_at = now()
    where id in (select id from link_order_end where state = 'void' and told_at is null order by ended_at limit $1 for update skip locked)
    returning pipeline_id, person_id, a_id, b_id, why, ended_at)
  select t.pipeline_id, p.name as pipeline, t.person_id as person, t.a_id as a, t.b_id as b, t.why
  from told t join pipeline p on p.id = t.pipeline_id where t.person_id is not null order by t.ended_at`,
};
