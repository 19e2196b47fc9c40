import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type {
  ChangePage,
  Cursor,
  Endpoint,
  EndpointOptions,
  LogEntry,
  WriteItem,
  WriteReceipt,
} from '../../src/connectors/connector.js';
import { ABSENT_LINE, digestLine, digestOf } from '../../src/connectors/digest.js';

/** What the suite needs of a system: an object with the text fields `name`, `city` and `note`, and somebody who works in it. */
export interface ConnectorFixture {
  /** Opens the object for a consumer; `mode` is one that the system supports. */
  open(consumer: string): Promise<Endpoint>;
  readonly mode: EndpointOptions['capture']['mode'];
  /** A fresh id of a record that does not exist. */
  newId(): string;
  /** Edits made behind the connector's back, each committed when the promise resolves. */
  readonly user: {
    insert(id: string, values: Readonly<Record<string, string | null>>): Promise<void>;
    update(id: string, values: Readonly<Record<string, string | null>>): Promise<void>;
    remove(id: string): Promise<void>;
    read(id: string): Promise<Readonly<Record<string, string | null>> | null>;
    /** Merges one record into another, where the system has such a thing and tells of it. */
    merge?(id: string, into: string): Promise<void>;
    /** Several updates in one transaction, where the system has such a thing. */
    atomically?(
      updates: readonly (readonly [id: string, values: Readonly<Record<string, string | null>>])[],
    ): Promise<void>;
  };
  close(): Promise<void>;
}

type Committed = Extract<WriteReceipt, { status: 'committed' }>;

const blank = { name: null, city: null, note: null };
const first = { name: 'Ann', city: 'Bern', note: null };

/**
 * The promises of `src/connectors/connector.ts` that every connector must keep, whatever it connects to. What only some systems can
 * (a log, fences, ids handed out) is asked for only where `capabilities` claims it.
 */
