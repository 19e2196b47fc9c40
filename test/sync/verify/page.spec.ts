import { describe, expect, it } from '@jest/globals';
import type { Endpoint } from '../../../src/connectors/connector.js';
import { digestLine, digestOf } from '../../../src/connectors/digest.js';
import { MemoryEndpoint } from '../../../src/connectors/memory/endpoint.js';
import { MemoryObject } from '../../../src/connectors/memory/object.js';
import { MemorySystem } from '../../../src/connectors/memory/system.js';
import { DATABASE } from '../../../src/connectors/memory/traits.js';
import { LIFE } from '../../../src/core/plan.js';
import type { HeldRow } from '../../../src/database/sql/verification.js';
import type { RunningPipeline } from '../../../src/sync/running-pipeline.js';
import { Pages } from '../../../src/sync/verify/page.js';
import { pageSize } from '../../../src/sync/verify/scan.js';
import { POLICIES } from '../../support/core/policies.js';
import { recordPlan, unitPlan } from '../../support/core/unit-plans.js';

const FIELDS = ['name', 'city'] as const;
type Values = Readonly<Record<(typeof FIELDS)[number], string | null>>;

/** A system in memory, which cannot hash its records; and how it was read. */
function side(records: ReadonlyMap<string, Values>) {
  let at = 0;
  const object = new MemoryObject(
    'person',
    new MemorySystem(DATABASE),
    { name: 'text', city: 'text' },
    () => ++at,
  );
  for (const [id, values] of records) object.system.insert(id, values, object.now());
  const options = { consumer: 'p', object: 'person', columns: FIELDS, capture: { mode: 'log' } } as const;
  const endpoint: Endpoint = new MemoryEndpoint(options, object);
  const reads: number[] = [];
  const fetch: Endpoint['fetch'] = (ids) => {
    reads.push(ids.length);
    return endpoint.fetch(ids);
  };
  const read: Endpoint = Object.assign(Object.create(endpoint) as Endpoint, {
    fetch,
    capabilities: { ...endpoint.capabilities, batch: { read: 20, write: 20 } },
  });
  return { endpoint: read, object, reads };
}

function pipeline(A: Endpoint, B: Endpoint): RunningPipeline {
  const plan = recordPlan(FIELDS.map((field) => unitPlan(field, POLICIES.review)));
  const columns = new Map(FIELDS.map((field) => [field, [[field, field] as const]]));
  const ends = { A: { endpoint: A, columns }, B: { endpoint: B, columns } };
  return { plan, ends } as unknown as RunningPipeline;
}

const held = (n: number): Values => ({ name: `N "${String(n)}"`, city: n % 3 === 0 ? null : 'Ulm' });
const rows: HeldRow[] = Array.from({ length: 50 }, (_, n) => ({
  link_id: n,
  a_id: `a${String(n)}`,
  b_id: n === 7 ? null : `b${String(n)}`,
  clock: 'B1|1.1',
  fields: { ...held(n) },
  open: null,
}));
const recordsOf = (id: 'a_id' | 'b_id') =>
  new Map(rows.flatMap((row, n) => (row[id] === null ? [] : [[row[id], held(n)] as const])));

describe('a page of linked records between sides that cannot hash', () => {
  it('is read in as many reads as the sides allow, and certified by what they show', async () => {
    const [a, b] = [side(recordsOf('a_id')), side(recordsOf('b_id'))];
    const { sides } = await new Pages(pipeline(a.endpoint, b.endpoint)).compare(rows);
    expect(sides.A).toMatchObject({ records: 50, fields: 100, suspects: [] });
    expect(sides.B).toMatchObject({ records: 49, fields: 98, suspects: [] });
    expect([a.reads, b.reads]).toEqual([
      [20, 20, 10],
      [20, 20, 9],
    ]);
    const lines = rows.map((row, n) => digestLine(row.a_id ?? '', [held(n).name, held(n).city]));
    expect(sides.A.digest).toBe(digestOf(lines));
  });

  it('suspects exactly what looks different: a value, a blank, a record that is not there', async () => {
    const [a, b] = [side(recordsOf('a_id')), side(recordsOf('b_id'))];
    a.object.system.edit('a3', { city: '' }, 1);
    b.object.system.edit('b30', { name: 'other' }, 1);
    b.object.system.remove('b44', 2);
    const { sides } = await new Pages(pipeline(a.endpoint, b.endpoint)).compare(rows);
    expect(sides.A.suspects).toEqual([3]);
    expect(sides.B.suspects).toEqual([30, 44]);
  });

  it('counts no fields of a record that is known to be gone, and finds it where it is there again', async () => {
    const there = recordsOf('b_id');
    there.delete('b12');
    const [a, b] = [side(recordsOf('a_id')), side(there)];
    const gone = rows.map((row) =>
      row.link_id === 12 ? { ...row, fields: { ...row.fields, [LIFE]: 'deleted' } } : row,
    );
    const { sides } = await new Pages(pipeline(a.endpoint, b.endpoint)).compare(gone);
    expect(sides.A).toMatchObject({ records: 50, fields: 98, suspects: [12] });
    expect(sides.B).toMatchObject({ records: 49, fields: 96, suspects: [] });
  });

  it('comes to the same digest and the same suspects where a side can hash', async () => {
    const [a, b] = [side(recordsOf('a_id')), side(recordsOf('b_id'))];
    a.object.system.edit('a3', { city: 'Bern' }, 1);
    const without = await new Pages(pipeline(a.endpoint, b.endpoint)).compare(rows);
    const digest: NonNullable<Endpoint['digest']> = async (ids, columns) => {
      const shown = new Map<string, string>();
      for (let i = 0; i < ids.length; i += 20)
        for (const { id, values } of (await a.endpoint.fetch(ids.slice(i, i + 20))).states)
          shown.set(
            id,
            digestLine(
              id,
              columns.map((name) => values[name] ?? null),
            ),
          );
      return digestOf(ids.map((id) => shown.get(id) ?? ''));
    };
    const hashing = Object.assign(Object.create(a.endpoint) as Endpoint, {
      digest,
      capabilities: { ...a.endpoint.capabilities, batch: { read: 50, write: 20 } },
    });
    expect(await new Pages(pipeline(hashing, b.endpoint)).compare(rows)).toEqual(without);
  });

  it('has fewer records the larger they are', () => {
    expect([1, 800, 80_000, 80_000_000].map(pageSize)).toEqual([1000, 1000, 100, 1]);
  });
});
