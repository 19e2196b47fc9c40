import { stat } from 'node:fs/promises';
import { AppError, messageOf } from '../../common/errors.js';
import { passwordOf } from '../../connections/kept-connections.js';
import { KeyStore, type KeySettings } from '../../database/secrets/key-store.js';
import type { MasterKeys } from '../../database/secrets/master-keys.js';
import { HubPools } from '../../database/pools.js';
import { allConnections } from '../../database/sql/connections/connections.js';
import { masterKeyUse } from '../../database/sql/connections/master-keys.js';
import { run } from '../../database/sql/statement.js';
import type { OwnDatabase } from '../../embedded/own-database.js';
import { fault, ok, skipped, warning, type Finding } from './finding.js';

const what = 'master keys';

/** The keys can be read, every password that is kept opens with one of them, and which of them nothing needs any more. Shows none. */
export async function masterKeys(
  settings: KeySettings,
  { url }: Pick<OwnDatabase, 'url'>,
): Promise<Finding[]> {
  const store = new KeyStore(settings);
  let keys;
  try {
    keys = store.keys();
  } catch (error) {
    return [fault(what, messageOf(error), `Put your copy of ${store.file ?? 'the key'} back`)];
  }
  const pools = new HubPools(url, { lane: 1, general: 1 });
  try {
    const uses = await run(pools.general, masterKeyUse, []);
    if (keys.current === null && uses.length === 0)
      return [skipped(what, 'there is none, and no password of a connection is kept here')];
    const unreadable = await unreadablePasswords(pools, store);
    const kept = uses.reduce((sum, { secrets }) => sum + secrets, 0);
    return [
      ...unreadable,
      ...(unreadable.length > 0
        ? []
        : [ok(what, `${keys.current?.id ?? ''} encrypts; ${passwords(kept)} kept, and can be read`)]),
      ...olderKeys(
        keys,
        store,
        uses.map(({ master_key_id: id }) => id),
      ),
      ...(await openToOthers(store)),
    ];
  } catch (error) {
    // Before the first start nothing is kept.
    if ((error as { code?: string }).code === '42P01') return [skipped(what, 'the schema is not there yet')];
    throw error;
  } finally {
    await pools.close();
  }
}

async function unreadablePasswords(pools: HubPools, store: KeyStore): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const row of await run(pools.general, allConnections, [])) {
    try {
      await passwordOf(pools.general, row, store);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const fix =
        error.code === 'secret-unreadable'
          ? 'Set the password again, under Settings, Connections'
          : `Give that key to every process of Accord (${store.file === null ? 'ACCORD_MASTER_KEY' : `your copy of ${store.file}`}), or set the password again`;
      findings.push(fault(`connection ${row.name}`, `${error.message} (${error.code})`, fix));
    }
  }
  return findings;
}

function olderKeys(keys: MasterKeys, store: KeyStore, used: readonly string[]): Finding[] {
  const older = keys.ids.filter((id) => id !== keys.current?.id);
  const needed = older.filter((id) => used.includes(id));
  const free = older.filter((id) => !used.includes(id));
  return [
    ...(needed.length === 0
      ? []
      : [
          warning(
            what,
            `older ones are still needed: ${needed.join(', ')}`,
            'accord rotate-keys puts what is under them under the present one',
          ),
        ]),
    ...(free.length === 0
      ? []
      : [
          warning(
            what,
            `nothing is encrypted under ${free.join(', ')}`,
            store.isGiven
              ? 'Unless it is to be the next one: take it out of ACCORD_MASTER_KEY, and start every process again'
              : 'accord rotate-keys makes another one, and forgets it',
          ),
        ]),
  ];
}

async function openToOthers({ file, isGiven }: KeyStore): Promise<Finding[]> {
  if (file === null || isGiven || process.platform === 'win32') return [];
  const mode = await modeOf(file);
  return mode === null || (mode & 0o077) === 0
    ? []
    : [warning(what, `${file} can be read by others than its owner`, `chmod 600 ${file}`)];
}

/** `null` where there is no such file: the passwords that need it have been named already. */
async function modeOf(file: string): Promise<number | null> {
  try {
    return (await stat(file)).mode;
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return null;
    throw error;
  }
}

function passwords(count: number): string {
  return count === 1 ? '1 password is' : `${String(count)} passwords are`;
}
