import type { Statement } from '../statement.js';

/** Held by whoever writes mails until the transaction ends: two at once would tell the same, or each of the other's. */
export const lockNotify: Statement<Record<string, never>> = {
  name: 'notify_lock',
  text: `select pg_advisory_xact_lock(hashtext('accord notify'))`,
};

/** Later than every mark there is, whatever the clock does. */
export const notifyNow: Statement<{ now: string; ms: number }> = {
  name: 'notify_now',
  text: `
  select now::text, (extract(epoch from now) * 1000)::float8 as ms
  from (select greatest(clock_timestamp(), (select max(upto) + interval '1 microsecond' from mail_mark)) as now) t`,
};

/** Whoever is new is told of what comes from now on. Parameters: recipients[], now. */
export const beginMarks: Statement<Record<string, never>> = {
  name: 'notify_begin_marks',
  text: `
  insert into mail_mark (recipient, kind, upto)
  select r, k, $2::timestamptz from unnest($1::text[]) r, unnest(array['conflicts', 'daily']) k on conflict do nothing`,
};

export interface MarkRow {
  readonly recipient: string;
  readonly kind: string;
  readonly upto: Date;
  /** The same to the microsecond. */
  readonly exact: string;
  readonly mailed_at: Date | null;
}

export const allMarks: Statement<MarkRow> = {
  name: 'notify_all_marks',
  text: `select recipient, kind, upto, upto::text as exact, mailed_at from mail_mark`,
};

/** Parameters: JSON array of {recipient, kind, mailed}, now. */
export const setMarks: Statement<Record<string, never>> = {
  name: 'notify_set_marks',
  text: `
  insert into mail_mark as m (recipient, kind, upto, mailed_at)
  select n.recipient, n.kind, $2::timestamptz, case when n.mailed then $2::timestamptz end
  from jsonb_to_recordset($1) as n(recipient text, kind text, mailed boolean)
  on conflict (recipient, kind) do update set upto = excluded.upto, mailed_at = coalesce(excluded.mailed_at, m.mailed_at)`,
};
