import 'reflect-metadata';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Clock } from '../../src/common/clock.js';
import { armFailpoints } from '../../src/common/failpoint.js';
import { ConnectionsService } from '../../src/connections/connections.service.js';
import { Declared } from '../../src/connections/declared.js';
import { KeptInDatabase } from '../../src/connections/kept-connections.js';
import { ConnectionCatalog } from '../../src/connectors/connection-catalog.js';
import { HubPools } from '../../src/database/pools.js';
import { KeyStore, type KeySettings } from '../../src/database/secrets/key-store.js';
import { rotateKeys, type Rotation } from '../../src/database/secrets/rotate-keys.js';
import { auditTrail } from '../access/audit-trail.js';
import { accord } from '../cli/child.js';
import { newMasterKey } from '../support/connected-service.js';
import { migratedDatabase, runFolder, type TestDatabase } from '../support/test-database.js';
import { actor } from '../support/tester.js';

// The machine is shared with the other suites.
jest.setTimeout(120_000);

const SECRETS = 230;

describe('master keys', () => {
  let hub: TestDatabase;
  let pools: HubPools;
  beforeAll(async () => {
    hub = await migratedDatabase();
    pools = new HubPools(hub.url);
  });
  afterEach(() => armFailpoints(null));
  afterAll(async () => {
    await pools.close();
    await hub.drop();
  });

  const folder = (): string => mkdtempSync(join(runFolder(), 'keys-'));
  const clock = new Clock();
  const serviceWith = (store: KeyStore): ConnectionsService =>
    new ConnectionsService(pools, clock, store, new Declared(new ConnectionCatalog(), []));
  const nameOf = (n: number): string => `c${String(n)}`;
  const make = (store: KeyStore, n: number): Promise<unknown> =>
    serviceWith(store).create(
      {
        name: nameOf(n),
        connector: 'postgres',
        host: 'db.example.org',
        database: 'd',
        account: 'a',
        password: `pw-${String(n)}`,
      },
      actor('Ann'),
    );
  const rotate = (store: KeyStore): Promise<Rotation> =>
    rotateKeys(pools.general, store, actor('cli'), () => clock.now());
  /** Every secret, opened with the keys of a store. */
  const allOpen = async (settings: KeySettings): Promise<void> => {
    const kept = new KeptInDatabase(hub.url, new KeyStore(settings));
    const facts = await kept.list();
    for (const { name } of [facts[0]!, facts.at(-1)!, ...facts.slice(90, 110)]) {
      const found = await kept.find(name);
      expect(new URL(found!.config.url).password).toBe(`pw-${name.slice(1)}`);
    }
  };
  const underKeys = async (): Promise<Record<string, number>> => {
    const { rows } = await pools.general.query<{ key: string; n: number }>(
      'select master_key_id as key, count(*)::int as n from secret group by 1',
    );
    return Object.fromEntries(rows.map(({ key, n }) => [key, n]));
  };

  it('are made once beside the embedded server, for the owner’s eyes only, and nowhere else', () => {
    const settings = { ACCORD_DATA_DIR: join(folder(), 'data') };
    const store = new KeyStore(settings);
    expect(store.keys().current).toBeNull();
    store.makeFirst();
    const first = readFileSync(store.file!, 'utf8');
    new KeyStore(settings).makeFirst();
    expect(readFileSync(store.file!, 'utf8')).toBe(first);
    expect(statSync(store.file!).mode & 0o777).toBe(0o600);
    expect(store.keys().ids).toHaveLength(1);

    const foreign = new KeyStore({ ...settings, DATABASE_URL: hub.url });
    foreign.makeFirst();
    expect([foreign.file, foreign.keys().current]).toEqual([null, null]);
    const given = new KeyStore({
      ACCORD_DATA_DIR: join(folder(), 'data'),
      ACCORD_MASTER_KEY: newMasterKey(),
    });
    given.makeFirst();
    expect(() => statSync(given.file!)).toThrow(/ENOENT/);
    writeFileSync(store.file!, 'nonsense');
    expect(() => store.keys()).toThrow(expect.objectContaining({ code: 'secret-unreadable' }));
  });

  it('are rotated while secrets are kept and read; a run that was cut off is finished by the next, and forgets the old key last', async () => {
    const settings = { ACCORD_DATA_DIR: folder() };
    const store = new KeyStore(settings);
    store.makeFirst();
    const old = store.keys().current!.id;
    for (let n = 0; n < SECRETS; n += 10)
      await Promise.all(Array.from({ length: 10 }, (_, i) => make(store, n + i)));

    armFailpoints('keys.page:2:error');
    await expect(rotate(store)).rejects.toThrow(/keys.page/);
    armFailpoints(null);
    const [present] = store.keys().ids;
    expect(store.keys().ids).toEqual([present, old]);
    expect(present).not.toBe(old);
    expect(await underKeys()).toEqual({ [present!]: 200, [old]: 30 });
    await allOpen(settings);

    armFailpoints('keys.page:1:delay=400');
    const rotating = rotate(store);
    const meanwhile = Array.from({ length: 20 }, (_, i) => make(new KeyStore(settings), SECRETS + i));
    const [result] = await Promise.all([rotating, ...meanwhile]);
    expect(result).toMatchObject({
      to: present,
      madeKey: false,
      rewrapped: { [old]: 30 },
      unreadable: [],
      free: [old],
    });
    expect(store.keys().ids).toEqual([present]);
    expect(await underKeys()).toEqual({ [present!]: SECRETS + 20 });
    expect(statSync(store.file!).mode & 0o777).toBe(0o600);
    await allOpen(settings);
    const trail = await auditTrail(pools);
    expect(trail.find(({ action }) => action === 'keys.rotated')).toMatchObject({
      object: present,
      detail: { newKey: false, rewrapped: { [old]: 30 }, unreadable: 0, free: [old] },
    });

    const next = await rotate(store);
    expect(next).toMatchObject({ madeKey: true, rewrapped: { [present!]: SECRETS + 20 }, free: [present] });
    await allOpen(settings);

    // What cannot be read is named, and keeps no other secret from going on; its key stays.
    await pools.general.query(
      `update secret set data_key = set_byte(data_key, 20, 255 - get_byte(data_key, 20)) where connection_id = (select id from connection where name = 'c7')`,
    );
    const broken = await rotate(store);
    expect(broken.unreadable).toEqual([
      { connection: 'c7', why: expect.stringContaining('connection "c7" cannot be read') },
    ]);
    expect(broken.rewrapped).toEqual({ [next.to]: SECRETS + 19 });
    expect(store.keys().ids).toEqual([broken.to, next.to]);
    await pools.general.query(`delete from connection`);
  });

  it('of the environment are rotated by the command line, which says which one can go', async () => {
    const [old, present] = [newMasterKey(), newMasterKey()];
    const ACCORD_DATA_DIR = folder();
    const store = (ACCORD_MASTER_KEY: string): KeyStore =>
      new KeyStore({ ACCORD_DATA_DIR, DATABASE_URL: hub.url, ACCORD_MASTER_KEY });
    for (const n of [1, 2, 3]) await make(store(old), n);
    const run = (keys: string) =>
      accord(['rotate-keys'], { DATABASE_URL: hub.url, ACCORD_MASTER_KEY: keys, ACCORD_DATA_DIR });
    const [to, from] = store(`${present},${old}`).keys().ids;
    const both = await run(`${present},${old}`);
    expect(both).toMatchObject({
      code: 0,
      out: expect.stringContaining(`3 secrets were put under the master key ${to!}`),
    });
    expect(both.out).toContain(`Nothing needs ${from!} any more`);
    expect(await underKeys()).toEqual({ [to!]: 3 });
    expect(both.out + both.err).not.toContain(present);
    const missing = await run(old);
    expect(missing).toMatchObject({
      code: 6,
      out: expect.stringContaining('connection "c1" cannot be read'),
    });
    await pools.general.query(`delete from connection`);
  });
});
