import type { Statement } from '../statement.js';

/** How long an answer is kept for a repeated request. */
const KEPT = `interval '24 hours'`;

/**
 * Takes a key, or nothing when it is taken. Whoever comes second while the first is still at work waits for its transaction here.
 * Parameters: key, principal, request hash.
 */
export const takeKey: Statement<{ key: string }> = {
  name: 'idempotency_take',
  text: `
  insert into idempotency (key, principal, request_hash) values ($1, $2, $3)
  on conflict (principal, key) do update
    set request_hash = excluded.request_hash, status = null, body = null, created_at = now()
    where idempotency.created_at < now() - ${KEPT}
  returning key`,
};

/** Parameters: key, principal. */
export const readAnswer: Statement<{
  request_hash: string;
  status: number | null;
  body: unknown;
}> = {
  name: 'idempotency_read',
  text: `select request_hash, status, body from idempotency where key = $1 and principal = $2`,
};

/** Parameters: key, principal, status, body. */
export const keepAnswer: Statement<Record<string, never>> = {
  name: 'idempotency_keep',
  text: `update idempotency set status = $3, body = $4 where key = $1 and principal = $2`,
};

export const dropOldAnswers: Statement<Record<string, never>> = {
  name: 'idempotency_drop_old',
  text: `delete from idempotency where created_at < now() - ${KEPT}`,
};