export function registerConnectorTests(name: string, factory: () => Promise<ConnectorFixture>): void {
  describe(`${name}: the contract of a connector`, () => {
    let fixture: ConnectorFixture;
    let endpoint: Endpoint;
    let batches = 0;
    beforeAll(async () => {
      fixture = await factory();
      endpoint = await fixture.open('contract/A');
      await endpoint.install();
    }, 60_000);
    afterAll(async () => {
      await endpoint.uninstall();
      await fixture.close();
    });

    const batchId = (): string => String((batches += 1));
    const write = async (...items: WriteItem[]): Promise<Committed> => {
      const receipt = await endpoint.write({ id: batchId(), items });
      if (receipt.status !== 'committed')
        throw new Error(`expected a committed batch, got ${JSON.stringify(receipt)}`);
      return receipt;
    };
    const created = async (values: Readonly<Record<string, string | null>> = first): Promise<string> => {
      const id = fixture.newId();
      await fixture.user.insert(id, values);
      return id;
    };

    it('describes its object: the fields that were asked for, and the key', () => {
      const names = endpoint.schema.fields.map((field) => field.name);
      expect(names).toEqual(expect.arrayContaining(['name', 'city', 'note']));
      expect(endpoint.schema.key.length).toBeGreaterThan(0);
      expect(endpoint.schema.fingerprint).not.toBe('');
      expect(endpoint.capabilities.orderedLog).toBe(fixture.mode === 'log');
      expect(endpoint.capabilities.batch.read).toBeGreaterThan(0);
      expect(endpoint.capabilities.batch.write).toBeGreaterThan(0);
    });

    it('installs twice without harm, and has not drifted', async () => {
      await endpoint.install();
      expect(await endpoint.drift()).toBeNull();
    });

    it('fetches what exists, and leaves out what does not', async () => {
      const id = await created();
      const page = await endpoint.fetch([id, fixture.newId()]);
      expect(page.states).toHaveLength(1);
      expect(page.states[0]).toMatchObject({ id, values: first });
      expect(page.readStart).toBeLessThanOrEqual(page.readEnd);
    });

    it('hashes records as the hub would hash the same, where it can: in the order asked for, with those that are not there', async () => {
      if (endpoint.digest === undefined) return;
      const odd = { name: 'a"b\\c\u0001\u007f\n\u2028', city: '😀 é', note: '' };
      const ids = [await created(odd), fixture.newId(), await created(blank), await created()];
      const columns = ['note', 'name', 'city'];
      const expected = async (): Promise<string> => {
        const { states } = await endpoint.fetch(ids);
        const lines = ids.map((id) => {
          const state = states.find((one) => one.id === id);
          return state === undefined
            ? ABSENT_LINE
            : digestLine(
                id,
                columns.map((column) => state.values[column] ?? null),
              );
        });
        return digestOf(lines);
      };
      const digest = await endpoint.digest(ids, columns);
      expect(digest).toBe(await expected());
      await fixture.user.update(ids[3] as string, { city: 'Ulm' });
      expect(await endpoint.digest(ids, columns)).not.toBe(digest);
      expect(await endpoint.digest(ids, columns)).toBe(await expected());
    });

    it('shows every record once in a snapshot, and goes on behind any of them', async () => {
      const ids = new Set([await created(), await created(blank), await created()]);
      const seen: string[] = [];
      for await (const page of endpoint.snapshot({ columns: ['name'], pageSize: 2 })) {
        expect(page.length).toBeLessThanOrEqual(2);
        for (const state of page) {
          seen.push(state.id);
          expect(Object.keys(state.values)).toEqual(['name']);
        }
      }
      expect(new Set(seen).size).toBe(seen.length);
      for (const id of ids) expect(seen).toContain(id);
      const behind: string[] = [];
      const after = seen[1] ?? '';
      for await (const page of endpoint.snapshot({ columns: ['name'], pageSize: 100, after }))
        behind.push(...page.map(({ id }) => id));
      expect(behind).toEqual(seen.slice(2));
    });

    it('reports what happened after a cursor, and nothing twice', async () => {
      const start = await endpoint.now();
      const id = await created();
      await fixture.user.update(id, { city: 'Ulm' });
      expect(await endpoint.hasNews(start)).toBe(true);
      const { pages, cursor } = await read(endpoint, start);
      expect(latest(pages, id)).toMatchObject({ name: 'Ann', city: 'Ulm' });
      if (!endpoint.capabilities.orderedLog) return;
      expect(of(pages, id).map(({ op, before, after }) => ({ op, before, after }))).toEqual([
        { op: 'insert', before: null, after: first },
        { op: 'update', before: { city: 'Bern' }, after: { city: 'Ulm' } },
      ]);
      // "No news" must come in the end, though not at the first look: others may have been under way.
      let end = cursor;
      for (let look = 0; look < 200 && (await endpoint.hasNews(end)); look++) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        const next = await read(endpoint, end);
        expect(entriesOf(next.pages)).toEqual([]);
        end = next.cursor;
      }
      expect(await endpoint.hasNews(end)).toBe(false);
      // An old cursor still tells the same.
      expect(entriesOf((await read(endpoint, start)).pages)).toEqual(entriesOf(pages));
    });

    it('reports a round trip and a deletion, in order, where it reads a log', async () => {
      if (!endpoint.capabilities.orderedLog) return;
      const id = await created();
      const start = await endpoint.now();
      await fixture.user.update(id, { name: 'Bob' });
      await fixture.user.update(id, { name: 'Ann' });
      await fixture.user.remove(id);
      const entries = of((await read(endpoint, start, 1)).pages, id);
      expect(entries.map(({ op, after }) => [op, after?.name ?? null])).toEqual([
        ['update', 'Bob'],
        ['update', 'Ann'],
        ['delete', null],
      ]);
      expect(entries[2]?.before).toEqual(first);
      const positions = entries.map(({ position }) => position);
      expect(positions).toEqual([...positions].sort((x, y) => x - y));
    });

    it('does not end a page between two entries of one transaction for a record, where it reads a log', async () => {
      if (!endpoint.capabilities.orderedLog || fixture.user.atomically === undefined) return;
      const [one, two] = [await created(), await created()];
      const start = await endpoint.now();
      await fixture.user.update(two, { city: 'before' });
      await fixture.user.atomically([
        [one, { city: 'never seen' }],
        [two, { city: 'nor this' }],
        [one, { city: 'Rom' }],
        [two, { city: 'Genf' }],
      ]);
      await fixture.user.update(one, { city: 'after' });
      for (const limit of [1, 2, 3, 4]) {
        const { pages } = await read(endpoint, start, limit);
        const cities = (id: string): unknown[][] =>
          pages
            .map((page) => of([page], id).map(({ after }) => after?.city))
            .filter((page) => page.length > 0);
        expect(cities(one).flat()).toEqual(['never seen', 'Rom', 'after']);
        expect(cities(two).flat()).toEqual(['before', 'nor this', 'Genf']);
        const ends = [...cities(one), ...cities(two)].map((page) => page.at(-1));
        expect(ends).not.toContain('never seen');
        expect(ends).not.toContain('nor this');
      }
    });

    it('writes an item only if all that it expects still stands, wholly or not at all', async () => {
      const [hit, miss, gone] = [await created(), await created(), fixture.newId()];
      const start = await endpoint.now();
      const receipt = await write(
        { op: 'update', id: hit, set: { name: 'new', note: 'n' }, expect: { name: 'Ann', note: null } },
        {
          op: 'update',
          id: miss,
          set: { name: 'new', city: 'new' },
          expect: { name: 'Ann', city: 'not this' },
        },
        { op: 'update', id: gone, set: { name: 'new' }, expect: { name: 'Ann' } },
      );
      expect(receipt.exceptions).toEqual([
        { index: 1, kind: 'missed', current: first },
        { index: 2, kind: 'gone' },
      ]);
      expect(await fixture.user.read(hit)).toEqual({ name: 'new', city: 'Bern', note: 'n' });
      expect(await fixture.user.read(miss)).toEqual(first);
      if (!endpoint.capabilities.orderedLog) return;
      const { pages, cursor } = await read(endpoint, start);
      expect(of(pages, hit)).toEqual([]);
      expect(endpoint.covers(start, receipt.mark)).toBe(false);
      expect(endpoint.covers(cursor, receipt.mark)).toBe(true);
    });

    it('tells an edit of case, of blanks or of accents from what it expected', async () => {
      for (const edited of ['ann', 'Ann ', ' Ann', 'Änn', 'A\u0308nn', '']) {
        const id = await created({ ...first, name: edited });
        const receipt = await write({ op: 'update', id, set: { name: 'ours' }, expect: { name: 'Ann' } });
        expect(receipt.exceptions).toMatchObject([{ kind: 'missed', current: { name: edited } }]);
      }
    });

    it('creates and deletes, and says what exists already', async () => {
      const ids = (await endpoint.allocateIds(2)) ?? [fixture.newId(), fixture.newId()];
      const [one, two] = ids as [string, string];
      expect(
        (await write({ op: 'create', id: one, set: first }, { op: 'create', id: two, set: blank }))
          .exceptions,
      ).toEqual([]);
      expect(await fixture.user.read(one)).toEqual(first);
      expect((await write({ op: 'create', id: one, set: blank })).exceptions).toMatchObject([
        { index: 0, kind: 'duplicate' },
      ]);
      const receipt = await write(
        { op: 'delete', id: one, expect: { name: 'Ann' } },
        { op: 'delete', id: two, expect: { name: 'not this' } },
        { op: 'delete', id: fixture.newId(), expect: {} },
      );
      expect(receipt.exceptions).toMatchObject([
        { index: 1, kind: 'missed' },
        { index: 2, kind: 'gone' },
      ]);
      expect(await fixture.user.read(one)).toBeNull();
      expect(await fixture.user.read(two)).toEqual(blank);
    });

    it('keeps every character of a value, and refuses by item what it cannot keep', async () => {
      const [kept, refused] = [await created(), await created()];
      const odd = 'quote " backslash \\ brace {} tab \t line \r\n \u001e \u001f € 𝄞 🏳️‍🌈';
      const receipt = await write(
        { op: 'update', id: kept, set: { note: odd, city: '' }, expect: {} },
        { op: 'update', id: refused, set: { note: 'lone \ud800' }, expect: {} },
      );
      expect(receipt.exceptions).toMatchObject([{ index: 1, kind: 'rejected', columns: ['note'] }]);
      expect(await fixture.user.read(kept)).toEqual({ name: 'Ann', city: '', note: odd });
      expect(await fixture.user.read(refused)).toEqual(first);
    });

    it('keeps what a user writes over its own write', async () => {
      const id = await created();
      const start = await endpoint.now();
      const { position } = await write({ op: 'update', id, set: { name: 'ours' }, expect: { name: 'Ann' } });
      await fixture.user.update(id, { name: 'Ann' });
      const { pages } = await read(endpoint, start);
      expect(latest(pages, id)?.name).toBe('Ann');
      if (!endpoint.capabilities.orderedLog) return;
      const entries = of(pages, id);
      expect(entries).toMatchObject([{ before: { name: 'ours' }, after: { name: 'Ann' }, batchId: null }]);
      expect(entries[0]?.position).toBeGreaterThan(position);
    });

    it('settles a batch whose answer was lost, for ever and always alike, where it has fences', async () => {
      if (!endpoint.capabilities.fences) return;
      const id = await created();
      const batch = {
        id: batchId(),
        items: [{ op: 'update' as const, id, set: { name: 'once' }, expect: { name: 'Ann' } }],
      };
      const receipt = await endpoint.write(batch);
      expect(await endpoint.settle(batch.id)).toEqual(receipt);
      expect(await endpoint.write(batch)).toEqual(receipt);
      const never = { ...batch, id: batchId() };
      expect(await endpoint.settle(never.id)).toMatchObject({ status: 'dead' });
      expect(await endpoint.lastBatch()).toBe(String(Math.max(Number(batch.id), Number(never.id))));
      expect(await endpoint.write(never)).toMatchObject({ status: 'dead' });
      expect((await fixture.user.read(id))?.name).toBe('once');
    });

    it('keeps two consumers apart', async () => {
      const other = await fixture.open('contract/other');
      await other.install();
      const [mine, theirs] = [await endpoint.now(), await other.now()];
      const id = await created();
      await write({ op: 'update', id, set: { name: 'by one' }, expect: { name: 'Ann' } });
      expect(latest((await read(other, theirs)).pages, id)?.name).toBe('by one');
      await other.uninstall();
      expect(latest((await read(endpoint, mine)).pages, id)).not.toBeUndefined();
    });

    it('tells which record one was merged into, no later than that it is gone, where it can', async () => {
      if (fixture.user.merge === undefined) return;
      const [loser, winner] = [await created(), await created()];
      const start = await endpoint.now();
      await fixture.user.update(loser, { city: 'before' });
      await fixture.user.merge(loser, winner);
      await fixture.user.update(winner, { city: 'after' });
      for (const limit of [1, 2, 100]) {
        const { pages } = await read(endpoint, start, limit);
        const told = pages.findIndex((page) =>
          page.merges?.some(({ id, into }) => id === loser && into === winner),
        );
        const gone = pages.findIndex((page) => of([page], loser).some(({ op }) => op === 'delete'));
        expect(told).toBeGreaterThanOrEqual(0);
        expect(gone === -1 || told <= gone).toBe(true);
      }
      expect((await endpoint.fetch([loser, winner])).states.map(({ id }) => id)).toEqual([winner]);
    });

    it('purges what was read without losing what was not', async () => {
      const id = await created();
      const { cursor } = await read(endpoint, await endpoint.now());
      await fixture.user.update(id, { city: 'Köln' });
      await endpoint.purge({ cursor, batchesBefore: null });
      expect(latest((await read(endpoint, cursor)).pages, id)).toMatchObject({ city: 'Köln' });
    });
  });
}

