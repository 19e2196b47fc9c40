import type { Reason, Difference } from '../../core/difference.js';
import type { Side } from '../../core/clock.js';
import type { Json } from '../../core/value.js';
import type { Statement } from './statement.js';

export type VerificationPhase = 'records' | 'A' | 'B' | 'looks' | 'repair';

export interface SideTally {
  readonly records: number;
  readonly fields: number;
  /** SHA-256 over the digests of all pages so far, in their order. */
  readonly digest: string;
  /** Records that are without a link by policy. */
  readonly alone: number;
}

export interface VerificationRow {
  id: number;
  state: 'asked' | 'running';
  repair: boolean;
  revision: number | null;
  phase: VerificationPhase | null;
  position: string | null;
  done: number;
  total: number;
  tally: Record<Side, SideTally> | null;
  started_ms: number | null;
  /** Only this record is looked at; `null`: all. */
  link_id: number | null;
}

type Nothing = Record<string, never>;

const openColumns = `id, state, repair, revision, phase, position, done, total, tally, link_id,
         (extract(epoch from started_at) * 1000)::float8 as started_ms`;

/** The one that was asked for or is under way. Parameters: pipeline. */
export const readOpenVerification: Statement<VerificationRow & Record<string, unknown>> = {
  name: 'verification_read_open',
  text: `
  select ${openColumns} from verification where pipeline_id = $1 and state in ('asked', 'running') and link_id is null`,
};

/** The next single record that somebody wants read again. Parameters: pipeline. */
export const readOpenRecordLook: Statement<VerificationRow & Record<string, unknown>> = {
  name: 'verification_read_open_record',
  text: `
  select ${openColumns} from verification where pipeline_id = $1 and state in ('asked', 'running') and link_id is not null order by id limit 1`,
};

/** Parameters: pipeline. */
export const lockOpenRecordLook: Statement<VerificationRow & Record<string, unknown>> = {
  name: 'verification_lock_open_record',
  text: `${readOpenRecordLook.text} for no key update`,
};

/** From the beginning: nothing is read through, the record is suspected. Parameters: id, revision, linked records. */
export const beginRecordLook: Statement<Nothing> = {
  name: 'verification_begin_record',
  text: `
  with forgotten as (delete from verification_difference where verification_id = $1),
       suspected as (insert into verification_suspect (verification_id, link_id) select id, link_id from verification where id = $1
                     on conflict do nothing)
  update verification set state = 'running', revision = $2, phase = 'looks', position = null, total = $3, started_at = clock_timestamp()
  where id = $1`,
};

/** It is no certificate; earlier looks at the record are forgotten. Parameters: id, found, when in ms, link. */
export const finishRecordLook: Statement<Nothing> = {
  name: 'verification_finish_record',
  text: `
  with forgotten as (delete from verification where link_id = $4 and id < $1 and state in ('finished', 'failed'))
  update verification set state = 'finished', phase = null, finished_at = to_timestamp($3::float8 / 1000), found = $2 where id = $1`,
};

/** The same, so that nobody asks anything of it meanwhile. Parameters: pipeline. */
export const lockOpenVerification: Statement<VerificationRow & Record<string, unknown>> = {
  name: 'verification_lock_open',
  text: `${readOpenVerification.text} for no key update`,
};

/**
 * Asks for one as the schedule does: when none is open and the last was asked for, or the pipeline was made, longer ago than this.
 * Parameters: pipeline, ms.
 */
export const askWhenDue: Statement<{ id: number }> = {
  name: 'verification_ask_when_due',
  text: `
  insert into verification (pipeline_id, state)
  select p.id, 'asked' from pipeline p
  where p.id = $1 and p.state = 'running'
    and greatest(p.created_at, (select max(asked_at) from verification v where v.pipeline_id = p.id and v.link_id is null),
                 (select finished_at from load_report r where r.pipeline_id = p.id))
        < clock_timestamp() - $2 * interval '1 millisecond'
  on conflict do nothing
  returning id`,
};

/** From the beginning: one that was just asked for, or whose pipeline is another revision now. Parameters: id, revision, total, tally. */
export const beginVerification: Statement<Nothing> = {
  name: 'verification_begin',
  text: `
  with forgotten as (delete from verification_suspect where verification_id = $1),
       anew as (delete from verification_difference where verification_id = $1)
  update verification set state = 'running', revision = $2, phase = 'records', position = null, done = 0, total = $3, tally = $4,
         started_at = clock_timestamp() where id = $1`,
};

