import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Endpoint } from '../../../src/connectors/connector.js';
import { batchId, committed, createSide, drain, quiet, type Side } from './side.js';

describe('capture by log', () => {
  let side: Side;
  let endpoint: Endpoint;
  beforeAll(async () => {
    side = await createSide(
      `create table company (id serial primary key, name text, city text, unused text, updated_at timestamptz)`,
    );
    endpoint = await side.open({ object: 'company', columns: ['name', 'city'] });
    await endpoint.install();
  });
  afterAll(() => side.close());

  it('reports an insert, an update and a delete with the values before and after', async () => {
    const start = await endpoint.now();
    await side.sql(`insert into company (name, city) values ('Acme', null)`);
    await side.sql(`update company set city = 'Bern' where name = 'Acme'`);
    await side.sql(`delete from company where name = 'Acme'`);
    const { entries, gaps } = await drain(endpoint, start);
    expect(entries.map(({ op, before, after }) => ({ op, before, after }))).toEqual([
      { op: 'insert', before: null, after: { name: 'Acme', city: null } },
      { op: 'update', before: { city: null }, after: { city: 'Bern' } },
      { op: 'delete', before: { name: 'Acme', city: 'Bern' }, after: null },
    ]);
    expect(gaps).toEqual([]);
    expect(entries.every(({ by }) => by?.kind === 'unknown' && by.name.endsWith('desk'))).toBe(true);
    expect(Math.abs((entries[0]?.at ?? 0) - Date.now())).toBeLessThan(5000);
  });

  it('has no news once everything was read, and has some after the next change', async () => {
    const cursor = await quiet(endpoint, await endpoint.now());
    expect(await endpoint.hasNews(cursor)).toBe(false);
    await side.sql(`insert into company (name) values ('News')`);
    expect(await endpoint.hasNews(cursor)).toBe(true);
    const after = await drain(endpoint, cursor);
    expect(after.entries).toHaveLength(1);
    const again = await quiet(endpoint, after.cursor);
    expect(await endpoint.hasNews(again)).toBe(false);
  });

  it('does not report a change of a column that nobody asked for', async () => {
    const start = await endpoint.now();
    await side.sql(`update company set unused = 'x', updated_at = now()`);
    expect((await drain(endpoint, start)).entries).toEqual([]);
  });

  it('does not report its own writes', async () => {
    const start = await endpoint.now();
    const receipt = committed(
      await endpoint.write({
        id: batchId(),
        items: [{ op: 'create', id: '5000', set: { name: 'Ours', city: null } }],
      }),
    );
    const { entries, cursor } = await drain(endpoint, start);
    expect(entries).toEqual([]);
    expect(endpoint.covers(start, receipt.mark)).toBe(false);
    expect(endpoint.covers(cursor, receipt.mark)).toBe(true);
  });

  it('writes what still stands and reads back what does not', async () => {
    await side.sql(`insert into company (id, name, city) values (6001, 'One', 'A'), (6002, 'Two', 'B')`);
    const receipt = committed(
      await endpoint.write({
        id: batchId(),
        items: [
          { op: 'update', id: '6001', set: { name: 'Uno' }, expect: { name: 'One' } },
          { op: 'update', id: '6002', set: { name: 'Due' }, expect: { name: 'other' } },
          { op: 'update', id: '6003', set: { name: 'Tre' }, expect: { name: 'Three' } },
        ],
      }),
    );
    expect(receipt.exceptions).toEqual([
      { index: 1, kind: 'missed', current: { name: 'Two', city: 'B' } },
      { index: 2, kind: 'gone' },
    ]);
    expect(await side.sql(`select name from company where id between 6001 and 6002 order by id`)).toEqual([
      { name: 'Uno' },
      { name: 'Two' },
    ]);
  });
});
