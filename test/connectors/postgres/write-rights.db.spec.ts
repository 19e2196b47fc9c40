import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Endpoint } from '../../../src/connectors/connector.js';
import { batchId, committed, createSide, uniqueRole, type Side } from './side.js';

describe('a write without all the rights it needs', () => {
  let side: Side;
  let endpoint: Endpoint;
  const role = uniqueRole('writer');
  beforeAll(async () => {
    side =
      await createSide(`create table company (id int primary key, name text, city text, note text); create role ${role} login password 'right';
      grant select, insert, delete on company to ${role}; grant update (city, note) on company to ${role}; create schema accord authorization ${role}`);
    const url = new URL(side.url);
    url.username = role;
    url.password = 'right';
    const connection = await side.connect(url.href);
    endpoint = await connection.endpoint({
      consumer: 'rights/A',
      object: 'company',
      columns: ['name', 'city', 'note'],
      capture: { mode: 'snapshot' },
    });
    await endpoint.install();
  });
  beforeEach(async () => {
    await side.sql(
      `delete from company; insert into company select g, 'n' || g, 'c' || g, null from generate_series(1, 5) g`,
    );
  });
  afterAll(async () => {
    await side.sql(`drop owned by ${role} cascade; drop role ${role}`);
    await side.close();
  });

  it('says which fields may not be written', async () => {
    expect(await endpoint.unwritable(['name', 'city', 'note'])).toEqual(['name']);
    expect(await endpoint.unwritable(['city'])).toEqual([]);
  });

  it('refuses the items that need the missing right, by column and with the grant, and applies the others', async () => {
    const receipt = committed(
      await endpoint.write({
        id: batchId(),
        items: [
          { op: 'update', id: '1', set: { city: 'Ulm' }, expect: { city: 'c1' } },
          { op: 'update', id: '2', set: { name: 'x' }, expect: { name: 'n2' } },
          { op: 'update', id: '3', set: { name: 'x', city: 'Ulm' }, expect: { name: 'n3', city: 'c3' } },
          { op: 'update', id: '4', set: { city: 'Ulm' }, expect: { city: 'not this' } },
          { op: 'delete', id: '5', expect: { name: 'n5' } },
        ],
      }),
    );
    const rejected = { kind: 'rejected', code: 'permission-missing', columns: ['name'] };
    expect(receipt.exceptions).toMatchObject([
      {
        index: 1,
        ...rejected,
        detail: expect.stringContaining(`GRANT UPDATE ("name") ON "public"."company" TO "${role}"`),
      },
      { index: 2, ...rejected },
      { index: 3, kind: 'missed' },
    ]);
    expect(await side.sql(`select id, name, city from company order by id`)).toEqual([
      { id: 1, name: 'n1', city: 'Ulm' },
      { id: 2, name: 'n2', city: 'c2' },
      { id: 3, name: 'n3', city: 'c3' },
      { id: 4, name: 'n4', city: 'c4' },
    ]);
  });

  it('is refused as a whole where nothing may be updated, and where the missing right is another one', async () => {
    const update = () =>
      endpoint.write({
        id: batchId(),
        items: [{ op: 'update', id: '1', set: { city: 'Ulm' }, expect: { city: 'c1' } }],
      });
    await side.sql(`revoke update (city, note) on company from ${role}`);
    await expect(update()).rejects.toMatchObject({
      code: 'permission-missing',
      message: expect.stringContaining('GRANT UPDATE'),
    });
    await side.sql(`grant update (city, note) on company to ${role}; revoke delete on company from ${role}`);
    await expect(
      endpoint.write({ id: batchId(), items: [{ op: 'delete', id: '5', expect: {} }] }),
    ).rejects.toMatchObject({ code: 'permission-missing', message: expect.stringContaining('GRANT DELETE') });
    await side.sql(`grant delete on company to ${role}`);
    expect(await update()).toMatchObject({ status: 'committed', exceptions: [] });
  });
});
