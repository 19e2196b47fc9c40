import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Cursor, Endpoint, LogEntry, LogPage } from '../../../src/connectors/connector.js';
import { createSide, drain, quiet, type Side } from './side.js';

describe('capture by log, with many writers at once', () => {
  let side: Side;
  let endpoint: Endpoint;
  beforeAll(async () => {
    side = await createSide(
      `create table ticket (id int primary key, body text, n int not null default 0); insert into ticket select g, '', 0 from generate_series(1, 20) g`,
    );
    endpoint = await side.open({ object: 'ticket', columns: ['body', 'n'] });
    await endpoint.install();
  });
  afterAll(() => side.close());

  it('pages in the order of the log, also across a change in the number of digits', async () => {
    const start = await endpoint.now();
    for (let i = 0; i < 130; i++) await side.sql(`update ticket set n = n + 1 where id = 1`);
    const { entries, pages } = await drain(endpoint, start, 7);
    expect(pages).toBeGreaterThan(10);
    expect(entries).toHaveLength(130);
    const positions = entries.map(({ position }) => position);
    expect(positions).toEqual([...positions].sort((x, y) => x - y));
    entries.slice(1).forEach((entry, i) => expect(entry.before?.n).toBe(entries[i]?.after?.n));
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
          { minLength: 1, maxLength: 12 },
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

  it('is not held up, and loses nothing, by a transaction that stays open elsewhere', async () => {
    const start = await endpoint.now();
    const open = await side.user.connect();
    await open.query(`begin; update ticket set body = 'late' where id = 1`);
    const first = await drain(endpoint, start);
    let cursor = first.cursor;
    for (let i = 0; i < 50; i++) {
      await side.sql(`update ticket set n = n + 1 where id = 2`);
      const page = await drain(endpoint, cursor);
      expect(page.entries).toHaveLength(1);
      cursor = page.cursor;
    }
    const idle = await quiet(endpoint, cursor);
    expect(await endpoint.hasNews(idle)).toBe(false);
    await open.query('commit');
    open.release();
    expect(await endpoint.hasNews(idle)).toBe(true);
    const late = await drain(endpoint, idle);
    expect(late.entries.map(({ id, after }) => [id, after])).toEqual([['1', { body: 'late' }]]);
  });

  it('sees what was under way when the cursor was made, and what a page of the first load did not show', async () => {
    await side.sql(`update ticket set body = 'before' where id = 3`);
    const open = await side.user.connect();
    await open.query(`begin; update ticket set body = 'under way' where id = 3`);
    const cursor = await endpoint.now();
    const pages: unknown[] = [];
    for await (const page of endpoint.snapshot({ columns: ['body'], pageSize: 5 })) {
      for (const state of page) if (state.id === '3') pages.push(state.values.body);
    }
    await open.query('commit');
    open.release();
    expect(pages).toEqual(['before']);
    const { entries } = await drain(endpoint, cursor);
    expect(entries.map(({ after }) => after)).toEqual([{ body: 'under way' }]);
  });

  async function rows(): Promise<Map<string, Record<string, unknown>>> {
    const all = await side.sql(`select id::text, body, n::text from ticket`);
    return new Map(all.map(({ id, ...rest }) => [String(id), rest]));
  }

  async function run(
    transaction: { rows: number[]; pauses: number[]; commit: boolean; savepoint: boolean },
    i: number,
  ): Promise<void> {
    const client = await side.user.connect();
    try {
      await client.query('begin');
      const ascending = [...new Set(transaction.rows)].sort((x, y) => x - y);
      for (const [k, row] of ascending.entries()) {
        await pause(transaction.pauses[k] ?? 0);
        if (transaction.savepoint) await client.query('savepoint s');
        await client.query(`update ticket set n = n + 1, body = $2 where id = $1`, [
          row,
          `t${i}-${Math.random()}`,
        ]);
        if (transaction.savepoint && k % 2 === 1) await client.query('rollback to savepoint s');
      }
      await pause(transaction.pauses[3] ?? 0);
      await client.query(transaction.commit ? 'commit' : 'rollback');
    } finally {
      client.release();
    }
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
