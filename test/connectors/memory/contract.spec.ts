import { describe, expect, it } from '@jest/globals';
import type { Endpoint } from '../../../src/connectors/connector.js';
import { MemoryEndpoint } from '../../../src/connectors/memory/endpoint.js';
import { NO_FAULTS } from '../../../src/connectors/memory/faults.js';
import { MemoryObject } from '../../../src/connectors/memory/object.js';
import { MemorySystem } from '../../../src/connectors/memory/system.js';
import { DATABASE } from '../../../src/connectors/memory/traits.js';
import { registerConnectorTests, type ConnectorFixture } from '../contract.js';

const fields = { name: 'text', city: 'text', note: 'text' } as const;

function person(): MemoryObject {
  let at = 0;
  const system = new MemorySystem({
    ...DATABASE,
    refuse: (_, raw) => (typeof raw === 'string' && !raw.isWellFormed() ? 'no text' : null),
  });
  return new MemoryObject('person', system, fields, () => ++at);
}

function fixture(mode: 'log' | 'polling'): ConnectorFixture {
  const object = person();
  const { system } = object;
  return {
    mode,
    open: (consumer) =>
      Promise.resolve(
        new MemoryEndpoint(
          { consumer, object: 'person', columns: Object.keys(fields), capture: { mode } },
          object,
        ),
      ),
    newId: () => object.newId(),
    user: {
      insert: async (id, values) => {
        await Promise.resolve(system.insert(id, values, object.now()));
      },
      update: async (id, values) => {
        await Promise.resolve(system.edit(id, values, object.now()));
      },
      remove: async (id) => {
        await Promise.resolve(system.remove(id, object.now()));
      },
      merge: async (id, into) => {
        await Promise.resolve(system.merge(id, into, {}, object.now()));
      },
      read: (id) => {
        const standing = system.standing(id);
        return Promise.resolve(
          standing?.alive === true ? (standing.values as Record<string, string | null>) : null,
        );
      },
    },
    close: () => Promise.resolve(),
  };
}

registerConnectorTests('memory by log', () => Promise.resolve(fixture('log')));
registerConnectorTests('memory by states', () => Promise.resolve(fixture('polling')));

describe('the faults of a system in memory', () => {
  const set = { name: 'Ann', city: null, note: null };
  const begin = (): { object: MemoryObject; endpoint: Endpoint; id: string } => {
    const object = person();
    const id = object.newId();
    object.system.insert(id, set, object.now());
    const options = { consumer: 'p/A', object: 'person', columns: Object.keys(fields) };
    return { object, id, endpoint: new MemoryEndpoint({ ...options, capture: { mode: 'log' } }, object) };
  };
  const batch = (id: string) => ({
    id: '1',
    items: [{ op: 'update' as const, id, set: { name: 'Bob' }, expect: { name: 'Ann' } }],
  });

  it('a lost answer is settled as committed, a lost request as dead', async () => {
    for (const [fault, status, name] of [
      [{ answer: () => 'lost' as const }, 'committed', 'Bob'],
      [{ request: () => 'lost' as const }, 'dead', 'Ann'],
    ] as const) {
      const { object, endpoint, id } = begin();
      object.faults = { ...NO_FAULTS, ...fault };
      expect(await endpoint.write(batch(id))).toMatchObject({ status: 'unknown' });
      expect(await endpoint.settle('1')).toMatchObject({ status: 'unknown' });
      object.faults = NO_FAULTS;
      expect(await endpoint.settle('1')).toMatchObject({ status });
      expect(object.system.standing(id)?.values.name).toBe(name);
    }
  });

  it('a late request is carried out when it arrives, and never once it was settled', async () => {
    for (const [settled, name] of [
      [false, 'Bob'],
      [true, 'Ann'],
    ] as const) {
      const { object, endpoint, id } = begin();
      object.faults = { ...NO_FAULTS, request: () => 'late' };
      expect(await endpoint.write(batch(id))).toMatchObject({ status: 'unknown' });
      object.faults = NO_FAULTS;
      if (settled) expect(await endpoint.settle('1')).toMatchObject({ status: 'dead' });
      expect(object.arrive()).toBe(1);
      expect(object.system.standing(id)?.values.name).toBe(name);
    }
  });

  it('a request that comes twice is carried out once', async () => {
    const { object, endpoint, id } = begin();
    object.faults = { ...NO_FAULTS, request: () => 'twice' };
    expect(await endpoint.write(batch(id))).toMatchObject({ status: 'committed', exceptions: [] });
    expect(object.system.journal.filter(({ origin }) => origin === 'hub')).toHaveLength(1);
  });

  it('a reader that lags sees whole transactions, and the rest later', async () => {
    const { object, endpoint, id } = begin();
    const start = await endpoint.now();
    object.system.edit(id, { name: 'Bob' }, object.now());
    object.system.edit(id, { name: 'Cid' }, object.now());
    object.faults = { ...NO_FAULTS, logLag: () => 1 };
    const first = await endpoint.changes(start, 10);
    expect(first).toMatchObject({ entries: [{ after: { name: 'Bob' } }] });
    object.faults = NO_FAULTS;
    expect(await endpoint.changes(first.cursor, 10)).toMatchObject({ entries: [{ after: { name: 'Cid' } }] });
  });
});
