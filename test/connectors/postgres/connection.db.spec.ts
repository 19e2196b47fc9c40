import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PostgresConnector } from '../../../src/connectors/postgres/connector.js';
import { translated } from '../../../src/connectors/postgres/server-error.js';
import type { ConnectionConfig } from '../../../src/connectors/connector.js';
import { connectorOf } from '../../../src/connectors/registry.js';
import { createSide, drain, uniqueRole, type Side } from './side.js';

describe('a connection', () => {
  let side: Side;
  const role = uniqueRole('sync');
  beforeAll(async () => {
    side =
      await createSide(`create table company (id int primary key, name text); create table keyless (name text);
      create table loose (a int unique, b int not null unique); create schema sales; create table sales."Odd ""name""" ("Id" uuid primary key, "a.b" text);
      create view shown as select * from company; create table hidden (id int primary key);
      create table parted (id int primary key, v text) partition by range (id); create table parted_1 partition of parted for values from (0) to (100);
      create role ${role} login password 'right'; grant select, update on company, loose to ${role}`);
  });
  afterAll(async () => {
    await side.sql(`drop owned by ${role}; drop role ${role}`);
    await side.close();
  });

  const as = (change: (url: URL) => void): string => {
    const url = new URL(side.url);
    change(url);
    return url.href;
  };
  const config = (url: string, tls: ConnectionConfig['tls'] = null): ConnectionConfig => ({
    name: 'crm',
    label: 'CRM',
    url,
    tls,
    clientName: 'accord test',
  });
  const check = async (url: string, tls: ConnectionConfig['tls'] = null): Promise<unknown> => {
    const connection = await new PostgresConnector().open(config(url, tls));
    try {
      return await connection.check();
    } finally {
      await connection.close();
    }
  };
  const limited = (): Promise<Awaited<ReturnType<Side['connect']>>> =>
    side.connect(
      as((url) => {
        url.username = role;
        url.password = 'right';
      }),
    );

  it('does not repeat what code of its own says of a row', async () => {
    const error: unknown = await side
      .sql(`do $$ begin raise exception using errcode = '58000', message = 'corrupt Eve'; end $$`)
      .catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('Eve');
    const told = translated(error, 'writing');
    expect(told).toMatchObject({ code: 'side-failed', details: { sqlState: '58000' } });
    expect(told.message).not.toContain('Eve');
  });

  it('says what it reached: version, identity, account, the clock’s offset', async () => {
    const info = await side.connection.check();
    expect(info).toMatchObject({ system: 'PostgreSQL', account: expect.any(String) });
    expect(info.identity).toMatch(/^\d+:[0-9a-f]{8}:\d+$/);
    expect(Math.abs(info.clockOffsetMs)).toBeLessThan(50 + info.clockErrorMs);
    expect(info.clockErrorMs).toBeLessThan(1000);
    expect((await side.connection.check()).identity).toBe(info.identity);
  });

  it('warns, with the statement that helps, where the account may not make a schema', async () => {
    const { missingRights } = await (await limited()).check();
    expect(missingRights.map(({ grant }) => grant).join('\n')).toContain(
      `CREATE SCHEMA accord AUTHORIZATION "${role}"`,
    );
  });

  it('names what is wrong when it cannot connect', async () => {
    await expect(check('postgresql://a@127.0.0.1:1/x')).rejects.toMatchObject({
      code: 'side-unreachable',
      retryable: true,
    });
    await expect(check('postgresql://a@no-such-host.invalid/x')).rejects.toMatchObject({
      code: 'side-unreachable',
    });
    await expect(check(as((url) => void (url.pathname = '/nothing')))).rejects.toMatchObject({
      code: 'database-unknown',
      retryable: false,
    });
    await expect(check(as((url) => void (url.pathname = '/nothing')))).rejects.toThrow(/nothing/);
    await expect(check(side.url, { mode: 'require' })).rejects.toMatchObject({ code: 'tls-unavailable' });
    for (const url of [
      'nonsense',
      'http://x/y',
      'postgresql://host',
      'postgresql://h/d?sslmode=prefer',
      'postgresql://h/d?pool=3',
    ]) {
      await expect(check(url)).rejects.toMatchObject({ code: 'connection-invalid' });
    }
  });

  it('gives up on a peer that accepts and never answers', async () => {
    const server = createServer((socket) => setTimeout(() => socket.destroy(), 300));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address() as { port: number };
    await expect(check(`postgresql://a@127.0.0.1:${address.port}/x`)).rejects.toMatchObject({
      code: 'side-unreachable',
    });
    await new Promise((resolve) => server.close(resolve));
  });

  it('survives that its sessions are killed while it does nothing', async () => {
    const endpoint = await side.open({ object: 'company', columns: ['name'], capture: { mode: 'snapshot' } });
    await endpoint.estimate();
    await side.sql(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'accord test' and datname = current_database()`,
    );
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await endpoint.fetch(['1'])).toMatchObject({ states: [] });
  });

  it('discovers tables and views with their keys and fields', async () => {
    const found = new Map((await side.connection.discover()).map((each) => [each.object, each]));
    expect([...found.keys()]).toEqual(
      expect.arrayContaining(['public.company', 'public.shown', 'sales.Odd "name"']),
    );
    expect(found.get('public.company')?.key).toEqual(['id']);
    expect(found.get('public.loose')?.key).toEqual(['b']);
    expect(found.get('public.keyless')?.key).toEqual([]);
  });

  it('finds a table by its bare name or with its schema, whatever its name', async () => {
    const odd = await side.open({ object: 'sales.Odd "name"', columns: ['a.b'], consumer: 'odd/A' });
    await odd.install();
    const start = await odd.now();
    await side.sql(`insert into sales."Odd ""name""" values ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'v')`);
    expect((await drain(odd, start)).entries).toMatchObject([
      { id: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', after: { 'a.b': 'v' } },
    ]);
    await odd.uninstall();
  });

  it('refuses by name what it cannot open', async () => {
    const open = (object: string, columns: string[], mode: 'log' | 'snapshot' = 'snapshot') =>
      side.open({ object, columns, capture: { mode } });
    await expect(open('nowhere', [])).rejects.toMatchObject({
      code: 'object-unknown',
      message: expect.stringContaining('nowhere'),
    });
    await expect(open('company', ['nome'])).rejects.toMatchObject({
      code: 'field-unknown',
      message: expect.stringMatching(/nome.*id, name/),
    });
    await expect(open('keyless', ['name'])).rejects.toMatchObject({ code: 'key-missing' });
    await expect(open('shown', ['name'])).rejects.toMatchObject({ code: 'key-missing' });
    await expect((await open('parted', ['v'], 'log')).install()).rejects.toMatchObject({
      code: 'object-unsupported',
      message: expect.stringContaining('polling'),
    });
  });

  it('names the grant that is missing', async () => {
    const connection = await limited();
    const open = (object: string, mode: 'log' | 'snapshot' = 'snapshot') =>
      connection.endpoint({ consumer: 'x/A', object, columns: [], capture: { mode } });
    await expect(open('hidden')).rejects.toMatchObject({
      code: 'permission-missing',
      message: expect.stringContaining(`GRANT SELECT ON "public"."hidden" TO "${role}";`),
    });
    await expect((await open('company', 'log')).install()).rejects.toMatchObject({
      code: 'permission-missing',
      message: expect.stringMatching(/GRANT "\w+" TO "sync_/),
    });
    const endpoint = await connection.endpoint({
      consumer: 'x/A',
      object: 'company',
      columns: ['name'],
      capture: { mode: 'snapshot' },
    });
    await expect(
      endpoint.write({
        id: '1',
        items: [
          { op: 'create', id: '1', set: { name: 'x' } },
          { op: 'delete', id: '2', expect: {} },
        ],
      }),
    ).rejects.toMatchObject({
      code: 'permission-missing',
      message: expect.stringMatching(/GRANT (DELETE, INSERT|INSERT, DELETE) ON "public"\."company"/),
    });
  });

  it('captures by log as an account that owns the table and the schema, and nothing more', async () => {
    await side.sql(`create table owned (id int primary key, v text); alter table owned owner to ${role}; create schema accord authorization ${role};
      create role ${role}_app; grant insert, update on owned to ${role}_app`);
    const connection = await limited();
    const endpoint = await connection.endpoint({
      consumer: 'x/A',
      object: 'owned',
      columns: ['v'],
      capture: { mode: 'log' },
    });
    await endpoint.install();
    const start = await endpoint.now();
    // An application with no right on the log writes to the table.
    await side.sql(`begin; set local role ${role}_app; insert into owned values (1, 'x'); commit`);
    expect((await drain(endpoint, start)).entries).toMatchObject([{ op: 'insert', after: { v: 'x' } }]);
    await expect(side.sql(`begin; set local role ${role}_app; select * from accord.capture`)).rejects.toThrow(
      /permission denied/,
    );
    await side.sql('rollback');
    await endpoint.uninstall();
    await side.sql(`drop table owned; drop owned by ${role}_app; drop role ${role}_app`);
  });

  it('is one of the connectors that a pipeline may name', () => {
    expect(connectorOf('postgres').kind).toBe('postgres');
    expect(() => connectorOf('oracle')).toThrow(/oracle.*postgres/);
  });
});
