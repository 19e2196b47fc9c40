import type { PoolClient } from 'pg';
import type { FieldSpec, GroupSpec } from '../../../core/pipeline/spec.js';
import type { Json } from '../../../core/value.js';
import { run, type Statement } from '../statement.js';

export interface NewConflictGroup {
  readonly pipeline: string;
  readonly unit: string;
  readonly count: number;
}

export interface ShownCandidate {
  readonly key: string;
  readonly side?: 'A' | 'B' | null;
  readonly v: Json;
}

/** A conflict as a mail needs it. */
export interface MailConflictRow {
  readonly id: string;
  readonly rev: number;
  readonly kind: string;
  readonly state: 'open' | 'held' | 'closed';
  readonly pipeline_id: number;
  readonly pipeline: string;
  readonly link_id: number | null;
  readonly unit: string;
  readonly title: string;
  readonly revision: number;
  /** What the title was taken from; `null`: from no field. Without it that is not known. */
  readonly title_unit?: string | null;
  readonly reason: string;
  readonly candidates: readonly ShownCandidate[];
  readonly labels: { readonly A?: string; readonly B?: string };
  /** Fields of the pipeline's revision that the conflict is of, `null` where it is gone. */
  readonly fields: Readonly<Record<string, FieldSpec>> | null;
  readonly groups: Readonly<Record<string, GroupSpec>> | null;
  /** What records are called that its values point to, where they may be named to whoever is written to. */
  readonly names?: ReadonlyMap<string, string>;
}

export interface NewConflicts {
  readonly total: number;
  /** True when more wait than were counted. */
  readonly more: boolean;
  /** Largest first. */
  readonly groups: readonly NewConflictGroup[];
  /** The most urgent, oldest first. */
  readonly listed: readonly MailConflictRow[];
}

/**
 * Marks open conflicts that nobody was told about: from now on they are news, to whoever is told about their pipeline. Rows that the
 * engine is changing are skipped and come with the next look, so this never waits for a lock. Parameters: now, limit.
 */
export const announceConflicts: Statement<Record<string, never>> = {
  name: 'notify_announce_conflicts',
  text: `
  update conflict set notified_at = $1::timestamptz
  where id in (select id from conflict where state = 'open' and notified_at is null order by opened_at limit $2 for update skip locked)`,
};

export interface WaitingRow {
  readonly recipient: string;
  readonly upto: string;
  readonly mailed_at: Date | null;
  /** When the oldest of what they were not told became news. */
  readonly oldest: Date;
}

/**
 * Who has not been told of what, by a short walk along conflict_told for each. Parameters: JSON array of {recipient, pipelines}.
 */
export const waitingConflicts: Statement<WaitingRow> = {
  name: 'notify_waiting_conflicts',
  text: `
  select * from (
    select r.recipient, m.upto::text as upto, m.mailed_at,
           (select min(c.notified_at) from conflict c
            where c.state = 'open' and c.notified_at > m.upto and c.pipeline_id = any(r.pipelines)) as oldest
    from jsonb_to_recordset($1) as r(recipient text, pipelines int[])
    join mail_mark m on m.recipient = r.recipient and m.kind = 'conflicts') w
  where oldest is not null`,
};

const mailed = `
  c.id, c.rev, c.kind, c.state, c.pipeline_id, p.name as pipeline, c.link_id, c.unit, c.title, c.revision, c.reason, c.candidates,
  (select coalesce(jsonb_object_agg(s.side, s.label), '{}') from side_state s where s.pipeline_id = c.pipeline_id) as labels,
  r.spec #> '{spec,fields}' as fields, r.spec #> '{spec,groups}' as groups`;
const joins = `
  join pipeline p on p.id = c.pipeline_id
  left join pipeline_revision r on r.pipeline_id = c.pipeline_id and r.revision = c.revision`;

/** Parameters: upto, pipelines[], limit. */
const countNews: Statement<NewConflictGroup> = {
  name: 'notify_count_news',
  text: `
  select p.name as pipeline, n.unit, count(*) as count
  from (select pipeline_id, unit from conflict
        where state = 'open' and notified_at > $1::timestamptz and pipeline_id = any($2::int[]) limit $3) n
  join pipeline p on p.id = n.pipeline_id
  group by p.name, n.unit order by count(*) desc, p.name, n.unit`,
};

/** Parameters: upto, pipelines[], limit. */
const listNews: Statement<MailConflictRow> = {
  name: 'notify_list_news',
  text: `
  select ${mailed}
  from (select * from conflict
        where state = 'open' and notified_at > $1::timestamptz and pipeline_id = any($2::int[])
        order by priority, opened_at, id limit $3) c ${joins}
  order by c.priority, c.opened_at, c.id`,
};

/** Conflicts by their keys. Parameters: keys[]. */
export const mailConflicts: Statement<MailConflictRow> = {
  name: 'notify_mail_conflicts',
  text: `select ${mailed} from conflict c ${joins} where c.id = any($1::uuid[])`,
};

/** What became news after `upto` on these pipelines and is open still. */
export async function newsSince(
  client: PoolClient,
  upto: string,
  pipelines: readonly number[],
  { limit, listed }: { readonly limit: number; readonly listed: number },
): Promise<NewConflicts> {
  const groups = await run(client, countNews, [upto, pipelines, limit]);
  const total = groups.reduce((sum, { count }) => sum + count, 0);
  return {
    total,
    more: total >= limit,
    groups,
    listed: await run(client, listNews, [upto, pipelines, listed]),
  };
}
