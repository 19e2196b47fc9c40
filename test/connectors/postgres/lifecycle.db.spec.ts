import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cursor, Endpoint } from '../../../src/connectors/connector.js';
import { batchId, committed, createSide, drain, type Side } from './side.js';

const triggers = (table: string) =>
  `select tgname from pg_trigger where tgrelid = '${table}'::regclass and not tgisinternal`;

describe('capture by log on a live table', () => {
  let side: Side;
  beforeAll(async () => {
    side =
      await createSide(`create table company (id int primary key, name text, city text, zip text, j json, editor text);
      create table other (id int primary key, v text);
      insert into company (id, name) select g, 'n' || g from generate_series(1, 10) g`);
  });
  afterAll(() => side.close());

  const open = (columns: string[], consumer = 'demo/A'): Promise<Endpoint> =>
    side.open({ object: 'company', columns, consumer });

  it('is installed by two processes at once, twice, and leaves nothing when it goes', async () => {
    const before = await objects();
    const connections = await Promise.all([side.connect(), side.connect(), side.connect()]);
    const endpoints = await Promise.all(
      connections.map((connection) =>
        connection.endpoint({
          consumer: 'demo/A',
          object: 'company',
          columns: ['name'],
          capture: { mode: 'log' },
        }),
      ),
    );
    await Promise.all([...endpoints, ...endpoints].map((endpoint) => endpoint.install()));
    expect(await side.sql(triggers('company'))).toHaveLength(3);
    expect(await side.sql(`select distinct tgenabled from pg_trigger where tgname like '!accord%'`)).toEqual([
      { tgenabled: 'A' },
    ]);
    await endpoints[0]?.uninstall();
    expect(await objects()).toEqual(before);
    await endpoints[1]?.uninstall();
  });

  it('does not touch the table again when nothing differs', async () => {
    const endpoint = await open(['name']);
    await endpoint.install();
    const holder = await side.user.connect();
    await holder.query(`begin; update company set name = name where id = 1`);
    await endpoint.install();
    await holder.query('rollback');
    holder.release();
    await endpoint.uninstall();
  });

  it('gives way to a writer that holds the table, and says so', async () => {
    const endpoint = await open(['name']);
    const holder = await side.user.connect();
    await holder.query(`begin; update company set name = name where id = 1`);
    const installing = endpoint.install();
    installing.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 700));
    // Another writer is not held up for long by the one who waits.
    const started = Date.now();
    await side.sql(`update company set city = 'through' where id = 2`);
    expect(Date.now() - started).toBeLessThan(3000);
    await holder.query('rollback');
    holder.release();
    await installing;
    await endpoint.uninstall();
  });

  it('serves two consumers with columns of their own; each sees the other’s writes and not its own', async () => {
    const first = await open(['name'], 'one/A');
    const second = await open(['name', 'city'], 'two/A');
    await first.install();
    const [a0] = [await first.now()];
    await second.install();
    const b0 = await second.now();
    await side.sql(
      `update company set name = 'user', city = 'Ulm' where id = 3; update company set city = 'Bonn' where id = 3`,
    );
    committed(
      await first.write({
        id: batchId(),
        items: [{ op: 'update', id: '4', set: { name: 'by one' }, expect: { name: 'n4' } }],
      }),
    );
    committed(
      await second.write({
        id: batchId(),
        items: [{ op: 'update', id: '5', set: { name: 'by two' }, expect: { name: 'n5' } }],
      }),
    );
    const a = await drain(first, a0);
    const b = await drain(second, b0);
    expect(a.entries.map(({ id, after, batchId: batch }) => [id, after, batch])).toEqual([
      ['3', { name: 'user' }, null],
      ['5', { name: 'by two' }, null],
    ]);
    expect(b.entries.map(({ id, after, batchId: batch }) => [id, after, batch])).toEqual([
      ['3', { name: 'user', city: 'Ulm' }, null],
      ['3', { city: 'Bonn' }, null],
      ['4', { name: 'by one' }, null],
    ]);
    await second.uninstall();
    await side.sql(`update company set name = 'still' where id = 3`);
    expect((await drain(first, a.cursor)).entries).toHaveLength(1);
    await first.uninstall();
  });

  it('tells who did it: what the application says, the actor column, the role', async () => {
    const endpoint = await side.open({ object: 'company', columns: ['name'], actorColumn: 'editor' });
    await endpoint.install();
    const start = await endpoint.now();
    await side.sql(
      `begin; set local accord.actor = 'Ada'; update company set name = 'x1' where id = 6; commit`,
    );
    await side.sql(
      `begin; set local accord.actor = 'import: nightly'; update company set name = 'x2' where id = 6; commit`,
    );
    await side.sql(
      `update company set name = 'x3', editor = 'Grace' where id = 6; update company set name = 'x4', editor = null where id = 6`,
    );
    const { entries } = await drain(endpoint, start);
    expect(entries.map(({ by }) => by)).toEqual([
      { kind: 'person', name: 'Ada' },
      { kind: 'import', name: 'nightly' },
      { kind: 'person', name: 'Grace' },
      { kind: 'unknown', name: `${decodeURIComponent(new URL(side.url).username)} desk` },
    ]);
    await endpoint.uninstall();
  });

  it('reports TRUNCATE as a gap and not as deletions', async () => {
    await side.sql(`insert into other select g, 'v' from generate_series(1, 5) g`);
    const endpoint = await side.open({ object: 'other', columns: ['v'], consumer: 'demo/other' });
    await endpoint.install();
    const start = await endpoint.now();
    await side.sql(`truncate other; insert into other values (9, 'after')`);
    const page = await drain(endpoint, start);
    expect(page.gaps).toEqual(['truncated']);
    expect(page.entries.map(({ op, id }) => [op, id])).toEqual([['insert', '9']]);
    await endpoint.uninstall();
  });

  it('logs what a replicating session writes, and a key that changes', async () => {
    const endpoint = await open(['name']);
    await endpoint.install();
    const start = await endpoint.now();
    await side.sql(
      `begin; set local session_replication_role = replica; update company set name = 'replicated' where id = 7; commit`,
    );
    await side.sql(
      `update company set id = 70 where id = 7; update company set id = 7, name = 'back' where id = 70`,
    );
    const { entries } = await drain(endpoint, start);
    expect(entries.map(({ op, id, oldId, before, after }) => ({ op, id, oldId, before, after }))).toEqual([
      { op: 'update', id: '7', oldId: null, before: { name: 'n7' }, after: { name: 'replicated' } },
      { op: 'rekey', id: '70', oldId: '7', before: {}, after: {} },
      { op: 'rekey', id: '7', oldId: '70', before: { name: 'replicated' }, after: { name: 'back' } },
    ]);
    await endpoint.uninstall();
  });

  it('never breaks a statement of the customer when a column was renamed, retyped or dropped, and loses nothing in silence', async () => {
    await side.sql(
      `create table moving (id int primary key, a text, b int, c varchar(10), d text); insert into moving values (1, 'a', 1, 'c', 'd'), (2, 'a', 1, 'c', 'd')`,
    );
    const endpoint = await side.open({ object: 'moving', columns: ['a', 'b', 'c'], consumer: 'demo/moving' });
    await endpoint.install();
    expect(await endpoint.drift()).toBeNull();
    await side.sql(`alter table moving drop column d, add column e text`);
    expect(await endpoint.drift()).toMatchObject({ fields: {}, renamed: {} });
    let { cursor } = await drain(endpoint, await endpoint.now());

    // In one session, so that its function was compiled before the table changed; also inside one transaction.
    const session = await side.user.connect();
    for (const change of [
      `alter table moving alter b type bigint using b * 2`,
      `alter table moving rename a to a2`,
      `alter table moving drop column c`,
    ]) {
      await session.query(
        `begin; update moving set b = b + 1 where id = 2; ${change}; update moving set b = b + 1 where id = 1; commit`,
      );
      await session.query(
        `insert into moving (id, b) values (${Math.floor(Math.random() * 1e9)}, 5); delete from moving where id > 2`,
      );
      const page = await drain(endpoint, cursor);
      if (page.gaps.length === 0)
        expect(page.entries.filter(({ op, id }) => op === 'update' && id === '1')).toHaveLength(1);
      else expect(new Set(page.gaps)).toEqual(new Set(['schema-changed']));
      cursor = page.cursor;
    }
    session.release();
    expect(await side.sql(`select id, a2, b from moving order by id`)).toEqual([
      { id: 1, a2: 'a', b: '5' },
      { id: 2, a2: 'a', b: expect.any(String) },
    ]);

    const drift = await endpoint.drift();
    expect(drift?.renamed).toEqual({ a: 'a2' });
    expect(drift?.fields).toEqual({
      a: 'The column "a" is now called "a2"',
      b: 'The column "b" was integer and is bigint',
      c: 'The column "c" was dropped',
    });
    await expect(
      side.open({ object: 'moving', columns: ['a'], consumer: 'demo/moving' }),
    ).rejects.toMatchObject({
      code: 'field-unknown',
      message: expect.stringContaining('"a" is now "a2"'),
    });
    const next = await side.open({ object: 'moving', columns: ['a2', 'b'], consumer: 'demo/moving' });
    await next.install();
    const start = await next.now();
    await side.sql(`update moving set a2 = 'again' where id = 1`);
    expect(await drain(next, start)).toMatchObject({ gaps: [], entries: [{ after: { a2: 'again' } }] });
    await side.sql(`drop table moving`);
    await expect(next.drift()).rejects.toMatchObject({ code: 'object-unknown' });
    await next.uninstall();
  });

  it('notices that its triggers were switched off and on, installs them again and reports a gap', async () => {
    const endpoint = await open(['name']);
    await endpoint.install();
    const start = await endpoint.now();
    await side.sql(
      `alter table company disable trigger all; update company set name = 'unseen' where id = 8; alter table company enable trigger all`,
    );
    expect(await endpoint.hasNews(start)).toBe(true);
    const { gaps, cursor } = await drain(endpoint, start);
    expect(gaps).toEqual(['schema-changed']);
    await side.sql(`update company set name = 'seen' where id = 8`);
    expect((await drain(endpoint, cursor)).entries).toMatchObject([
      { before: { name: 'unseen' }, after: { name: 'seen' } },
    ]);
    await endpoint.uninstall();
  });

  it('says that capture is missing, and after a new installation that the old cursor is lost', async () => {
    const endpoint = await open(['name']);
    await expect(endpoint.now()).rejects.toMatchObject({ code: 'capture-missing' });
    await endpoint.install();
    const cursor = await endpoint.now();
    await side.sql(`drop schema accord cascade`);
    await expect(endpoint.changes(cursor, 10)).rejects.toMatchObject({ code: 'capture-missing' });
    await endpoint.install();
    expect((await drain(endpoint, cursor)).gaps).toEqual(['cursor-lost']);
    await expect(endpoint.changes({ mode: 'polling' }, 10)).rejects.toMatchObject({ code: 'cursor-invalid' });
    await endpoint.uninstall();
  });

  it('purges what every consumer has read, and keeps what one has not', async () => {
    const first = await open(['name'], 'one/A');
    const second = await open(['name'], 'two/A');
    await first.install();
    await second.install();
    const behind = await second.now();
    let cursor: Cursor = await first.now();
    const oid = (await side.sql(`select 'company'::regclass::oid::text as oid`))[0]?.oid as string;
    const kept = async () => Number((await side.sql(`select count(*) from accord.log_${oid}`))[0]?.count);
    await side.sql(
      `insert into company (id, name) select g, repeat('x', 300) from generate_series(1000, 40000) g`,
    );
    cursor = (await drain(first, cursor, 5000)).cursor;
    await first.purge({ cursor, batchesBefore: null });
    expect(await kept()).toBe(39001);
    const read = await drain(second, behind, 5000);
    expect(read.entries).toHaveLength(39001);
    // Transactions of other databases that were under way hold a purge back until they are over.
    let after: Cursor = read.cursor;
    for (let i = 0; i < 200 && (await kept()) > 0; i++) {
      after = (await drain(second, after)).cursor;
      cursor = (await drain(first, cursor)).cursor;
      await second.purge({ cursor: after, batchesBefore: null });
      await first.purge({ cursor, batchesBefore: null });
    }
    expect(await kept()).toBe(0);
    // Someone whose saved cursor is from before must be told.
    expect((await drain(second, behind)).gaps).toEqual(['log-capped']);
    await side.sql(`update company set name = 'again' where id = 1000`);
    expect((await drain(first, cursor)).entries).toHaveLength(1);
    expect((await drain(second, after)).entries).toHaveLength(1);
    await first.uninstall();
    await second.uninstall();
  }, 60_000);

  it('does not purge what a transaction under way has logged', async () => {
    const endpoint = await open(['name']);
    await endpoint.install();
    const start = await endpoint.now();
    const writer = await side.user.connect();
    await writer.query(`begin; update company set name = 'slow' where id = 9`);
    await side.sql(`update company set city = 'x', name = repeat('y', 900) where id between 1000 and 20000`);
    const read = await drain(endpoint, start, 5000);
    await endpoint.purge({ cursor: read.cursor, batchesBefore: null });
    await writer.query('commit');
    writer.release();
    const late = await drain(endpoint, read.cursor);
    expect(late.gaps).toEqual([]);
    expect(late.entries.map(({ after }) => after)).toEqual([{ name: 'slow' }]);
    await endpoint.uninstall();
  }, 60_000);

  it('stops at its size limit instead of filling the disk, and reports the gap until nobody can have been missed', async () => {
    const endpoint = await open(['name']);
    await endpoint.install();
    const start = await endpoint.now();
    const oid = (await side.sql(`select 'company'::regclass::oid::text as oid`))[0]?.oid as string;
    await side.sql(
      `update accord.capture set max_bytes = 1000; select max(nextval('accord.log_${oid}_seq')) from generate_series(1, 65000)`,
    );
    await side.sql(`update company set name = name || '!' where id >= 1000`);
    const late = await side.user.connect();
    await late.query(`begin; update company set name = 'not logged' where id = 1`);
    const first = await drain(endpoint, start, 50_000);
    expect(first.gaps).toEqual(['log-capped']);
    expect(first.entries).toEqual([]);
    await side.sql(`update company set name = 'logged again' where id = 2`);
    const second = await drain(endpoint, first.cursor);
    expect(second.entries.map(({ after }) => after)).toEqual([{ name: 'logged again' }]);
    expect(second.gaps).toEqual([]);
    await late.query('commit');
    late.release();
    expect(await endpoint.hasNews(second.cursor)).toBe(true);
    // Whatever else was under way in the server must be over too.
    let third = await drain(endpoint, second.cursor);
    for (let i = 0; i < 200 && third.gaps.length === 0; i++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      third = await drain(endpoint, third.cursor);
    }
    expect(third.gaps).toEqual(['log-capped']);
    expect((await drain(endpoint, third.cursor)).gaps).toEqual([]);
    await endpoint.uninstall();
    expect(await side.sql(`select 1 from pg_namespace where nspname = 'accord'`)).toEqual([]);
  }, 60_000);

  /** Everything that somebody could have made in this database. */
  async function objects(): Promise<unknown[]> {
    return side.sql(`select 'relation' as kind, relname::text as name from pg_class where relnamespace not in (select oid from pg_namespace where nspname ~ '^pg_|information_schema')
      union all select 'function', proname from pg_proc where pronamespace not in (select oid from pg_namespace where nspname ~ '^pg_|information_schema')
      union all select 'trigger', tgname from pg_trigger union all select 'schema', nspname from pg_namespace
      union all select 'constraint', conname from pg_constraint union all select 'type', typname from pg_type order by 1, 2`);
  }
});
