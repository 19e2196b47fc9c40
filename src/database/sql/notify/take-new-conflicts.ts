import type { PoolClient } from 'pg';
import type { Json } from '../../../core/value.js';

export interface NewConflictGroup {
  readonly pipeline: string;
  readonly unit: string;
  readonly count: number;
}

export interface NewConflictRow {
  readonly id: string;
  readonly pipeline: string;
  readonly unit: string;
  readonly title: string;
  readonly reason: string;
  readonly candidates: readonly { readonly side?: 'A' | 'B'; readonly v: Json }[];
  readonly labels: { readonly A?: string; readonly B?: string };
  /** Whether the pipeline says that the field, or a member of the group, is personal data; true where it cannot be known. */
  readonly pii: boolean;
}

export interface NewConflicts {
  readonly total: number;
  /** True when more wait than were taken. */
  readonly more: boolean;
  /** Largest first. */
  readonly groups: readonly NewConflictGroup[];
  /** The most urgent, oldest first. */
  readonly listed: readonly NewConflictRow[];
}

export interface TakeOptions {
  /** Nothing is taken before the oldest has waited this long: what comes together is told together. */
  readonly gatherMs: number;
  /** At most this many are marked by one statement. */
  readonly limit: number;
  readonly listed: number;
}

/**
 * Marks open conflicts that nobody was told about as told, and says what they are. For the transaction that stores the mail.
 *
 * Reads along `conflict_unnotified`. Rows that the engine is changing are skipped and come with the next mail, so this
 * statement never waits for a lock and cannot be part of a deadlock.
 */
export async function takeNewConflicts(
  client: PoolClient,
  options: TakeOptions,
): Promise<NewConflicts | null> {
  const { rows } = await client.query<{
    total: number;
    groups: NewConflictGroup[] | null;
    listed: NewConflictRow[] | null;
  }>(
    `with waiting as (
       select id from conflict
       where state = 'open' and notified_at is null
         and exists (select from conflict
                     where state = 'open' and notified_at is null
                       and opened_at <= now() - $1 * interval '1 millisecond')
       order by opened_at limit $2 for update skip locked),
     told as (
       update conflict c set notified_at = now() from waiting w where c.id = w.id
       returning c.id, c.pipeline_id, c.unit, c.title, c.reason, c.candidates, c.revision, c.priority, c.opened_at),
     top as (
       select t.*, p.name as pipeline from told t join pipeline p on p.id = t.pipeline_id
       order by t.priority, t.opened_at, t.id limit $3)
     select (select count(*) from told) as total,
            (select json_agg(g) from (
               select p.name as pipeline, t.unit, count(*) as count
               from told t join pipeline p on p.id = t.pipeline_id
               group by p.name, t.unit order by count(*) desc, p.name, t.unit) g) as groups,
            (select json_agg(json_build_object(
               'id', t.id, 'pipeline', t.pipeline, 'unit', t.unit, 'title', t.title, 'reason', t.reason,
               'candidates', t.candidates,
               'labels', (select coalesce(json_object_agg(s.side, s.label), '{}')
                          from side_state s where s.pipeline_id = t.pipeline_id),
               'pii', t.unit <> '$life' and coalesce((
                 select coalesce((r.spec #>> array['spec', 'fields', t.unit, 'pii'])::boolean, not r.spec #> '{spec,fields}' ? t.unit)
                     and (r.spec #> array['spec', 'groups', t.unit, 'fields'] is null
                          or exists (select from jsonb_array_elements_text(r.spec #> array['spec', 'groups', t.unit, 'fields']) member
                                     where (r.spec #>> array['spec', 'fields', member, 'pii'])::boolean))
                 from pipeline_revision r
                 where r.pipeline_id = t.pipeline_id and r.revision = t.revision), true))
               order by t.priority, t.opened_at, t.id) from top t) as listed`,
    [options.gatherMs, options.limit, options.listed],
  );
  const row = rows[0];
  if (!row || row.total === 0) return null;
  return {
    total: row.total,
    more: row.total >= options.limit,
    groups: row.groups ?? [],
    listed: row.listed ?? [],
  };
}