/** Parameters: id, phase, position, done, tally. */
export const saveVerification: Statement<Nothing> = {
  name: 'verification_save',
  text: `update verification set phase = $2, position = $3, done = $4, tally = $5 where id = $1`,
};

/** Parameters: id, phase. */
export const setVerificationPhase: Statement<Nothing> = {
  name: 'verification_set_phase',
  text: `update verification set phase = $2, position = null where id = $1`,
};

/** Parameters: id, found, certificate, hash, when in ms. */
export const finishVerification: Statement<Nothing> = {
  name: 'verification_finish',
  text: `
  update verification set state = 'finished', phase = null, position = null, finished_at = to_timestamp($5::float8 / 1000), found = $2, certificate = $3, hash = $4
  where id = $1`,
};

/** Parameters: id, why. */
export const failVerification: Statement<Nothing> = {
  name: 'verification_fail',
  text: `
  with forgotten as (delete from verification_suspect where verification_id = $1)
  update verification set state = 'failed', phase = null, position = null, finished_at = clock_timestamp(), error = $2 where id = $1`,
};

/** Lists of differences are kept for the last 30; certificates for good. Parameters: pipeline. */
export const forgetOldDifferences: Statement<Nothing> = {
  name: 'verification_forget_old',
  text: `
  delete from verification_difference where verification_id in (
    select id from verification where pipeline_id = $1 and link_id is null order by id desc offset 30)`,
};

/**
 * When what is held of these records was last known to stand: the start of the last one that finished and found nothing in any of them.
 * Only lists that are kept tell. Parameters: pipeline, link ids[].
 */
export const lastVerified: Statement<{ started_ms: number }> = {
  name: 'verification_last',
  text: `
  select (extract(epoch from v.started_at) * 1000)::float8 as started_ms
  from (select id, state, started_at from verification where pipeline_id = $1 and link_id is null order by id desc limit 30) v
  where v.state = 'finished'
    and not exists (select from verification_difference d where d.verification_id = v.id and d.link_id = any($2::bigint[]))
  order by v.id desc limit 1`,
};

export interface HeldRow {
  link_id: number;
  a_id: string | null;
  b_id: string | null;
  clock: string;
  fields: Record<string, Json>;
  open: Record<string, Json> | null;
}

/**
 * The next linked records with what is held of them. The place is said of both tables: a merge join would read the shadows from their
 * beginning otherwise. Parameters: pipeline, behind link, limit.
 */
export const nextHeld: Statement<HeldRow & Record<string, unknown>> = {
  name: 'verification_next_held',
  text: `
  select l.id as link_id, l.a_id, l.b_id, s.clock, s.fields, s.open
  from link l join shadow s on s.link_id = l.id and s.link_id > $2
  where l.pipeline_id = $1 and l.id > $2 and l.state in ('live', 'creating')
  order by l.id limit $3`,
};

/** Of these ids of a side, those without a live link, and what is known of them. Parameters: pipeline, side, ids[]. */
export const unlinkedIds: Readonly<Record<Side, Statement<{ ext_id: string; known: string | null }>>> = {
  A: { name: 'verification_unlinked_a', text: unlinked('a_id') },
  B: { name: 'verification_unlinked_b', text: unlinked('b_id') },
};

function unlinked(id: 'a_id' | 'b_id'): string {
  return `
  select r.id as ext_id,
         coalesce((select u.reason from unmatched u where u.pipeline_id = $1 and u.side = $2 and u.ext_id = r.id),
                  (select 'unlinked' from link l where l.pipeline_id = $1 and l.${id} = r.id and l.state = 'unlinked' limit 1),
                  (select 'not-linked' from load_record k where k.pipeline_id = $1 and k.side = $2 and k.ext_id = r.id limit 1)) as known
  from unnest($3::text[]) as r(id)
  where not exists (select from link l where l.pipeline_id = $1 and l.${id} = r.id and l.state in ('live', 'creating'))`;
}

/** Parameters: verification, link ids[]. */
export const addSuspects: Statement<Nothing> = {
  name: 'verification_add_suspects',
  text: `insert into verification_suspect (verification_id, link_id) select $1, id from unnest($2::bigint[]) as r(id) on conflict do nothing`,
};