/** Reads to the end; the cursor goes through JSON, as it does in the hub. */
async function read(
  endpoint: Endpoint,
  from: Cursor,
  limit = 100,
): Promise<{ pages: ChangePage[]; cursor: Cursor }> {
  const pages: ChangePage[] = [];
  let cursor = from;
  for (;;) {
    const page = await endpoint.changes(cursor, limit);
    pages.push(page);
    cursor = JSON.parse(JSON.stringify(page.cursor)) as Cursor;
    if (!page.more) return { pages, cursor };
  }
}

function entriesOf(pages: readonly ChangePage[]): readonly LogEntry[] {
  return pages.flatMap((page) => (page.kind === 'log' ? page.entries : []));
}

function of(pages: readonly ChangePage[], id: string): readonly LogEntry[] {
  return entriesOf(pages).filter((entry) => entry.id === id);
}

/** What the pages say of a record's fields in the end, whether they are states or log entries. */
function latest(pages: readonly ChangePage[], id: string): Readonly<Record<string, unknown>> | undefined {
  let known: Record<string, unknown> | undefined;
  for (const page of pages) {
    if (page.kind === 'log')
      for (const entry of page.entries) known = entry.id === id ? { ...known, ...entry.after } : known;
    else for (const state of page.states) known = state.id === id ? { ...state.values } : known;
  }
  return known;
}
