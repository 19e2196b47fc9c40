import type { Side } from '../../core/clock.js';
import type { Statement } from './statement.js';

export interface RoundRow {
  phase: 'links' | 'rows' | 'confirm' | null;
  position: string | null;
  total: number;
  links: number;
  missing: number;
  witnesses: string[];
  started_ms: number | null;
  previous_ms: number | null;
  finished_ms: number | null;
}

/** A side that was never read through counts as if it had been just now: its first load has. Parameters: pipeline, side, now in ms. */
export const beginRounds: Statement<Record<string, never>> = {
  name: 'absence_begin_rounds',
  text: `insert into absence_sweep (pipeline_id, side, finished_at) values ($1, $2, to_timestamp($3::float8 / 1000)) on conflict do nothing`,
};

/** Parameters: pipeline, side. */
export const readRound: Statement<RoundRow> = {
  name: 'absence_read_round',
  text: `
  select phase, position, total, links, missing, witnesses, (extract(epoch from started_at) * 1000)::float8 as started_ms,
         (extract(epoch from previous_at) * 1000)::float8 as previous_ms, (extract(epoch from finished_at) * 1000)::float8 as finished_ms
  from absence_sweep where pipeline_id = $1 and side = $2`,
};

/** Parameters: pipeline, side, phase, position, total, links, missing, witnesses[], started, previous, finished in ms. */
export const saveRound: Statement<Record<string, never>> = {
  name: 'absence_save_round',
  text: `
  update absence_sweep
  set phase = $3, position = $4, total = $5, links = $6, missing = $7, witnesses = $8, started_at = to_timestamp($9::float8 / 1000),
      previous_at = to_timestamp($10::float8 / 1000), finished_at = to_timestamp($11::float8 / 1000)
  where pipeline_id = $1 and side = $2`,
};

export interface LinkRow {
  link_id: number;
  ext_id: string;
  clock: string;
  /** Out of scope: on which sides. */
  excluded: string | null;
  field: unknown;
  open: unknown;
}

/** How many records are linked, and the next of them with what is known of their existence. Parameters: pipeline; pipeline, behind link, limit. */
export const countLinks: Statement<{ n: number }> = {
  name: 'absence_count_links',
  text: `select count(*)::int as n from link where pipeline_id = $1 and state in ('live', 'creating')`,
};
export const nextLinks = bySide<LinkRow>(
  'absence_next_links',
  (id) => `
  select l.id as link_id, l.${id} as ext_id, s.clock, l.excluded, s.fields -> '$life' as field, s.open -> '$life' as open
  from link l join shadow s on s.link_id = l.id and s.link_id > $2
  where l.pipeline_id = $1 and l.id > $2 and l.state in ('live', 'creating') and l.${id} is not null
  order by l.id limit $3`,
);

/** Of these ids of a side, those that no link, no waiting list and no comparison knows. Parameters: pipeline, side, ids[]. */
export const strangeIds = bySide<{ ext_id: string }>(
  'absence_strange_ids',
  (id) => `
  select r.id as ext_id from unnest($3::text[]) as r(id)
  where not exists (select from link l where l.pipeline_id = $1 and l.${id} = r.id and l.state in ('live', 'creating'))
    and not exists (select from link l where l.pipeline_id = $1 and l.${id} = r.id and l.state = 'unlinked')
    and not exists (select from unmatched u where u.pipeline_id = $1 and u.side = $2 and u.ext_id = r.id)
    and not exists (select from load_record k where k.pipeline_id = $1 and k.side = $2 and k.ext_id = r.id)`,
);

/** Parameters: pipeline, side, link ids[], when in ms. */
export const addAbsent: Statement<Record<string, never>> = {
  name: 'absence_add',
  text: `
  insert into absent_record (pipeline_id, side, link_id, missed_at)
  select $1, $2, id, to_timestamp($4::float8 / 1000) from unnest($3::bigint[]) as r(id)
  on conflict do nothing`,
};

/** Parameters: pipeline, side, limit. */
export const nextAbsent = bySide<{ link_id: number; ext_id: string; missed_ms: number }>(
  'absence_next',
  (id) => `
  select x.link_id, l.${id} as ext_id, (extract(epoch from x.missed_at) * 1000)::float8 as missed_ms
  from absent_record x join link l on l.id = x.link_id and l.state in ('live', 'creating') and l.${id} is not null
  where x.pipeline_id = $1 and x.side = $2
  order by x.missed_at, x.link_id limit $3`,
);

/** Parameters: pipeline, side, link ids[]. */
export const forgetAbsent: Statement<Record<string, never>> = {
  name: 'absence_forget',
  text: `delete from absent_record where pipeline_id = $1 and side = $2 and link_id = any($3::bigint[])`,
};

/**
 * A round from the beginning is wanted, also of a side whose log reports deletions: it has lost some. Whatever round was under way ends.
 * A round is asked for where none is under way and none has come to its end. Parameters: pipeline, side.
 */
export const askRound: Statement<Record<string, never>> = {
  name: 'absence_ask_round',
  text: `
  insert into absence_sweep (pipeline_id, side) values ($1, $2)
  on conflict (pipeline_id, side) do update set phase = null, finished_at = null`,
};

/** Parameters: pipeline, side. */
export const clearAbsent: Statement<Record<string, never>> = {
  name: 'absence_clear',
  text: `delete from absent_record where pipeline_id = $1 and side = $2`,
};

function bySide<Row extends object>(
  name: string,
  text: (id: 'a_id' | 'b_id') => string,
): Readonly<Record<Side, Statement<Row & Record<string, unknown>>>> {
  return { A: { name: `${name}_a`, text: text('a_id') }, B: { name: `${name}_b`, text: text('b_id') } };
}