/** Parameters: verification, side, ids[]. */
export const addStrangers: Statement<Nothing> = {
  name: 'verification_add_strangers',
  text: `insert into verification_suspect (verification_id, side, ext_id) select $1, $2, id from unnest($3::text[]) as r(id) on conflict do nothing`,
};

export interface SuspectRow {
  id: number;
  link_id: number | null;
  side: Side | null;
  ext_id: string | null;
  looked_ms: number | null;
  look: Json;
}

/** The suspects whose turn is next: not looked at yet, then those whose last look is longest ago. Parameters: verification, limit. */
export const nextSuspects: Statement<SuspectRow & Record<string, unknown>> = {
  name: 'verification_next_suspects',
  text: `
  select id, link_id, side, ext_id, (extract(epoch from looked_at) * 1000)::float8 as looked_ms, look
  from verification_suspect where verification_id = $1 order by looked_at nulls first, id limit $2`,
};

/** Parameters: ids[], looks[], when in ms. */
export const setLooks: Statement<Nothing> = {
  name: 'verification_set_looks',
  text: `
  update verification_suspect s set looked_at = to_timestamp($3::float8 / 1000), look = r.look
  from unnest($1::bigint[], $2::jsonb[]) as r(id, look) where s.id = r.id`,
};

/** Parameters: ids[]. */
export const forgetSuspects: Statement<Nothing> = {
  name: 'verification_forget_suspects',
  text: `delete from verification_suspect where id = any($1::bigint[])`,
};

export interface DifferenceRow {
  id: number;
  kind: Difference['kind'];
  reason: Reason;
  link_id: number | null;
  side: Side | null;
  ext_id: string | null;
  unit: string | null;
  held: Json;
  seen: Json;
  detail: string;
  mark: string;
  repaired: string | null;
}

/** Parameters: verification, rows as a JSON array. */
export const addDifferences: Statement<Nothing> = {
  name: 'verification_add_differences',
  text: `
  insert into verification_difference (verification_id, kind, reason, link_id, side, ext_id, unit, held, seen, detail, mark)
  select $1, r.kind, r.reason, r.link_id, r.side, r.ext_id, r.unit, r.held, r.seen, r.detail, r.mark
  from rows from (jsonb_to_recordset($2::jsonb) as (kind text, reason text, link_id bigint, side text, ext_id text, unit text, held jsonb, seen jsonb, detail text, mark text))
    with ordinality as r(kind, reason, link_id, side, ext_id, unit, held, seen, detail, mark, n)
  order by r.n`,
};

/** Parameters: verification, behind id, limit. */
export const nextDifferences: Statement<DifferenceRow & Record<string, unknown>> = {
  name: 'verification_next_differences',
  text: `
  select id, kind, reason, link_id, side, ext_id, unit, held, seen, detail, mark, repaired
  from verification_difference where verification_id = $1 and id > $2 order by id limit $3`,
};

/** Unknown ones that nothing was done about yet. Parameters: verification, limit. */
export const nextToRepair: Statement<DifferenceRow & Record<string, unknown>> = {
  name: 'verification_next_to_repair',
  text: `
  select id, kind, reason, link_id, side, ext_id, unit, held, seen, detail, mark, repaired
  from verification_difference where verification_id = $1 and reason = 'unknown' and repaired is null order by id limit $2`,
};

/** Parameters: ids[], what came of it. */
export const setRepaired: Statement<Nothing> = {
  name: 'verification_set_repaired',
  text: `update verification_difference set repaired = $2 where id = any($1::bigint[])`,
};

/** Parameters: verification. */
export const countDifferences: Statement<{
  kind: Difference['kind'];
  reason: Reason;
  side: Side | null;
  n: number;
}> = {
  name: 'verification_count_differences',
  text: `select kind, reason, side, count(*)::int as n from verification_difference where verification_id = $1 group by kind, reason, side`,
};

/** Why records are due to be looked at by the engine. Parameters: link ids[]. */
export const readDueReasons: Statement<{ link_id: number; reason: string }> = {
  name: 'verification_read_due',
  text: `select link_id, reason from push_due where link_id = any($1::bigint[])`,
};
