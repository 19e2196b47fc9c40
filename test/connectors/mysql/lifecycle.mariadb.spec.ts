import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Endpoint } from '../../../src/connectors/connector.js';
import { connectorOf } from '../../../src/connectors/registry.js';
import { certificates, mariaServerUrl, onServer } from '../../support/mariadb.js';
import { batchId, committed, createSide, drain, type Side } from './side.js';

describe('capture of a MariaDB table, from its installation to its end', () => {
  let side: Side;
  let schema: string;
  beforeAll(async () => {
    side = await createSide();
    schema = `accord_${side.name}`;
  });
  afterAll(() => side.close());

  /** A table of its own, captured. */
  const captured = async (table: string, columns = ['name', 'city']): Promise<Endpoint> => {
    await side.sql(
      `create table ${table} (id int primary key auto_increment, name varchar(40), city varchar(40)); insert into ${table} (name) values ('one'), ('two')`,
    );
    const endpoint = await side.open({ object: table, columns, consumer: `${table}/B` });
    await endpoint.install();
    return endpoint;
  };
  const objects = async () =>
    (
      await side.sql(
        `select table_name as name from information_schema.tables where table_schema = ? union select trigger_name from information_schema.triggers where trigger_schema = database() and trigger_name like 'accord%' order by 1`,
        [schema],
      )
    ).map(({ name }) => name);

  it('installs from several processes at once, and leaves nothing behind when the last pipeline goes', async () => {
    await side.sql(
      `create table person (id int primary key, name varchar(40), city varchar(40), who varchar(40))`,
    );
    const [one, two] = await Promise.all([
      side.open({ object: 'person', columns: ['name'], consumer: 'one/B', actorColumn: 'who' }),
      side.open({ object: 'person', columns: ['city'], consumer: 'two/B' }),
    ]);
    await Promise.all([one.install(), two.install(), one.install(), two.install()]);
    const start = await one.now();
    const theirs = await two.now();
    await side.sql(`insert into person values (1, 'Ann', 'Bern', 'integration: billing')`);
    await side.sql(
      `set @accord_actor = 'Ada'; update person set name = 'Bob', city = 'Rom'; set @accord_actor = null`,
    );
    const seen = await drain(one, start);
    expect(seen.entries).toMatchObject([
      { op: 'insert', after: { name: 'Ann' }, by: { kind: 'integration', name: 'billing' } },
      { op: 'update', before: { name: 'Ann' }, after: { name: 'Bob' }, by: { kind: 'person', name: 'Ada' } },
    ]);
    expect(seen.entries[1]?.after).toEqual({ name: 'Bob' });
    expect(Math.abs((seen.entries[0]?.at ?? 0) - Date.now())).toBeLessThan(60_000);
    // A write of one is news for the other, and not for itself.
    committed(
      await one.write({
        id: batchId(),
        items: [{ op: 'update', id: '1', set: { name: 'ours' }, expect: { name: 'Bob' } }],
      }),
    );
    committed(
      await two.write({
        id: batchId(),
        items: [{ op: 'update', id: '1', set: { city: 'theirs' }, expect: {} }],
      }),
    );
    expect((await drain(one, seen.cursor)).entries).toEqual([]);
    expect((await drain(two, theirs)).entries.map(({ after }) => after)).toEqual([
      { city: 'Bern' },
      { city: 'Rom' },
    ]);
    const third = await side.open({
      object: 'person',
      columns: ['name'],
      consumer: 'three/B',
      actorColumn: 'city',
    });
    await expect(third.install()).rejects.toMatchObject({ code: 'capture-conflict' });
    await third.uninstall();
    await one.uninstall();
    expect((await objects()).length).toBeGreaterThan(0);
    await two.uninstall();
    expect(await objects()).toEqual([]);
    expect(
      await side.sql(`select 1 from information_schema.schemata where schema_name = ?`, [schema]),
    ).toEqual([]);
    await side.sql(`insert into person values (2, 'after', null, null)`);
  });

  it('reports TRUNCATE as a gap and never as deletions; an ordinary emptying is deletions', async () => {
    const endpoint = await captured('emptied');
    const start = await endpoint.now();
    await side.sql(`delete from emptied`);
    const deleted = await drain(endpoint, start);
    expect(deleted.entries.map(({ op }) => op)).toEqual(['delete', 'delete']);
    expect(deleted.gaps).toEqual([]);
    await side.sql(`insert into emptied (name) values ('three')`);
    const filled = await drain(endpoint, deleted.cursor);
    await side.sql(`truncate table emptied`);
    const truncated = await drain(endpoint, filled.cursor);
    expect([truncated.gaps, truncated.entries]).toEqual([['truncated'], []]);
    // Filled again at once: the numbers have gone back.
    await side.sql(`insert into emptied (name) values ('a'), ('b'), ('c')`);
    const again = await drain(endpoint, truncated.cursor);
    await side.sql(`truncate table emptied`);
    await side.sql(`insert into emptied (name) values ('d')`);
    const refilled = await drain(endpoint, again.cursor);
    expect(refilled.gaps).toEqual(['truncated']);
    expect((await drain(endpoint, refilled.cursor)).gaps).toEqual([]);
    await endpoint.uninstall();
  });

  it('never breaks a statement of the customer when a captured column goes, and says so', async () => {
    const endpoint = await captured('altered');
    const start = await endpoint.now();
    await side.sql(`alter table altered add column more int, rename column city to town`);
    await side.sql(`update altered set name = 'goes on' where id = 1`);
    const lost = await drain(endpoint, start);
    expect(lost.gaps).toEqual(['schema-changed']);
    expect((await endpoint.drift())?.fields).toEqual({
      city: expect.stringMatching(/dropped or renamed; new are: town, more/),
    });
    await expect(side.open({ object: 'altered', columns: ['city'] })).rejects.toMatchObject({
      code: 'field-unknown',
    });
    const left = await side.open({
      object: 'altered',
      columns: ['name', 'city'],
      consumer: 'altered/B',
      leaveOutAbsent: true,
    });
    expect(Object.keys(left.absent)).toEqual(['city']);
    await left.install();
    const cursor = await left.now();
    await side.sql(`update altered set name = 'logged again' where id = 2`);
    expect((await drain(left, cursor)).entries.map(({ after }) => after)).toEqual([{ name: 'logged again' }]);
    await side.sql(
      `alter table altered rename column town to city, modify name varchar(60) collate utf8mb4_bin not null`,
    );
    expect((await left.drift())?.fields).toMatchObject({
      city: 'The column "city" is there again',
      name: expect.stringContaining('varchar(60)'),
    });
    await left.uninstall();
  });

  it('arms triggers again that somebody dropped, with a gap for everyone', async () => {
    const endpoint = await captured('disarmed');
    const other = await side.open({ object: 'disarmed', columns: ['name'], consumer: 'other/B' });
    await other.install();
    const [mine, theirs] = [await endpoint.now(), await other.now()];
    const [trigger] = await side.sql(
      `select trigger_name as name from information_schema.triggers where event_object_schema = database() and event_object_table = 'disarmed' and event_manipulation = 'UPDATE'`,
    );
    await side.sql(`drop trigger ${String(trigger?.name)}`);
    await side.sql(`update disarmed set name = 'unseen' where id = 1`);
    expect(await endpoint.hasNews(mine)).toBe(true);
    const found = await drain(endpoint, mine);
    expect(found.gaps).toEqual(['schema-changed']);
    expect((await drain(other, theirs)).gaps).toEqual(['log-capped']);
    await side.sql(`update disarmed set name = 'seen' where id = 1`);
    expect((await drain(endpoint, found.cursor)).entries.map(({ after }) => after)).toEqual([
      { name: 'seen' },
    ]);
    await other.uninstall();
    await endpoint.uninstall();
  });

  it('goes on where somebody dropped the log, and tells that it lost ground', async () => {
    const endpoint = await captured('unlogged');
    const start = await endpoint.now();
    await side.sql(`drop database ${schema}`);
    await side.sql(`update unlogged set name = 'goes on' where id = 1`);
    await expect(endpoint.changes(start, 10)).rejects.toMatchObject({ code: 'capture-missing' });
    await endpoint.install();
    expect((await drain(endpoint, start)).gaps).toEqual(['cursor-lost']);
    await endpoint.uninstall();
  });

  it('tells a log that was restored to an earlier state, and one that was purged for want of a reader', async () => {
    const endpoint = await captured('restored');
    const lazy = await side.open({ object: 'restored', columns: ['name'], consumer: 'lazy/B' });
    await lazy.install();
    const [start, old] = [await endpoint.now(), await lazy.now()];
    for (let i = 0; i < 3; i++) await side.sql(`update restored set name = ? where id = 1`, [`${i}`]);
    const { cursor } = await drain(endpoint, start);
    await endpoint.purge({ cursor, batchesBefore: null });
    expect((await drain(lazy, old)).entries).toHaveLength(3);
    await side.sql(
      `update ${schema}.consumer set seen_at = now() - interval 8 day where consumer = 'lazy/B'`,
    );
    await side.sql(`update restored set name = 'kept' where id = 1`);
    await endpoint.purge({ cursor, batchesBefore: null });
    expect((await drain(lazy, old)).gaps).toEqual(['log-capped']);
    const kept = await drain(endpoint, cursor);
    expect(kept.entries.map(({ after }) => after)).toEqual([{ name: 'kept' }]);
    const [log] = await side.sql(
      `select concat('log_', id) as name from ${schema}.capture where table_name = 'restored'`,
    );
    await side.sql(
      `delete from ${schema}.${String(log?.name)}; alter table ${schema}.${String(log?.name)} auto_increment = 1; update ${schema}.capture set floor = 0`,
    );
    expect((await drain(endpoint, kept.cursor)).gaps).toEqual(['restored']);
    await lazy.uninstall();
    await endpoint.uninstall();
  });

  it('stops at its limit instead of filling the disk, and starts again once nobody can have been missed', async () => {
    const endpoint = await captured('limited');
    const start = await endpoint.now();
    const [log] = await side.sql(
      `select concat('${schema}.log_', id) as name from ${schema}.capture where table_name = 'limited'`,
    );
    const name = String(log?.name);
    const kept = async () => (await side.sql(`select cast(count(*) as char) as n from ${name}`))[0]?.n;
    await side.sql(`update limited set city = concat(coalesce(city, ''), '.') where id = 1; `.repeat(9));
    const read = await drain(endpoint, start);
    await side.sql(`alter table ${name} auto_increment = 4000001`);
    const late = await side.user.getConnection();
    const older = await side.user.getConnection();
    for (const one of [late, older]) await one.query(`start transaction with consistent snapshot`);
    await side.sql(`update limited set name = concat(name, '!'), city = 'not logged'`);
    await late.query(`update limited set city = 'late' where id = 2`);
    expect(await kept()).toBe('9');
    expect(await endpoint.hasNews(read.cursor)).toBe(true);
    // Who has no entry may still commit: until then it cannot be told what there is to read.
    await expect(drain(endpoint, read.cursor)).rejects.toMatchObject({ code: 'side-busy' });
    // Nobody waits for that.
    await side.sql(`update limited set name = 'meanwhile' where id = 1`);
    await late.query('commit');
    // What was read before makes no room that would hide that something was left out.
    await endpoint.purge({ cursor: read.cursor, batchesBefore: null });
    const first = await drain(endpoint, read.cursor);
    expect(first).toMatchObject({ entries: [], gaps: ['log-capped'] });
    // Nobody can read any more what came before, also where another has not been heard of.
    await endpoint.purge({ cursor: start, batchesBefore: null });
    expect(await kept()).toBe('0');
    // Also those that began before that are logged again.
    await side.sql(`update limited set name = 'again' where id = 1`);
    await older.query(`insert into limited (name) values ('too')`);
    await older.query('commit');
    for (const one of [late, older]) one.release();
    const second = await drain(endpoint, first.cursor);
    const edits = [{ after: { name: 'again' } }, { after: { name: 'too', city: null } }];
    expect(second).toMatchObject({ gaps: [], entries: edits });
    await endpoint.purge({ cursor: second.cursor, batchesBefore: null });
    expect(await kept()).toBe('0');
    await endpoint.uninstall();
  });

  it('refuses by name what it could not keep its promises for', async () => {
    await side.sql(`create table parent (id int primary key); create table nulled (id int primary key, parent int, name text, foreign key (parent) references parent (id) on delete set null);
      create table child (id int primary key, parent int not null, name text, foreign key (parent) references parent (id) on delete cascade);
      create table flat (id int primary key, name text) engine = MyISAM; create table keyless (name text, half varchar(200), unique (half(10))); create view looked as select * from parent;
      create table floating (f double primary key)`);
    const open = (object: string, columns = ['name']) => side.open({ object, columns });
    const nulled = await open('nulled', ['parent']);
    await expect(nulled.install()).rejects.toMatchObject({
      code: 'object-unsupported',
      message: expect.stringContaining('parent'),
    });
    // What goes with its parent goes without a trigger: deletions are looked for instead.
    expect((await open('child')).capabilities.reportsDeletes).toBe(false);
    expect((await open('nulled')).capabilities.reportsDeletes).toBe(true);
    await expect(open('flat')).rejects.toMatchObject({
      code: 'object-unsupported',
      message: expect.stringContaining('MyISAM'),
    });
    await expect(open('looked', [])).rejects.toMatchObject({ code: 'object-unsupported' });
    await expect(open('keyless')).rejects.toMatchObject({ code: 'key-missing' });
    await expect(open('floating', [])).rejects.toMatchObject({ code: 'field-unsupported' });
    await expect(open('missing')).rejects.toMatchObject({ code: 'object-unknown' });
    await expect(open('child', ['nam'])).rejects.toMatchObject({
      code: 'field-unknown',
      message: expect.stringContaining('name'),
    });
    expect((await side.connection.discover()).map(({ object }) => object)).toContain(`${side.name}.keyless`);
  });

  it('works as an account with the documented grants, and says which one is missing', async () => {
    await side.sql(
      `create table granted (id int primary key auto_increment, name varchar(40), secret varchar(40)); insert into granted (name) values ('one'), ('one')`,
    );
    const account = `u_${side.name}`;
    const admin = (sql: string) => onServer((db) => db.query(sql));
    await admin(`create user ${account}@'%' identified by 'right'`);
    const url = new URL(side.url);
    url.username = account;
    url.password = 'right';
    const connection = await side.connect(url.href);
    const open = () =>
      connection.endpoint({
        consumer: 'granted/B',
        object: 'granted',
        columns: ['name', 'secret'],
        capture: { mode: 'log' },
      });
    await expect(connection.check()).rejects.toMatchObject({
      code: expect.stringMatching(/permission-missing|database-unknown/),
    });
    await admin(`grant select, insert, delete, update (name) on ${side.name}.granted to ${account}@'%'`);
    const again = await side.connect(url.href);
    expect((await again.check()).missingRights.map(({ grant }) => grant).join()).toContain(
      `GRANT CREATE, DROP, SELECT, INSERT, UPDATE, DELETE ON \`${schema}\`.*`,
    );
    await expect((await open()).install()).rejects.toMatchObject({
      code: 'permission-missing',
      details: { grant: expect.stringContaining(schema) },
    });
    await admin(`grant create, drop, select, insert, update, delete on ${schema}.* to ${account}@'%'`);
    await expect((await open()).install()).rejects.toMatchObject({
      code: 'permission-missing',
      details: { grant: expect.stringContaining('GRANT TRIGGER ON') },
    });
    await admin(`grant trigger on ${side.name}.granted to ${account}@'%'`);
    const endpoint = await open();
    await endpoint.install();
    expect((await again.check()).missingRights.map(({ grant }) => grant).join()).not.toContain('GRANT');
    const start = await endpoint.now();
    await side.sql(`update granted set name = 'two'`);
    expect((await drain(endpoint, start)).entries[0]).toMatchObject({
      after: { name: 'two' },
      by: { kind: 'unknown', name: 'root' },
    });
    expect(await endpoint.unwritable(['name', 'secret'])).toEqual(['secret']);
    const [id] = (await endpoint.allocateIds(1)) ?? [];
    const receipt = committed(
      await endpoint.write({
        id: batchId(),
        items: [
          { op: 'update', id: '1', set: { name: 'three' }, expect: { name: 'two' } },
          { op: 'create', id: id ?? '', set: { name: 'made', secret: 'x' } },
          { op: 'update', id: '2', set: { secret: 'no' }, expect: {} },
        ],
      }),
    );
    expect(receipt.exceptions).toMatchObject([
      {
        index: 2,
        kind: 'rejected',
        code: 'permission-missing',
        columns: ['secret'],
        detail: expect.stringContaining('GRANT UPDATE (`secret`)'),
      },
    ]);
    await endpoint.uninstall();
    await admin(`revoke delete on ${side.name}.granted from ${account}@'%'`);
    const reader = await connection.endpoint({
      consumer: 'r/B',
      object: 'granted',
      columns: ['name'],
      capture: { mode: 'snapshot' },
    });
    await reader.install();
    await expect(
      reader.write({ id: batchId(), items: [{ op: 'delete', id: '1', expect: {} }] }),
    ).rejects.toMatchObject({
      code: 'permission-missing',
      details: { grant: expect.stringContaining('DELETE') },
    });
    await reader.uninstall();
    url.password = 'wrong';
    await expect((await side.connect(url.href)).check()).rejects.toMatchObject({
      code: 'credentials-refused',
      retryable: false,
    });
    await connection.close();
    await again.close();
    await admin(`drop user ${account}@'%'`);
  });

  it('connects with TLS where it is asked to, and to no other server than the one it means', async () => {
    const ca = await readFile(join(certificates, 'server.crt'), 'utf8');
    const named = side.url.replace('127.0.0.1', 'localhost');
    const info = await (await side.connect(side.url, 'require')).check();
    expect(info).toMatchObject({ system: 'MariaDB', account: expect.stringContaining('root@') });
    expect(info.identity).toContain(side.name);
    expect(Math.abs(info.clockOffsetMs)).toBeLessThan(1000);
    await expect((await side.connect(named, 'verify-full')).check()).rejects.toMatchObject({
      code: 'tls-untrusted',
    });
    expect((await (await side.connect(named, 'verify-full', ca)).check()).system).toBe('MariaDB');
    await expect(side.connect(side.url, 'verify-full', ca)).rejects.toMatchObject({
      code: 'connection-invalid',
    });
    await expect(side.connect(`${side.url}?ssl=1`)).rejects.toMatchObject({ code: 'connection-invalid' });
    await expect(side.connect('postgres://x/y')).rejects.toMatchObject({ code: 'connection-invalid' });
    await expect((await side.connect(`${await mariaServerUrl()}/nowhere`)).check()).rejects.toMatchObject({
      code: 'database-unknown',
    });
    await expect((await side.connect('mysql://root@127.0.0.1:1/x')).check()).rejects.toMatchObject({
      code: 'side-unreachable',
      retryable: true,
    });
    expect(connectorOf('mysql').kind).toBe('mysql');
  });
});
