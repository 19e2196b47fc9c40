import type { Pool, PoolClient } from 'pg';

export interface OutboxMail {
  readonly id: string;
  readonly kind: string;
  readonly recipient: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A person for whom a one-time link is made when the mail is sent; it takes the place of `ONE_TIME_LINK`. */
  readonly link_for?: string | null;
}

export interface ClaimedMail extends OutboxMail {
  /** Which try this is, from 1. */
  readonly attempts: number;
  /** Why it was not sent at the last try. */
  readonly last_error: string | null;
}

export async function addMails(client: PoolClient, mails: readonly OutboxMail[]): Promise<void> {
  await client.query(
    `insert into mail_outbox (id, kind, recipient, subject, html, text, headers, link_for)
     select m.id, m.kind, m.recipient, m.subject, m.html, m.text, m.headers, m.link_for
     from jsonb_to_recordset($1) as m(id uuid, kind text, recipient text, subject text, html text, text text, headers jsonb, link_for uuid)`,
    [JSON.stringify(mails)],
  );
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
     returning id, kind, recipient, subject, html, text, headers, link_for, attempts, last_error`,
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
export async function markMailFailed(pool: Pool | PoolClient, id: string, error: string): Promise<void> {
  await pool.query(`update mail_outbox set failed_at = now(), last_error = $2 where id = $1`, [id, error]);
}

export async function mailsWaiting(client: Pool | PoolClient): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `select count(*) from mail_outbox where sent_at is null and failed_at is null`,
  );
  return rows[0]?.count ?? 0;
}
