import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { newSecret } from '../common/one-time-secret.js';

/** Proves that a request comes from a page that could read an answer of ours: follows from the session, so that nothing is stored. */
export function csrfTokenOf(session: string): string {
  return createHash('sha256').update('accord csrf\0').update(session).digest('base64url');
}

/**
 * An API token: `accord_<prefix>_<secret><checksum>`. The prefix names it in lists and finds it in the database; the checksum lets
 * scanners of leaked secrets tell it from random text.
 */
export interface NewToken {
  readonly text: string;
  readonly prefix: string;
}

const TOKEN = /^accord_([0-9a-z]{10})_([0-9A-Za-z_-]{43})([0-9a-f]{8})$/;

export function newToken(): NewToken {
  const prefix = [...randomBytes(10)].map((byte) => (byte % 36).toString(36)).join('');
  const body = `accord_${prefix}_${newSecret()}`;
  return { text: body + checksum(body), prefix };
}

/** The prefix of what can be a token; `null` for anything else, without a look into the database. */
export function prefixOfToken(text: string): string | null {
  const match = TOKEN.exec(text);
  return match?.[3] === checksum(text.slice(0, -8)) ? (match[1] ?? null) : null;
}

function checksum(body: string): string {
  return crc32(body).toString(16).padStart(8, '0');
}
