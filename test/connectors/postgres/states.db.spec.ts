import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cursor, Endpoint, StatePage } from '../../../src/connectors/connector.js';
import { batchId, committed, createSide, type Side } from './side.js';

async function round(
  endpoint: Endpoint,
  from: Cursor,
  limit: number,
): Promise<{ ids: string[]; cursor: Cursor; pages: StatePage[] }> {
  const pages: StatePage[] = [];
  let cursor = from;
  for (;;) {
    const page = (await endpoint.changes(cursor, limit)) as StatePage;
    pages.push(page);
    cursor = JSON.parse(JSON.stringify(page.cursor)) as Cursor;
    if (!page.more) return { ids: pages.flatMap(({ states }) => states.map(({ id }) => id)), cursor, pages };
  }
}

describe('capture without a trigger', () => {
  let side: Side;
  beforeAll(async () => {
    side =
      await createSide(`create table company (id int primary key, name text, editor text, updated_at timestamptz);
      insert into company select g, 'n' || g, 'Ada', now() - interval '1 hour' from generate_series(1, 25) g`);
  });
  afterAll(() => side.close());

  describe('by modification stamp', () => {
    const open = (overlapMs = 200): Promise<Endpoint> =>
      side.open({
        object: 'company',
        columns: ['name'],
        consumer: 'poll/A',
        actorColumn: 'editor',
        capture: { mode: 'polling', updatedAt: 'updated_at', overlapMs },
      });

    it('puts nothing on the table and reads it page by page, many rows under one stamp', async () => {
      const endpoint = await open();
      await endpoint.install();
      expect(endpoint.capabilities).toMatchObject({ orderedLog: false, reportsDeletes: false, tier: 'T0' });
      expect(await side.sql(`select 1 from pg_trigger where tgrelid = 'company'::regclass`)).toEqual([]);
      const start = await endpoint.now();
      await side.sql(`update company set name = name || '!', updated_at = now()`);
      const { ids, pages } = await round(endpoint, start, 7);
      expect(ids.map(Number).sort((x, y) => x - y)).toEqual(Array.from({ length: 25 }, (_, i) => i + 1));
      expect(pages).toHaveLength(4);
      const [state] = pages[0]?.states ?? [];
      expect(state).toMatchObject({
        values: { name: `n${String(state?.id)}!` },
        by: { kind: 'person', name: 'Ada' },
      });
      expect(Math.abs((state?.modifiedAt ?? 0) - Date.now())).toBeLessThan(10_000);
      expect(pages[0]?.readStart).toBeLessThanOrEqual(pages[0]?.readEnd ?? 0);
    });

    it('reads the overlap again, so that a late commit is not missed, and then falls silent', async () => {
      const endpoint = await open(600);
      let { cursor } = await round(endpoint, await endpoint.now(), 100);
      const late = await side.user.connect();
      await late.query(
        `begin; update company set name = 'late', updated_at = clock_timestamp() where id = 1`,
      );
      await delay(30);
      await side.sql(`update company set name = 'early', updated_at = clock_timestamp() where id = 2`);
      let page = await round(endpoint, cursor, 100);
      expect(page.ids).toContain('2');
      await late.query('commit');
      late.release();
      page = await round(endpoint, page.cursor, 100);
      expect(page.ids).toContain('1');
      cursor = page.cursor;
      for (let i = 0; i < 40 && (await endpoint.hasNews(cursor)); i++) {
        await delay(50);
        cursor = (await round(endpoint, cursor, 100)).cursor;
      }
      expect(await endpoint.hasNews(cursor)).toBe(false);
      expect((await round(endpoint, cursor, 100)).ids).toEqual([]);
      await side.sql(`update company set name = 'next', updated_at = clock_timestamp() where id = 3`);
      expect(await endpoint.hasNews(cursor)).toBe(true);
      expect((await round(endpoint, cursor, 100)).ids).toEqual(['3']);
    }, 20_000);

    it('is not led astray by a record that is stamped in the future', async () => {
      const endpoint = await open(100);
      const start = await endpoint.now();
      await side.sql(`insert into company values (900, 'tomorrow', null, now() + interval '1 day')`);
      const first = await round(endpoint, start, 100);
      await side.sql(`update company set updated_at = clock_timestamp(), name = 'today' where id = 5`);
      expect((await round(endpoint, first.cursor, 100)).ids).toContain('5');
    });

    it('needs a stamp, and one that is a timestamp', async () => {
      const polling = (updatedAt?: string) =>
        side.open({
          object: 'company',
          columns: ['name'],
          capture: { mode: 'polling', ...(updatedAt === undefined ? {} : { updatedAt }) },
        });
      await expect(polling()).rejects.toMatchObject({ code: 'field-unknown' });
      await expect(polling('nope')).rejects.toMatchObject({
        code: 'field-unknown',
        message: expect.stringContaining('nope'),
      });
      await expect(polling('name')).rejects.toMatchObject({ code: 'field-unsupported' });
    });
  });

  it('by snapshot, goes round and round in key order, and settles by fences all the same', async () => {
    const endpoint = await side.open({
      object: 'company',
      columns: ['name'],
      consumer: 'snap/A',
      capture: { mode: 'snapshot' },
    });
    await endpoint.install();
    expect(endpoint.capabilities).toMatchObject({ fences: true, reportsDeletes: false });
    const first = await round(endpoint, await endpoint.now(), 10);
    expect(first.ids).toEqual([...Array.from({ length: 25 }, (_, i) => String(i + 1)), '900']);
    await side.sql(`delete from company where id = 7`);
    expect((await round(endpoint, first.cursor, 10)).ids).not.toContain('7');
    expect(await endpoint.hasNews(first.cursor)).toBe(true);
    const id = batchId();
    const receipt = committed(
      await endpoint.write({ id, items: [{ op: 'update', id: '9', set: { name: 'x' }, expect: {} }] }),
    );
    expect(await endpoint.settle(id)).toEqual(receipt);
    await endpoint.uninstall();
  });

  it('reads a snapshot from behind any id, and some of the columns', async () => {
    const endpoint = await side.open({
      object: 'company',
      columns: ['name'],
      consumer: 'snap/A',
      capture: { mode: 'snapshot' },
    });
    const ids: string[] = [];
    for await (const page of endpoint.snapshot({ columns: [], pageSize: 4, after: '20' }))
      ids.push(...page.map(({ id }) => id));
    expect(ids).toEqual(['21', '22', '23', '24', '25', '900']);
    // Whoever stops early leaves nothing behind.
    for await (const page of endpoint.snapshot({ columns: ['name'], pageSize: 4 })) {
      expect(page).toHaveLength(4);
      break;
    }
    await side.sql('analyze company');
    expect(await endpoint.estimate()).toBe(25);
  });
});
