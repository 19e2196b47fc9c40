import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Cursor, Endpoint, LogEntry, LogPage } from '../../../src/connectors/connector.js';
import { createSide, type Side } from './side.js';

const megabyte = 2 ** 20;

describe('a page of the log', () => {
  let side: Side;
  let endpoint: Endpoint;
  beforeAll(async () => {
    side = await createSide(
      `create table note (id int primary key, body text, n int not null default 0); insert into note select g, '', 0 from generate_series(1, 7000) g`,
    );
    endpoint = await side.open({ object: 'note', columns: ['body', 'n'] });
    await endpoint.install();
  });
  afterAll(() => side.close());

  async function pagesFrom(start: Cursor, limit: number): Promise<LogPage[]> {
    const pages: LogPage[] = [];
    let cursor = start;
    for (;;) {
      const page = (await endpoint.changes(cursor, limit)) as LogPage;
      pages.push(page);
      cursor = JSON.parse(JSON.stringify(page.cursor)) as Cursor;
      if (!page.more) return pages;
    }
  }

  it('holds few large values: what is read at once is bounded by their size as well', async () => {
    const start = await endpoint.now();
    await side.sql(`update note set body = repeat(md5(id::text), 128 * 1024) where id <= 12`);
    await side.sql(`update note set body = 'short' where id <= 12`);
    const pages = await pagesFrom(start, 2000);
    const sizes = pages.map(({ entries }) => entries.reduce((sum, entry) => sum + sizeOf(entry), 0));
    expect(Math.max(...sizes)).toBeLessThan((16 + 5) * megabyte);
    expect(sizes.reduce((sum, size) => sum + size)).toBeGreaterThan(24 * 4 * megabyte);
    expect(idsOf(pages)).toEqual([...oneTo(12), ...oneTo(12)]);
  });

  it('ends where no record is in the middle of a transaction', async () => {
    const start = await endpoint.now();
    await side.sql(`update note set n = 1 where id = 1`);
    await side.sql(
      `begin; update note set n = 2 where id <= 3; update note set n = 3 where id <= 2; update note set n = 4 where id = 9; commit`,
    );
    await side.sql(`update note set n = 5 where id <= 3`);
    for (const limit of [1, 2, 3, 4, 5, 8]) {
      const pages = await pagesFrom(start, limit);
      expect(cutRecords(pages)).toEqual([]);
      expect(valuesOf(pages, '1')).toEqual(['1', '2', '3', '5']);
      expect(valuesOf(pages, '3')).toEqual(['2', '5']);
      expect(idsOf(pages)).toHaveLength(10);
    }
  });

  it('neither cuts a record nor loses the order among transactions that write at the same time', async () => {
    const step = fc.record({ who: fc.nat(2), row: fc.integer({ min: 1, max: 5 }), ends: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        async (steps, limit) => {
          const start = await endpoint.now();
          const before = await nOf();
          const made = await interleaved(steps);
          const pages = await pagesFrom(start, limit);
          expect(cutRecords(pages)).toEqual([]);
          const entries = pages.flatMap((page) => page.entries);
          expect(entries).toHaveLength(made);
          for (const { id, before: was, after } of entries) {
            expect([id, was?.n]).toEqual([id, before.get(id)]);
            before.set(id, after?.n);
          }
          expect(before).toEqual(await nOf());
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);

  it('one transaction over many rows is paged all the same, whether it touches each once or twice', async () => {
    const start = await endpoint.now();
    await side.sql(`update note set n = 10 where id <= 6000`);
    const once = await pagesFrom(start, 500);
    expect(Math.max(...once.map(({ entries }) => entries.length))).toBeLessThanOrEqual(500);
    expect(idsOf(once)).toHaveLength(6000);

    const again = (once.at(-1) as LogPage).cursor;
    await side.sql(`begin; update note set n = 11; update note set n = 12; commit`);
    await side.sql(`update note set n = 13 where id % 1000 = 0`);
    const twice = await pagesFrom(again, 500);
    expect(cutRecords(twice)).toEqual([]);
    expect(Math.max(...twice.map(({ entries }) => entries.length))).toBeLessThanOrEqual(2000);
    expect(idsOf(twice)).toHaveLength(14_007);
    expect(valuesOf(twice, '7')).toEqual(['11', '12']);
    expect(valuesOf(twice, '3000')).toEqual(['11', '12', '13']);
  }, 60_000);

  it('a record that one transaction writes more often than pages are long comes in its order', async () => {
    const start = await endpoint.now();
    await side.sql(
      `do $$ begin for i in 1..100 loop update note set n = 1000 + i where id = 5; end loop; end $$`,
    );
    const pages = await pagesFrom(start, 10);
    expect(Math.max(...pages.map(({ entries }) => entries.length))).toBeLessThanOrEqual(40);
    expect(valuesOf(pages, '5')).toEqual(Array.from({ length: 100 }, (_, i) => String(1001 + i)));
  });

  it('a transaction that exchanges keys stays in its order, on one page where it fits', async () => {
    const start = await endpoint.now();
    await side.sql(`begin; update note set n = 20 where id in (21, 22); update note set id = -1 where id = 21;
      update note set id = 21 where id = 22; update note set id = 22 where id = -1; update note set n = 21 where id = 21; commit`);
    for (const limit of [2, 3, 4]) {
      const pages = await pagesFrom(start, limit);
      const entries = pages.flatMap((page) => page.entries);
      expect(pages.filter((page) => page.entries.length > 0)).toHaveLength(1);
      expect(entries.map(({ op, oldId, id }) => `${op} ${oldId ?? ''} ${id}`)).toEqual([
        'update  21',
        'update  22',
        'rekey 21 -1',
        'rekey 22 21',
        'rekey -1 22',
        'update  21',
      ]);
    }
  });

  async function nOf(): Promise<Map<string, unknown>> {
    const rows = await side.sql(`select id::text, n::text from note where id <= 5`);
    return new Map(rows.map(({ id, n }) => [String(id), n]));
  }

  /** Three sessions take turns; none waits for another: a row that somebody holds is left alone. @returns entries committed */
  async function interleaved(steps: readonly { who: number; row: number; ends: boolean }[]): Promise<number> {
    const clients = await Promise.all([0, 1, 2].map(() => side.user.connect()));
    const holds = clients.map(() => new Set<number>());
    let made = 0;
    try {
      for (const { who, row, ends } of steps) {
        const client = clients[who];
        const mine = holds[who];
        if (client === undefined || mine === undefined) continue;
        if (holds.some((held) => held !== mine && held.has(row))) continue;
        if (mine.size === 0) await client.query('begin');
        await client.query(`update note set n = n + 1 where id = $1`, [row]);
        made += 1;
        mine.add(row);
        if (!ends) continue;
        await client.query('commit');
        mine.clear();
      }
      for (const [who, client] of clients.entries()) if (holds[who]?.size !== 0) await client.query('commit');
    } finally {
      for (const client of clients) client.release();
    }
    return made;
  }
});

function sizeOf({ before, after }: LogEntry): number {
  return JSON.stringify(before).length + JSON.stringify(after).length;
}

function idsOf(pages: readonly LogPage[]): string[] {
  return pages.flatMap(({ entries }) => entries.map(({ id }) => id));
}

function valuesOf(pages: readonly LogPage[], id: string): unknown[] {
  return pages.flatMap(({ entries }) =>
    entries.filter((entry) => entry.id === id).map(({ after }) => after?.n),
  );
}

/** Records whose entries of one transaction are on more than one page. */
function cutRecords(pages: readonly LogPage[]): string[] {
  const seen = new Map<string, number>();
  const cut: string[] = [];
  pages.forEach(({ entries }, page) => {
    for (const { tx, id } of entries) {
      const before = seen.get(`${tx} ${id}`);
      if (before !== undefined && before !== page) cut.push(`${tx} ${id}`);
      seen.set(`${tx} ${id}`, page);
    }
  });
  return cut;
}

function oneTo(n: number): string[] {
  return Array.from({ length: n }, (_, i) => String(i + 1));
}
