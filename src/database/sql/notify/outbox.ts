import type { Pool, PoolClient } from 'pg';

export interface OutboxMail {
  readonly id: string;
  readonly kind: string;
  readonly recipient: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ClaimedMail extends OutboxMail {
  /** Which try this is, from 1. */
  readonly attempts: number;
}

export async function addMails(client: PoolClient, mails: readonly OutboxMail[]): Promise<void> {
  await client.query(
    `insert into mail_outbox (id, kind, recipient, subject, html, text, headers)
     select m.id, m.kind, m.recipient, m.subject, m.html, m.text, m.headers
     from jsonb_to_recordset($1) as m(id uuid, kind text, recipient text, subject text, html text, text text, headers jsonb)`,
    [JSON.stringify(mails)],
  );
}

/** True when a mail of the kind was written within the last `withinMs`, sent or not. */
export async function wroteMailLately(client: PoolClient, kind: string, withinMs: number): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from mail_outbox where kind = $1 and created_at > now() - $2 * interval '1 millisecond' limit 1`,
    [kind, withinMs],
  );
  return rowCount === 1;
}

/**
 * Takes the mail that is due longest. It becomes due again after `againMs` whatever happens to this process, so a crash
 * delays a mail and never loses it. Rows that another process has just taken are skipped.
 */
export async function claimMail(pool: Pool, againMs: number): Promise<ClaimedMail | null> {
  const { rows } = await pool.query<ClaimedMail>(
    `update mail_outbox set attempts = attempts + 1, due_at = now() + $1 * interval '1 millisecond'
     where id = (select id from mail_outbox where sent_at is null and failed_at is null and due_at <= now()
                 order by due_at, id limit 1 for update skip locked)
     returning id, kind, recipient, subject, html, text, headers, attempts`,
    [againMs],
  );
  return rows[0] ?? null;
}

export async function markMailSent(pool: Pool, id: string): Promise<void> {
  await pool.query(`update mail_outbox set sent_at = now(), last_error = null where id = $1`, [id]);
}

export async function postponeMail(pool: Pool, id: string, delayMs: number, error: string): Promise<void> {
  await pool.query(
    `update mail_outbox set due_at = now() + $2 * interval '1 millisecond', last_error = $3 where id = $1`,
    [id, delayMs, error],
  );
}

/** The server refused it for good. The row stays, with the reason. */
export async function markMailFailed(pool: Pool, id: string, error: string): Promise<void> {
  await pool.query(`update mail_outbox set failed_at = now(), last_error = $2 where id = $1`, [id, error]);
}

export async function mailsWaiting(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*) from mail_outbox where sent_at is null and failed_at is null`,
  );
  return rows[0]?.count ?? 0;
}
