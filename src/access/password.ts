import { argon2, randomBytes, timingSafeEqual, type Argon2Parameters } from 'node:crypto';
import { promisify } from 'node:util';
import { AppError } from '../common/errors.js';

/** OWASP's first choice for argon2id: 19 MiB, two passes; 60 ms on one processor. */
const now = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const TAG_BYTES = 32;
export const SHORTEST = 12;
export const LONGEST = 256;

const derive = promisify(argon2);

type Cost = Pick<Argon2Parameters, 'memory' | 'passes' | 'parallelism'>;

/** A password's argon2id hash in the PHC string format, which names its own parameters. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const tag = await tagOf(password, salt, now);
  return `$argon2id$v=19$m=${now.memory},t=${now.passes},p=${now.parallelism}$${base64(salt)}$${base64(tag)}`;
}

/**
 * Whether a password is the one that was hashed, and whether its hash should be made anew because the parameters have changed.
 *
 * @param hash `null` when there is none: takes as long as with one, so that the time does not tell who has an account
 */
export async function checkPassword(
  password: string,
  hash: string | null,
): Promise<{ readonly right: boolean; readonly outdated: boolean }> {
  const stored = hash === null ? null : parse(hash);
  if (stored === null) {
    await tagOf(password, randomBytes(16), now);
    return { right: false, outdated: false };
  }
  const tag = await tagOf(password, stored.salt, stored.cost);
  const { memory, passes, parallelism } = stored.cost;
  return {
    right: tag.length === stored.tag.length && timingSafeEqual(tag, stored.tag),
    outdated: memory !== now.memory || passes !== now.passes || parallelism !== now.parallelism,
  };
}

/**
 * Long, and nothing that an attacker would try first. No demand for signs and digits: they make passwords worse.
 *
 * @throws AppError `invalid`
 */
export function mustBeGoodPassword(password: string, { email, name }: { email: string; name: string }): void {
  const personal = [email.split('@')[0] ?? '', ...name.split(/\s+/), 'accord', 'password'].filter(
    (word) => word.length > 3,
  );
  const rest = personal.reduce(
    (text, word) => text.replaceAll(word.toLowerCase(), ''),
    password.toLowerCase(),
  );
  const detail =
    password.length < SHORTEST || password.length > LONGEST
      ? `must have ${SHORTEST} to ${LONGEST} characters`
      : new Set(password).size < 5
        ? 'must have at least five different characters'
        : rest.length < SHORTEST / 2
          ? 'must be more than a name'
          : null;
  if (detail === null) return;
  throw new AppError('invalid', `/password: ${detail}`, {
    faults: [{ pointer: '/password', code: 'password', detail }],
  });
}

/** The same password typed on another keyboard can arrive in another Unicode form. */
function tagOf(password: string, nonce: Buffer, cost: Cost): Promise<Buffer> {
  return derive('argon2id', { message: password.normalize('NFKC'), nonce, tagLength: TAG_BYTES, ...cost });
}

const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

function parse(hash: string): { readonly cost: Cost; readonly salt: Buffer; readonly tag: Buffer } | null {
  const [, memory, passes, parallelism, salt, tag] = PHC.exec(hash) ?? [];
  if (salt === undefined || tag === undefined) return null;
  return {
    cost: { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
