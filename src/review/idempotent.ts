import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import { AppError } from '../common/errors.js';
import { stableStringify, type Json } from '../core/value.js';
import { keepAnswer, readAnswer, takeKey } from '../database/sql/review/idempotency.js';
import { run } from '../database/sql/statement.js';

export interface Request {
  /** The Idempotency-Key header; `undefined`: every call is a new one. */
  readonly key: string | undefined;
  /** Whose key it is: others may use the same. */
  readonly principal: string;
  /** Method, path and body: what the key stands for. */
  readonly content: Json;
}

export interface Answered<T> {
  readonly status: number;
  readonly body: T;
}

/**
 * Does a request once, within the transaction of `client`: the same key with the same content gets the stored answer. The key commits
 * with what was done, so a failed request leaves no trace and may be repeated; a second one that comes meanwhile waits for the first.
 *
 * @throws AppError `key-reused` for a key that belongs to another request, `invalid` for one that is not 1 to 255 printable characters
 */
export async function once<T>(
  client: Pick<ClientBase, 'query'>,
  request: Request,
  work: () => Promise<Answered<T>>,
): Promise<Answered<T>> {
  const { key } = request;
  if (key === undefined) return work();
  if (!/^[\x21-\x7e]{1,255}$/.test(key))
    throw new AppError(
      'invalid',
      'Idempotency-Key: expected 1 to 255 printable ASCII characters without spaces.',
    );
  const hash = createHash('sha256').update(stableStringify(request.content)).digest('hex');
  const [taken] = await run(client, takeKey, [key, request.principal, hash]);
  if (taken === undefined) return storedAnswer<T>(client, key, request.principal, hash);
  const answer = await work();
  await run(client, keepAnswer, [key, request.principal, answer.status, JSON.stringify(answer.body)]);
  return answer;
}

async function storedAnswer<T>(
  client: Pick<ClientBase, 'query'>,
  key: string,
  principal: string,
  hash: string,
): Promise<Answered<T>> {
  const [known] = await run(client, readAnswer, [key, principal]);
  if (known === undefined || known.status === null || known.request_hash !== hash) {
    throw new AppError(
      'key-reused',
      'This Idempotency-Key was sent with another request. Use a new key for each decision.',
    );
  }
  return { status: known.status, body: known.body as T };
}
