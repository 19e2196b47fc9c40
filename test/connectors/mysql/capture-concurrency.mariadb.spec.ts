import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PoolConnection } from 'mysql2/promise';
import type { Cursor, Endpoint, LogEntry, LogPage } from '../../../src/connectors/connector.js';
import { asLogCursor } from '../../../src/connectors/mysql/log-cursor.js';
import { batchId, committed, createSide, drain, type Side } from './side.js';

describe('capture by log, with many writers at once', () => {
  let side: Side;
  let endpoint: Endpoint;
  let log: string;
  beforeAll(async () => {
    side = await createSide(
      `create table ticket (id int primary key, body varchar(80) not null, n int not null default 0); insert into ticket select seq, '', 0 from seq_1_to_20`,
    );
    endpoint = await side.open({ object: 'ticket', columns: ['body', 'n'] });
    await endpoint.install();
    log = `accord_${side.name}.log_1`;
  });
  afterAll(() => side.close());

  const open = new Set<PoolConnection>();
  afterEach(() => {
    for (const session of open) session.destroy();
    open.clear();
  });
  const began = async (): Promise<PoolConnection> => {
    const session = await side.user.getConnection();
    open.add(session);
    await session.query('begin');
    return session;
  };
  const end = async (session: PoolConnection, how: 'commit' | 'rollback'): Promise<void> => {
    await session.query(how);
    open.delete(session);
    session.release();
  };
  const edit = (id: number, body: string) => side.sql(`update ticket set body = ? where id = ?`, [body, id]);
  const told = (entries: readonly LogEntry[]) => entries.map(({ id, after }) => [id, after?.body]);
  const gaps = (cursor: Cursor) => asLogCursor(cursor).gaps;

  it('shows a low number that commits after a high one, once, and holds nothing up meanwhile', async () => {
    const start = await endpoint.now();
    const low = await began();
    await low.query(`update ticket set body = 'low' where id = 1`);
    await edit(2, 'high');
    const first = await drain(endpoint, start);
    expect(told(first.entries)).toEqual([['2', 'high']]);
    expect(gaps(first.cursor)).toHaveLength(1);
    expect(await endpoint.hasNews(first.cursor)).toBe(false);
    await edit(3, 'higher');
    const second = await drain(endpoint, first.cursor);
    expect(told(second.entries)).toEqual([['3', 'higher']]);
    await end(low, 'commit');
    expect(await endpoint.hasNews(second.cursor)).toBe(true);
    const third = await drain(endpoint, second.cursor);
    expect(told(third.entries)).toEqual([['1', 'low']]);
    expect(third.entries[0]?.position).toBeLessThan(first.entries[0]?.position ?? 0);
    expect(gaps(third.cursor)).toEqual([]);
    expect(await endpoint.hasNews(third.cursor)).toBe(false);
  });

  it('closes the numbers of a transaction that was rolled back, and not those of one that still runs', async () => {
    const start = await endpoint.now();
    const [gone, late] = [await began(), await began()];
    await gone.query(`update ticket set body = 'never' where id in (1, 2, 3, 4, 5)`);
    await late.query(`update ticket set body = 'late' where id in (6, 7, 8)`);
    await gone.query(`update ticket set body = 'nor this' where id in (9, 10, 11, 12)`);
    await edit(15, 'seen');
    const both = await drain(endpoint, start);
    expect(told(both.entries)).toEqual([['15', 'seen']]);
    await end(gone, 'rollback');
    const after = await drain(endpoint, both.cursor);
    expect(after.entries).toEqual([]);
    // Whoever asks next finds the numbers of the one that still runs, and no others.
    const [last] = gaps((await drain(endpoint, after.cursor)).cursor);
    expect((last?.[1] ?? 0) - (last?.[0] ?? 0)).toBe(2);
    await end(late, 'commit');
    expect(told((await drain(endpoint, after.cursor)).entries)).toEqual([
      ['6', 'late'],
      ['7', 'late'],
      ['8', 'late'],
    ]);
  });

  it('gives an entry the next number when a reader has taken the one that it was about to use', async () => {
    const start = await endpoint.now();
    const [row] = await side.sql(
      `select auto_increment as next from information_schema.tables where table_schema = 'accord_${side.name}' and table_name = 'log_1'`,
    );
    const next = Number(row?.next);
    // The window between a number and its row cannot be held open from outside: a BEFORE trigger on the log hands out a number twice.
    await side.sql(`insert into ${log} (seq, op) values (${next}, 'X')`);
    await side.sql(
      `create trigger accord_${side.name}.twice before insert on ${log} for each row if @twice is null and new.op = 'U' then set @twice = 1, new.seq = ${next}; end if`,
    );
    try {
      await edit(4, 'taken');
    } finally {
      await side.sql(`drop trigger accord_${side.name}.twice`);
    }
    expect((await side.sql(`select body from ticket where id = 4`))[0]).toEqual({ body: 'taken' });
    const { entries } = await drain(endpoint, start);
    expect(told(entries)).toEqual([['4', 'taken']]);
    expect(entries[0]?.position).toBeGreaterThan(next);
  });

  it('sees what was under way when the cursor was made, and what a page of the first load did not show', async () => {
    await edit(3, 'before');
    const writer = await began();
    await writer.query(`update ticket set body = 'under way' where id = 3`);
    await edit(5, 'done');
    const cursor = await endpoint.now();
    const pages: unknown[] = [];
    for await (const page of endpoint.snapshot({ columns: ['body'], pageSize: 5 }))
      for (const state of page) if (state.id === '3') pages.push(state.values.body);
    await end(writer, 'commit');
    expect(pages).toEqual(['before']);
    expect(told((await drain(endpoint, cursor)).entries)).toEqual([['3', 'under way']]);
  });

  it('does not take our own write for covered while something that preceded it is not read', async () => {
    const start = await endpoint.now();
    const unrelated = await began();
    await unrelated.query(`update ticket set body = 'unrelated' where id = 11`);
    const before = await began();
    await before.query(`update ticket set body = 'precedes' where id = 10`);
    await edit(2, 'visible');
    const early = await drain(endpoint, start);
    await end(before, 'commit');
    const receipt = committed(
      await endpoint.write({
        id: batchId(),
        items: [{ op: 'update', id: '10', set: { body: 'ours' }, expect: { body: 'precedes' } }],
      }),
    );
    expect(endpoint.covers(early.cursor, receipt.mark)).toBe(false);
    const late = await drain(endpoint, early.cursor);
    expect(told(late.entries)).toEqual([['10', 'precedes']]);
    expect(late.entries[0]?.position).toBeLessThan(receipt.position);
    expect(endpoint.covers(late.cursor, receipt.mark)).toBe(true);
    await end(unrelated, 'commit');
    expect(told((await drain(endpoint, late.cursor)).entries)).toEqual([['11', 'unrelated']]);
  });

  it('tells transactions of one session apart, and keeps the statements of one together', async () => {
    const start = await endpoint.now();
    const session = await side.user.getConnection();
    const set = (body: string) => session.query(`update ticket set body = ? where id = 1`, [body]);
    await set('alone 1');
    await set('alone 2');
    await session.query('begin');
    await set('together 1');
    await session.query('select 1');
    await session.query('savepoint s');
    await set('together 2');
    await session.query('commit');
    await session.query('set autocommit = 0');
    await set('implicit 1');
    await set('implicit 2');
    await session.query('commit');
    await set('next');
    await session.query('commit');
    await session.query('set autocommit = 1');
    await session.query('set timestamp = 1600000000');
    await set('fixed clock 1');
    await set('fixed clock 2');
    await session.query('set timestamp = default');
    await session.query(`update ticket set body = 'many' where id in (2, 3)`);
    await session.query(
      `begin not atomic update ticket set body = 'block 1' where id = 1; update ticket set body = 'block 2' where id = 1; end`,
    );
    session.release();
    const { entries } = await drain(endpoint, start);
    const groups: (string | null)[][] = [];
    entries.forEach(({ tx, after }, i) => {
      const body = after?.body as string;
      if (entries[i - 1]?.tx === tx) groups.at(-1)?.push(body);
      else groups.push([body]);
    });
    expect(groups).toEqual([
      ['alone 1'],
      ['alone 2'],
      ['together 1', 'together 2'],
      ['implicit 1', 'implicit 2'],
      ['next'],
      ['fixed clock 1'],
      ['fixed clock 2'],
      ['many', 'many'],
      ['block 1'],
      ['block 2'],
    ]);
    expect(new Set(entries.map(({ tx }) => tx)).size).toBe(groups.length);
  });

  it('neither loses nor doubles a committed change, whatever the order of the commits and of the reads', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            rows: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 4 }),
            pauses: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 4, maxLength: 4 }),
            commit: fc.boolean(),
            savepoint: fc.boolean(),
          }),
          { minLength: 1, maxLength: 8 },
        ),
        fc.integer({ min: 1, max: 9 }),
        async (transactions, limit) => {
          const start = await endpoint.now();
          const before = await rows();
          let writing = true;
          const reader = read(start, limit, () => writing);
          await Promise.all(transactions.map((transaction, i) => run(transaction, i)));
          writing = false;
          const entries = await reader;
          // The log, applied to what stood, is what stands.
          for (const { id, before: was, after } of entries) {
            const row = before.get(id);
            for (const [name, raw] of Object.entries(was ?? {}))
              expect([id, name, raw]).toEqual([id, name, row?.[name]]);
            Object.assign(row ?? {}, after);
          }
          expect(before).toEqual(await rows());
          const positions = entries.map(({ position }) => position);
          expect(new Set(positions).size).toBe(positions.length);
        },
      ),
      { numRuns: 40 },
    );
  }, 60_000);

  async function rows(): Promise<Map<string, Record<string, unknown>>> {
    const all = await side.sql(`select id, body, n from ticket`);
    return new Map(all.map(({ id, ...rest }) => [String(id), rest]));
  }

  async function run(
    transaction: { rows: number[]; pauses: number[]; commit: boolean; savepoint: boolean },
    i: number,
  ): Promise<void> {
    const session = await began();
    const ascending = [...new Set(transaction.rows)].sort((x, y) => x - y);
    for (const [k, row] of ascending.entries()) {
      await pause(transaction.pauses[k] ?? 0);
      if (transaction.savepoint) await session.query('savepoint s');
      await session.query(`update ticket set n = n + 1, body = ? where id = ?`, [
        `t${i}-${Math.random()}`,
        row,
      ]);
      if (transaction.savepoint && k % 2 === 1) await session.query('rollback to savepoint s');
    }
    await pause(transaction.pauses[3] ?? 0);
    await end(session, transaction.commit ? 'commit' : 'rollback');
  }

  async function read(start: Cursor, limit: number, writing: () => boolean): Promise<LogEntry[]> {
    const entries: LogEntry[] = [];
    let cursor = start;
    for (;;) {
      const last = !writing();
      if (!last && !(await endpoint.hasNews(cursor))) continue;
      let page: LogPage;
      do {
        page = (await endpoint.changes(cursor, limit)) as LogPage;
        entries.push(...page.entries);
        cursor = JSON.parse(JSON.stringify(page.cursor)) as Cursor;
      } while (page.more);
      if (last) return entries;
    }
  }
});

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
