import 'reflect-metadata';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { masterKeys } from '../../src/cli/doctor/master-keys.js';
import { Clock } from '../../src/common/clock.js';
import { ConnectionsService } from '../../src/connections/connections.service.js';
import { Declared } from '../../src/connections/declared.js';
import { ConnectionCatalog } from '../../src/connectors/connection-catalog.js';
import { HubPools } from '../../src/database/pools.js';
import { KeyStore, type KeySettings } from '../../src/database/secrets/key-store.js';
import { newMasterKey } from '../support/connected-service.js';
import {
  createTestDatabase,
  migratedDatabase,
  runFolder,
  type TestDatabase,
} from '../support/test-database.js';
import { actor } from '../support/tester.js';

describe('accord doctor on master keys', () => {
  const [old, present, other] = [newMasterKey(), newMasterKey(), newMasterKey()];
  let hub: TestDatabase;
  let pools: HubPools;
  const given = (...keys: string[]): KeySettings => ({
    DATABASE_URL: hub.url,
    ACCORD_DATA_DIR: '',
    ...(keys.length > 0 && { ACCORD_MASTER_KEY: keys.join(',') }),
  });
  const idOf = (key: string): string => new KeyStore(given(key)).keys().toEncrypt().id;
  const keep = async (name: string, key: string): Promise<void> => {
    const declared = new Declared(new ConnectionCatalog(), []);
    const service = new ConnectionsService(pools, new Clock(), new KeyStore(given(key)), declared);
    const where = { connector: 'postgres', host: 'db.example.org', database: 'd', account: 'a' } as const;
    await service.create({ name, ...where, password: `pw-${name}` }, actor('Ann'));
  };

  beforeAll(async () => {
    hub = await migratedDatabase();
    pools = new HubPools(hub.url);
  });
  afterAll(async () => {
    await pools.close();
    await hub.drop();
  });

  it('says nothing of them where there is neither a key nor a password, nor a schema', async () => {
    expect(await masterKeys(given(), hub)).toEqual([expect.objectContaining({ state: 'skipped' })]);
    const empty = await createTestDatabase();
    expect(await masterKeys(given(present), empty)).toEqual([expect.objectContaining({ state: 'skipped' })]);
    await empty.drop();
  });

  it('counts the passwords that can be read, and warns of keys that are needed still or no more', async () => {
    await keep('crm', old);
    await keep('support', present);
    expect(await masterKeys(given(old, present), hub)).toEqual([
      {
        what: 'master keys',
        state: 'ok',
        detail: `${idOf(old)} encrypts; 2 passwords are kept, and can be read`,
      },
      expect.objectContaining({
        state: 'warning',
        detail: expect.stringContaining(`still needed: ${idOf(present)}`),
      }),
    ]);
    const findings = await masterKeys(given(present, old, other), hub);
    expect(findings.map(({ state }) => state)).toEqual(['ok', 'warning', 'warning']);
    expect(findings[1]).toMatchObject({
      detail: `older ones are still needed: ${idOf(old)}`,
      fix: expect.stringContaining('accord rotate-keys'),
    });
    expect(findings[2]).toMatchObject({
      detail: `nothing is encrypted under ${idOf(other)}`,
      fix: expect.stringContaining('ACCORD_MASTER_KEY'),
    });
    expect(JSON.stringify(findings)).not.toMatch(/pw-/);
  });

  it('names each connection whose password does not open, and what to do about it', async () => {
    expect(await masterKeys(given(present), hub)).toEqual([
      {
        what: 'connection crm',
        state: 'fault',
        detail: expect.stringMatching(new RegExp(`master key ${idOf(old)}.*\\(master-key-unknown\\)`)),
        fix: expect.stringContaining('ACCORD_MASTER_KEY'),
      },
    ]);
    const none = await masterKeys(given(), hub);
    expect(none.map(({ what, state }) => [what, state])).toEqual([
      ['connection crm', 'fault'],
      ['connection support', 'fault'],
    ]);
    expect(none[0]!.detail).toContain('master-key-missing');
    await pools.general.query(`update connection set host = 'elsewhere.example.org' where name = 'support'`);
    expect(await masterKeys(given(present, old), hub)).toContainEqual({
      what: 'connection support',
      state: 'fault',
      detail: expect.stringContaining('(secret-unreadable)'),
      fix: expect.stringContaining('Set the password again'),
    });
  });

  it('looks at the file beside the embedded server: whether it holds keys, and who may read it', async () => {
    const settings = { ACCORD_DATA_DIR: mkdtempSync(join(runFolder(), 'doctor-keys-')) };
    const { file } = new KeyStore(settings);
    writeFileSync(file!, `${old}\n${present}\n`, { mode: 0o644 });
    chmodSync(file!, 0o644);
    expect(await masterKeys(settings, hub)).toContainEqual({
      what: 'master keys',
      state: 'warning',
      detail: `${file!} can be read by others than its owner`,
      fix: `chmod 600 ${file!}`,
    });
    writeFileSync(file!, 'no key\n');
    expect(await masterKeys(settings, hub)).toEqual([
      expect.objectContaining({ state: 'fault', fix: `Put your copy of ${file!} back` }),
    ]);
    rmSync(file!);
    expect(await masterKeys(settings, hub)).toEqual(
      ['crm', 'support'].map((name) =>
        expect.objectContaining({
          what: `connection ${name}`,
          state: 'fault',
          detail: expect.stringContaining('(master-key-missing)'),
          fix: expect.stringContaining(`your copy of ${file!}`),
        }),
      ),
    );
  });
});
