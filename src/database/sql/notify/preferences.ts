import type { Grant } from '../../../common/permissions.js';
import type { Statement } from '../statement.js';

export interface PreferenceRow {
  readonly modes: Readonly<Record<string, string>>;
  readonly time_zone: string;
  readonly quiet_from: string | null;
  readonly quiet_to: string | null;
  readonly digest_minutes: number;
  readonly daily_at: string;
}

export interface RecipientRow extends Partial<PreferenceRow> {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly grants: readonly Grant[];
  /** False: nothing was chosen yet. */
  readonly chosen: boolean;
  /** What the mail server said when it refused their address; `null`: it has not. */
  readonly refused: string | null;
}

const columns = `
  p.id, p.email, p.name, (select u.reason from undeliverable u where u.address = lower(p.email)) as refused, n.person_id is not null as chosen, n.modes, n.time_zone, n.quiet_from, n.quiet_to, n.digest_minutes, n.daily_at,
  (select coalesce(jsonb_agg(distinct jsonb_build_object('role', g.role, 'pipeline', g.pipeline)), '[]')
   from person_grant g where g.person_id = p.id) as grants`;

/** Everybody who can be told something. The people of the demo have no mailbox. */
export const recipientRows: Statement<RecipientRow> = {
  name: 'notify_recipients',
  text: `
  select ${columns} from person p left join notify_preference n on n.person_id = p.id
  where p.state = 'active' and not p.demo order by p.id`,
};

/** Parameters: person. */
export const recipientById: Statement<RecipientRow> = {
  name: 'notify_recipient_by_id',
  text: `select ${columns} from person p left join notify_preference n on n.person_id = p.id where p.id = $1`,
};

/** Of two who change at once the second waits, and changes what the first has left. Parameters: person. */
export const lockPreference: Statement<Record<string, never>> = {
  name: 'notify_lock_preference',
  text: `select from person where id = $1 for update`,
};

/** Parameters: person, modes, zone, quiet from, quiet to, minutes, daily at. */
export const setPreference: Statement<Record<string, never>> = {
  name: 'notify_set_preference',
  text: `
  insert into notify_preference (person_id, modes, time_zone, quiet_from, quiet_to, digest_minutes, daily_at)
  values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (person_id) do update set modes = excluded.modes, time_zone = excluded.time_zone, quiet_from = excluded.quiet_from,
    quiet_to = excluded.quiet_to, digest_minutes = excluded.digest_minutes, daily_at = excluded.daily_at`,
};
