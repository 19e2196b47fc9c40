import { hashPassword } from '../../src/access/password.js';
import { giveGrants } from '../../src/access/people.service.js';
import { uuidv7 } from '../../src/common/ids.js';
import { EVERY_PIPELINE, PERMISSIONS, type Grant, type Permission } from '../../src/common/permissions.js';
import type { Caller } from '../../src/common/caller.js';
import type { AuditActor } from '../../src/database/audit.js';
import type { HubPools } from '../../src/database/pools.js';
import { insertPerson } from '../../src/database/sql/access/people.js';
import { run } from '../../src/database/sql/statement.js';
import { inTransaction } from '../../src/database/transaction.js';

export const testerName = 'Ann Tester';
export const testerPassword = 'correct horse battery staple';

/** Argon2id takes its time; every tester of a run has the same password. */
let hash: Promise<string> | undefined;

/** A person in the database, as if invited and come. */
export async function addPerson(
  pools: HubPools,
  {
    email,
    name = testerName,
    grants = [],
    demo = false,
  }: { email: string; name?: string; grants?: readonly Grant[]; demo?: boolean },
): Promise<string> {
  const id = uuidv7();
  hash ??= hashPassword(testerPassword);
  const passwordHash = await hash;
  await inTransaction(pools.general, async (client) => {
    // Whoever is there already, on a database that two services share, stays as they are.
    const added = await run(client, insertPerson, [id, email, name, 'active', passwordHash, demo]);
    if (added.length > 0) await giveGrants(client, id, 'people', grants);
  });
  return id;
}

/** What a browser that is signed in sends along. */
export interface SignedIn {
  readonly id: string;
  readonly headers: Readonly<Record<'cookie' | 'x-csrf-token', string>>;
}

/** Signs in as the sign-in page does. */
export async function signIn(url: string, email: string, password = testerPassword): Promise<SignedIn> {
  const response = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  if (response.status !== 201) throw new Error(`not signed in: ${response.status} ${await response.text()}`);
  const { csrfToken, me } = (await response.json()) as { csrfToken: string; me: { id: string } };
  return { id: me.id, headers: { cookie: cookieOf(response), 'x-csrf-token': csrfToken } };
}

/** An API token of whoever is signed in. */
export async function makeToken(
  url: string,
  { headers }: SignedIn,
  scopes: readonly Permission[] = PERMISSIONS,
): Promise<string> {
  const response = await fetch(`${url}/api/v1/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ name: 'tests', scopes, days: 1 }),
  });
  if (response.status !== 201) throw new Error(`no token: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { secret: string }).secret;
}

export interface Tester extends SignedIn {
  readonly token: string;
}

/** Somebody who has every role everywhere: for tests of what a service does, not of who may ask for it. */
export async function testerOf(url: string, pools: HubPools): Promise<Tester> {
  const email = 'tester@example.org';
  const grants = (['steward', 'engineer', 'admin'] as const).map((role) => ({
    role,
    pipeline: EVERY_PIPELINE,
  }));
  await addPerson(pools, { email, grants });
  const signedIn = await signIn(url, email);
  return { ...signedIn, token: await makeToken(url, signedIn) };
}

/** The cookies that an answer sets, as the next request sends them. */
export function cookieOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0] ?? '')
    .join('; ');
}

/** For services that are called without HTTP: somebody who is in no database. */
export function actor(name: string): AuditActor {
  return { kind: 'person', id: null, personId: null, name, address: null, requestId: null };
}

/** For services that are called without HTTP: a caller with these roles who is in no database. */
export function callerWith(grants: readonly Grant[]): Caller {
  return {
    kind: 'person',
    id: 'usr_tester',
    personId: '00000000-0000-0000-0000-000000000000',
    name: testerName,
    grants,
    scopes: null,
    address: null,
    requestId: null,
    credential: { kind: 'session', id: Buffer.alloc(0) },
  };
}
