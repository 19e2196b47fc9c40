import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { auditTrail } from '../access/audit-trail.js';
import type { Body } from '../access/body.js';
import {
  ConnectedService,
  everythingIn,
  newMasterKey,
  plainSpec,
  plainTable,
} from '../support/connected-service.js';
import { until } from '../support/until.js';
import { createTestDatabase, migratedDatabase, type TestDatabase } from '../support/test-database.js';

// Engines start, stop and load; the machine is shared with the other suites.
jest.setTimeout(120_000);

const password = `s3cret-${randomUUID()}`;
const another = `other-${randomUUID()}`;

describe('connections that are kept by hand', () => {
  const account = `sync_${randomUUID().slice(0, 8)}`;
  const databases: TestDatabase[] = [];
  const masterKey = newMasterKey();
  let hub: TestDatabase;
  let a: pg.Pool;
  let b: pg.Pool;
  let service: ConnectedService;
  let crm: Record<string, unknown>;
  let declared: Record<string, string>;
  const specs = [
    plainSpec('companies', { a: 'crm', b: 'support' }),
    plainSpec('untouched', { a: 'mirror', b: 'support2' }),
  ];

  beforeAll(async () => {
    hub = await migratedDatabase();
    const sides = await Promise.all(['a', 'b', 'mirror', 'support2'].map(() => createTestDatabase()));
    databases.push(hub, ...sides);
    const [one, two, three, four] = sides as [TestDatabase, TestDatabase, TestDatabase, TestDatabase];
    a = new pg.Pool({ connectionString: one.url, max: 2 });
    b = new pg.Pool({ connectionString: two.url, max: 2 });
    for (const { url } of sides) {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query(plainTable);
      await client.end();
    }
    await a.query(
      `create role ${account} login password '${password}'; alter table t owner to ${account}; create schema accord authorization ${account}`,
    );
    declared = { support: two.url, mirror: three.url, support2: four.url };
    service = await ConnectedService.start(hub, specs, {
      declared,
      variables: { ACCORD_MASTER_KEY: masterKey },
    });
    const { hostname, port, pathname } = new URL(one.url);
    crm = {
      name: 'crm',
      connector: 'postgres',
      label: 'CRM',
      host: hostname,
      port: Number(port),
      database: pathname.slice(1),
      account,
    };
  });
  afterAll(async () => {
    await service.close();
    await a.query(
      `reassign owned by ${account} to current_user; drop owned by ${account}; drop role ${account}`,
    );
    await Promise.all([a.end(), b.end()]);
    await Promise.all(databases.map((database) => database.drop()));
  });

  const runs = (name: string): Promise<string> =>
    until(
      async () => (await (await service.call('GET', `/pipelines/${name}`)).json()).state as string,
      (state) => state === 'running',
      `${name} to run`,
    );
  const flows = async (value: string): Promise<void> => {
    await runs('companies');
    await a.query(`update t set x = $1 where key = 'k1'`, [value]);
    const seen = async (): Promise<string> =>
      (await b.query<{ x: string }>(`select x from t where key = 'k1'`)).rows[0]!.x;
    await until(seen, (x) => x === value, `${value} on the other side`);
  };
  /** The number of each pipeline's lease: another one whenever it was let go and taken, as by a start. */
  const starts = async (): Promise<Readonly<Record<string, string>>> => {
    const { rows } = await service.pools.general.query<{ name: string; token: string }>(
      `select p.name, l.token::text from pipeline p join lease l on l.name = 'sync:' || p.id`,
    );
    return Object.fromEntries(rows.map(({ name, token }) => [name, token]));
  };
  const etag = async (name = 'crm'): Promise<string> =>
    (await service.call('GET', `/connections/${name}`)).headers.get('etag')!;
  const change = async (body: object) =>
    service.call('PATCH', '/connections/crm', body, { 'if-match': await etag() });
  const tested = async (name = 'crm') => (await service.call('POST', `/connections/${name}/test`)).json();
  const stateOf = ({ checks }: { checks: { check: string; state: string }[] }): Record<string, string> =>
    Object.fromEntries(checks.map(({ check, state }) => [check, state]));

  it('are waited for by a pipeline whose file names one that is not there yet', async () => {
    const error = await until(
      () => service.sideError('companies', 'A'),
      (it) => it !== null,
      'an error',
    );
    expect(error).toMatchObject({
      code: 'connection-unknown',
      detail: expect.stringContaining('Settings, Connections'),
    });
  });

  it('name what is wrong with what was given, and keep nothing of it', async () => {
    const wrong = {
      ...crm,
      name: 'Crm!',
      host: 'db.example.org/x?y',
      port: 70_000,
      tls: 'maybe',
      rate: 'fast',
      nonsense: 1,
    };
    const refused = await service.call('POST', '/connections', wrong);
    expect(refused.status).toBe(422);
    const { errors } = await refused.json();
    expect(errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(
      expect.arrayContaining(['/host', '/name', '/nonsense', '/port', '/rate', '/tls']),
    );
    const ip = { ...crm, connector: 'mysql', host: '127.0.0.1', tls: 'verify-full', password };
    expect(await (await service.call('POST', '/connections', ip)).json()).toMatchObject({
      code: 'connection-invalid',
    });
    const taken = await service.call('POST', '/connections', { ...crm, name: 'support' });
    expect([taken.status, (await taken.json()).code]).toEqual([409, 'taken']);
    expect((await service.call('GET', '/connections/crm')).status).toBe(404);
  });

  it('start the pipelines that wait for them, and answer everything but the password', async () => {
    const made = await service.call('POST', '/connections', { ...crm, password });
    expect(made.status).toBe(201);
    const answer = await made.json();
    expect(answer).toMatchObject({
      ...crm,
      origin: 'hand',
      tls: 'disable',
      secret: { setAt: expect.any(String), setBy: 'Ann Tester' },
      pipelines: ['companies'],
    });
    await flows('first');
    expect(await service.sideError('companies', 'A')).toBeNull();
    const { items, canKeepSecrets } = await (await service.call('GET', '/connections')).json();
    expect(canKeepSecrets).toBe(true);
    expect(items.map(({ name, origin }: Record<string, string>) => [name, origin])).toEqual([
      ['crm', 'hand'],
      ['mirror', 'file'],
      ['support', 'file'],
      ['support2', 'file'],
    ]);
    expect(JSON.stringify([answer, items])).not.toContain(password);
    expect(JSON.stringify(items)).not.toContain(new URL(declared.support!).password || '\0');
    expect((await service.call('POST', '/connections', { ...crm, password })).status).toBe(409);
  });

  it('leave their password in no table, and not in the audit log', async () => {
    expect(await everythingIn(hub.url)).not.toContain(password);
    const [created] = await auditTrail(service.pools);
    expect(created).toMatchObject({
      action: 'connection.created',
      object: 'crm',
      detail: { host: crm.host, account, password: 'set' },
    });
  });

  it('are tested: what was looked at, and what the pipelines need', async () => {
    const result = await tested();
    expect(result.ok).toBe(true);
    expect(stateOf(result)).toEqual({
      secret: 'ok',
      reach: 'ok',
      encryption: 'ok',
      'sign-in': 'ok',
      database: 'ok',
      version: 'ok',
      // The server of the tests runs without fsync.
      server: 'warning',
      rights: 'ok',
      clock: 'ok',
      pipeline: 'ok',
    });
    expect(result.checks.find(({ check }: { check: string }) => check === 'version').detail).toMatch(
      /^PostgreSQL \d+/,
    );
    await a.query(`revoke update on t from ${account}; grant update (key) on t to ${account}`);
    const limited = await tested();
    expect(limited).toMatchObject({ ok: false });
    expect(limited.checks.at(-1)).toMatchObject({
      check: 'pipeline',
      pipeline: 'companies',
      state: 'failed',
      code: 'permission-missing',
      detail: expect.stringContaining('not written: x'),
    });
    await a.query(`grant update on t to ${account}`);
    expect((await auditTrail(service.pools))[0]).toMatchObject({
      action: 'connection.tested',
      object: 'crm',
      detail: { ok: false },
    });
    expect(stateOf(await tested('support'))).toMatchObject({ 'sign-in': 'ok', pipeline: 'ok' });
    expect((await service.call('POST', '/connections/nowhere/test')).status).toBe(404);
  });

  it('start their pipelines anew when they change; a wrong password is told by a typed error', async () => {
    expect((await change({ password: another })).status).toBe(200);
    const refused = await until(
      () => service.sideError('companies', 'A'),
      (it) => it !== null,
      'a refusal',
    );
    expect(refused).toMatchObject({ code: 'credentials-refused' });
    const result = await tested();
    expect(stateOf(result)).toMatchObject({
      reach: 'ok',
      'sign-in': 'failed',
      version: 'skipped',
      clock: 'skipped',
    });
    expect(result.checks.find(({ state }: { state: string }) => state === 'failed')).toMatchObject({
      code: 'credentials-refused',
      fix: 'Check account and password.',
    });
    expect((await change({ password, label: 'Sales' })).status).toBe(200);
    await flows('second');
    expect((await (await service.call('GET', '/pipelines/companies')).json()).sides.A.label).toBe('Sales');
    expect((await auditTrail(service.pools))[0]!.detail).toEqual({
      label: { from: 'CRM', to: 'Sales' },
      password: 'set',
    });
  });

  it('leave every other pipeline alone when they change', async () => {
    await flows('before');
    await runs('untouched');
    const before = await starts();
    expect((await change({ description: 'of the sales department' })).status).toBe(200);
    const after = await until(starts, (now) => now.companies !== before.companies, 'companies to start anew');
    await flows('after');
    expect(await starts()).toEqual({ companies: after.companies, untouched: before.untouched });
  });

  it('are changed by whoever has seen how they are, and only then', async () => {
    const old = await etag();
    expect((await change({ description: 'sales', rate: '5000/s' })).status).toBe(200);
    const stale = await service.call('PATCH', '/connections/crm', { label: 'x' }, { 'if-match': old });
    expect([stale.status, (await stale.json()).code]).toEqual([412, 'stale']);
    expect((await service.call('PATCH', '/connections/crm', { label: 'x' })).status).toBe(428);
    expect((await change({ name: 'other' })).status).toBe(422);
    const nulls = await (await change({ host: null })).json();
    expect(nulls).toMatchObject({ code: 'invalid', errors: [{ pointer: '/host' }] });
    const file = await service.call('PATCH', '/connections/support', { label: 'x' }, { 'if-match': '"1"' });
    expect([file.status, (await file.json()).code]).toEqual([409, 'connection-declared']);
  });

  it('send a password that is kept to nobody else: with another destination it must be given again', async () => {
    const host = crm.host === 'localhost' ? '127.0.0.1' : 'localhost';
    for (const elsewhere of [{ host }, { port: 1 }, { account: 'admin' }, { tls: 'require' }]) {
      const refused = await change(elsewhere);
      expect([refused.status, (await refused.json()).errors]).toEqual([
        422,
        [{ pointer: '/password', code: 'password-again', detail: expect.stringContaining('given again') }],
      ]);
    }
    expect((await change({ host, password })).status).toBe(200);
    await flows('third');
    // Written past the API, it does not help either: the secret is bound to where it was meant to go.
    await service.pools.general.query(`update connection set host = $1, rev = rev + 1 where name = 'crm'`, [
      crm.host,
    ]);
    expect(stateOf(await tested())).toMatchObject({ secret: 'failed', reach: 'skipped' });
    await service.pools.general.query(`update connection set host = $1, rev = rev + 1 where name = 'crm'`, [
      host,
    ]);
    expect(stateOf(await tested())).toMatchObject({ secret: 'ok', pipeline: 'ok' });
  });

  it('are tried out as they would be, and nothing of that is kept', async () => {
    const attempt = async (path: string, body?: object): Promise<[number, Body]> => {
      const answer = await service.call('POST', `/connections${path}/test`, body);
      return [answer.status, await answer.json()];
    };
    const unsaved = { ...crm, name: 'unsaved' };
    const [, wrong] = await attempt('', { ...unsaved, password: another });
    expect(stateOf(wrong)).toMatchObject({ reach: 'ok', 'sign-in': 'failed', database: 'skipped' });
    const { host, port, database } = crm;
    expect((await auditTrail(service.pools))[0]).toMatchObject({
      action: 'connection.tested',
      object: 'unsaved',
      detail: {
        ok: false,
        unsaved: { connector: 'postgres', host, port, database, account, tls: 'disable' },
      },
    });
    const [, right] = await attempt('', { ...unsaved, password });
    expect(right.ok).toBe(true);
    expect((await service.call('GET', '/connections/unsaved')).status).toBe(404);

    const before = await etag();
    expect(stateOf((await attempt('/crm', { database: 'nowhere' }))[1])).toMatchObject({
      'sign-in': 'ok',
      database: 'failed',
    });
    expect((await attempt('/crm', { port: 1 }))[0]).toBe(422);
    expect(stateOf((await attempt('/crm', { port: 1, password }))[1])).toMatchObject({ reach: 'failed' });
    expect(stateOf((await attempt('/crm', { password: another }))[1])).toMatchObject({ 'sign-in': 'failed' });
    expect(stateOf((await attempt('/crm'))[1])).toMatchObject({ 'sign-in': 'ok', pipeline: 'ok' });
    expect(await etag()).toBe(before);
    expect((await attempt('/support', { label: 'x' }))[1].code).toBe('connection-declared');
    expect((await attempt('/nobody', { label: 'x' }))[0]).toBe(404);
    expect((await attempt('', { ...unsaved, host: 'a b' }))[1]).toMatchObject({
      errors: [{ pointer: '/host' }],
    });
    const all = await everythingIn(hub.url);
    expect(all).not.toContain(another);
  });

  it('are not removed while a pipeline uses them', async () => {
    const used = await service.call('DELETE', '/connections/crm');
    expect([used.status, await used.json()]).toMatchObject([
      409,
      { code: 'connection-in-use', pipelines: ['companies'] },
    ]);
    expect((await (await service.call('DELETE', '/connections/support')).json()).code).toBe(
      'connection-declared',
    );
    expect((await service.call('POST', '/connections', { ...crm, name: 'spare' })).status).toBe(201);
    expect((await (await service.call('GET', '/connections/spare')).json()).secret).toBeNull();
    expect((await service.call('DELETE', '/connections/spare')).status).toBe(204);
    expect((await service.call('GET', '/connections/spare')).status).toBe(404);
    expect((await auditTrail(service.pools))[0]).toMatchObject({
      action: 'connection.removed',
      object: 'spare',
    });
    await flows('fourth');
  });

  it('stop their own pipelines and no others where the master key is another one or missing', async () => {
    await service.close();
    const x = async () => (await b.query<{ x: string }>(`select x from t where key = 'k1'`)).rows[0]!.x;
    for (const [variables, code] of [
      [{ ACCORD_MASTER_KEY: newMasterKey() }, 'master-key-unknown'],
      [{}, 'master-key-missing'],
    ] as const) {
      service = await ConnectedService.start(hub, specs, {
        declared,
        variables: variables,
      });
      const error = await until(
        () => service.sideError('companies', 'A'),
        (it) => it?.code === code,
        code,
      );
      expect(error!.detail).toContain('password of connection "crm" cannot be read');
      await until(
        async () => (await (await service.call('GET', '/pipelines/untouched')).json()).state,
        (state) => state === 'running',
        'the other pipeline',
      );
      expect(await service.sideError('untouched', 'A')).toBeNull();
      expect(stateOf(await tested())).toMatchObject({ secret: 'failed', reach: 'skipped' });
      if (code === 'master-key-missing') {
        const refused = await service.call('POST', '/connections', { ...crm, name: 'more', password });
        expect([refused.status, await refused.json()]).toMatchObject([
          503,
          { code, detail: expect.stringContaining('ACCORD_MASTER_KEY') },
        ]);
        expect((await (await service.call('GET', '/connections')).json()).canKeepSecrets).toBe(false);
      }
      await service.close();
    }
    expect(await x()).toBe('fourth');
    service = await ConnectedService.start(hub, specs, {
      declared,
      variables: { ACCORD_MASTER_KEY: masterKey },
    });
    await flows('fifth');
  });
});
