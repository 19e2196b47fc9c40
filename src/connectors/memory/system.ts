import type { Author } from '../../core/unit.js';
import { jsonEqual, type Raw } from '../../core/value.js';
import type { ItemAnswer, Reading, WriteAnswer, WriteRequest, WriteRequestItem } from './exchange.js';
import type { Happening, Origin } from './happening.js';
import { MemoryRecord, type Values } from './memory-record.js';
import type { Traits } from './traits.js';

/**
 * A system of records that lives in memory: synchronous and deterministic, every time is an argument (the hub's clock, ms, never
 * running backwards from call to call). It has every tier's conditional writes and every tier's faults (traits.ts).
 *
 * - People: `insert`, `edit`, `remove` — each call is one transaction.
 * - The hub, as a client of a real system would: `read` (a state, possibly a stale one; T3 with history), `log` (T0: changes in order,
 *   without the hub's own), `write` (a batch, conditional per item), `settle` (after a lost answer, systems with fences).
 * - Whoever judges: `journal`, everything that ever stood, and `standing`.
 */
export class MemorySystem {
  /** Every change of every record by anybody, in order of effect. */
  readonly journal: Happening[] = [];
  readonly records = new Map<string, MemoryRecord>();
  /** Writes of the hub that changed something. */
  writes = 0;
  readonly #ended = new Map<string, WriteAnswer | 'fenced'>();
  #tx = 0;

  constructor(readonly traits: Traits) {}

  /** Position of the last change. A reader that starts here sees what comes later. */
  get position(): number {
    return this.journal.length;
  }

  insert(id: string, values: Values, at: number, by: Author | null = null): boolean {
    const record = this.#record(id);
    if (record.now.alive) return false;
    this.#change(record, 'insert', this.#stored(values), {
      origin: 'user',
      request: null,
      by,
      at,
      tx: ++this.#tx,
    });
    return true;
  }

  /**
   * One transaction of somebody's; columns that keep their value are not changes. False: there is no such record, or nothing changed.
   * `aheadMs`: the clock that dates it is so much ahead of the system's.
   */
  edit(id: string, values: Values, at: number, by: Author | null = null, aheadMs = 0): boolean {
    const record = this.records.get(id);
    if (record?.now.alive !== true) return false;
    return this.#change(record, 'update', this.#stored(values), {
      origin: 'user',
      request: null,
      by,
      at,
      aheadMs,
      tx: ++this.#tx,
    });
  }

  remove(id: string, at: number, by: Author | null = null): boolean {
    const record = this.records.get(id);
    if (record?.now.alive !== true) return false;
    return this.#change(record, 'delete', {}, { origin: 'user', request: null, by, at, tx: ++this.#tx });
  }

  /**
   * One transaction of somebody's: the record `id` goes into `into`, which keeps or takes the values given. False: one of them is not there.
   */
  merge(id: string, into: string, values: Values, at: number, by: Author | null = null): boolean {
    const [record, winner] = [this.records.get(id), this.records.get(into)];
    if (record?.now.alive !== true || winner?.now.alive !== true || record === winner) return false;
    const how = { origin: 'user' as const, request: null, by, at, tx: ++this.#tx };
    this.#change(winner, 'update', this.#stored(values), how);
    return this.#change(record, 'delete', {}, { ...how, into });
  }

  /** What stands; `undefined` if there was never such a record. */
  standing(id: string): MemoryRecord['now'] | undefined {
    return this.records.get(id)?.now;
  }

  /** A by-id read answered at `at` by something that is `lagMs` behind (at most `staleMs`). */
  read(id: string, at: number, lagMs = 0): Reading {
    const lag = Math.min(lagMs, this.traits.staleMs);
    const record = this.records.get(id) ?? new MemoryRecord(id);
    return record.reading(this.traits, lag === 0 ? record.now : record.asOf(at - lag), at);
  }

  /**
   * Changes after a position, in order, without what the hub itself wrote (what triggers did in its transactions is there), and without
   * restores, of which no log tells. Cut after
   * at most `limit` transactions, never inside one. `end`: where to go on.
   */
  log(after: number, limit: number): { readonly entries: readonly Happening[]; readonly end: number } {
    const entries: Happening[] = [];
    let transactions = 0;
    let tx = 0;
    let end = after;
    for (; end < this.journal.length; end++) {
      const entry = this.journal[end] as Happening;
      if (entry.tx !== tx) {
        if (isLogged(entry) && transactions === limit) break;
        if (isLogged(entry)) transactions++;
        tx = entry.tx;
      }
      if (isLogged(entry)) entries.push(entry);
    }
    return { entries, end };
  }

  /**
   * Carries a batch out, item by item; each is applied as a whole or not at all. A repeated id is answered as the first time where the
   * system is idempotent or fences, and carried out again where it is neither. `fenced`: the id was settled as dead before.
   */
  write(request: WriteRequest, at: number): WriteAnswer | 'fenced' {
    const known = this.#remembers() ? this.#ended.get(request.id) : undefined;
    if (known !== undefined) return known;
    const { position } = this;
    const items = request.items.map((item) => this.#apply(request.id, item, at));
    const answer: WriteAnswer = { position, endPosition: this.position, items };
    if (this.#remembers()) this.#ended.set(request.id, answer);
    return answer;
  }

  /**
   * How a request ended whose answer was lost. `fenced`: it has not arrived, and if it still does it will not be carried out.
   * Only systems that fence (T0) can say; the others have to be read.
   */
  settle(id: string): WriteAnswer | 'fenced' {
    const known = this.#ended.get(id) ?? 'fenced';
    this.#ended.set(id, known);
    return known;
  }

  /** Ids of the requests of which it is remembered how they ended. */
  remembered(): readonly string[] {
    return [...this.#ended.keys()];
  }

  /** Forgets how a request ended (a fence that was purged). */
  forget(id: string): void {
    this.#ended.delete(id);
  }

  /** What stands now, to be gone back to. */
  backup(): Backup {
    return {
      standing: new Map([...this.records].map(([id, { now }]) => [id, now])),
      ended: new Map(this.#ended),
    };
  }

  /** The system is what it was when the backup was made, and remembers no request since; only the journal does. */
  restore({ standing, ended }: Backup, at: number): void {
    this.#ended.clear();
    for (const [id, end] of ended) this.#ended.set(id, end);
    const tx = ++this.#tx;
    const how = { origin: 'restore' as const, request: null, by: null, at, tx };
    for (const record of this.records.values()) {
      const { now } = record;
      const then = standing.get(record.id);
      if (then?.alive !== true) {
        if (now.alive) this.#change(record, 'delete', {}, how);
      } else this.#change(record, now.alive ? 'update' : 'insert', then.values, how);
    }
  }

  #remembers(): boolean {
    return this.traits.tier === 'T0' || this.traits.idempotent;
  }

  #record(id: string): MemoryRecord {
    const known = this.records.get(id);
    if (known !== undefined) return known;
    const record = new MemoryRecord(id);
    this.records.set(id, record);
    return record;
  }

  #apply(request: string, item: WriteRequestItem, at: number): ItemAnswer {
    const { traits } = this;
    const record = this.records.get(item.id) ?? (item.op === 'create' ? this.#record(item.id) : undefined);
    if (record === undefined) return { status: 'gone' };
    const present = record.reading(traits, record.now, at);
    if (item.op === 'create') {
      if (record.now.alive) return { status: 'duplicate', state: present };
    } else {
      if (!record.now.alive) return { status: 'gone' };
      if (!record.meets(traits, item)) return { status: 'missed', state: present };
    }
    const refused = this.#refused(item.set);
    if (refused !== null) return refused;
    const blank = item.op === 'create' ? (traits.columns ?? []).map((column) => [column, null] as const) : [];
    const values = this.#stored({ ...Object.fromEntries(blank), ...item.set });
    const tx = ++this.#tx;
    const how = { origin: 'hub' as const, request, by: null, at, tx };
    const op = item.op === 'create' ? 'insert' : item.op;
    if (this.#change(record, op, values, how, traits.marker ? item.marker : null)) this.writes++;
    if (item.op === 'delete')
      return { status: 'applied', state: record.reading(traits, record.now, at), also: {} };

    const standing = record.now.values;
    const also = traits.trigger?.(values, standing) ?? {};
    if (Object.keys(also).length > 0) this.#change(record, 'update', also, { ...how, origin: 'trigger' });
    const answer: ItemAnswer = { status: 'applied', state: record.reading(traits, record.now, at), also };
    const reaction = traits.react?.(values, record.now.values) ?? null;
    if (reaction !== null)
      this.#change(record, 'update', this.#stored(reaction), {
        ...how,
        origin: 'automation',
        tx: ++this.#tx,
      });
    return answer;
  }

  #refused(set: Values): ItemAnswer | null {
    if (this.traits.refuse === undefined) return null;
    for (const [column, raw] of Object.entries(set)) {
      const detail = this.traits.refuse(column, raw);
      if (detail !== null) return { status: 'refused', detail, columns: [column] };
    }
    return null;
  }

  #stored(values: Values): Values {
    const { normalise } = this.traits;
    if (normalise === undefined) return values;
    const stored: Record<string, Raw> = {};
    for (const column in values) stored[column] = normalise(column, values[column] as Raw);
    return stored;
  }

  /** Returns false when nothing changed. A write of the hub counts as one even then: it moves version, stamp and marker. */
  #change(
    record: MemoryRecord,
    op: Happening['op'],
    values: Values,
    how: {
      origin: Origin;
      request: string | null;
      by: Author | null;
      at: number;
      aheadMs?: number;
      into?: string;
      tx: number;
    },
    marker: string | null = null,
  ): boolean {
    const before: Record<string, Raw> = {};
    const after: Record<string, Raw> = {};
    let changed = op !== 'update';
    const held = record.now.values;
    if (op === 'delete') Object.assign(before, held);
    else {
      for (const column in values) {
        const value = values[column] as Raw;
        if (op === 'update' && jsonEqual(held[column], value)) continue;
        if (op === 'update') before[column] = held[column] ?? null;
        after[column] = value;
        changed = true;
      }
    }
    if (!changed && how.origin !== 'hub') return false;
    const stamp = stampOf(this.traits, how.at + (how.aheadMs ?? 0));
    const happening: Happening = {
      position: this.journal.length + 1,
      tx: how.tx,
      record: record.id,
      op,
      before,
      after,
      origin: how.origin,
      request: how.request,
      by: how.by,
      version: record.now.version + 1,
      ...(how.into !== undefined && { into: how.into }),
      at: how.at,
      stamp,
    };
    this.journal.push(happening);
    record.take(happening, marker);
    return changed;
  }
}

/** The system's stamp of something that happens at this time of ours. */
export function stampOf(traits: Traits, at: number): number {
  return Math.floor((at + traits.skewMs) / traits.granuleMs) * traits.granuleMs;
}

/** A system as it was at a time. */
export interface Backup {
  readonly standing: ReadonlyMap<string, MemoryRecord['now']>;
  readonly ended: ReadonlyMap<string, WriteAnswer | 'fenced'>;
}

function isLogged({ origin }: Happening): boolean {
  return origin !== 'hub' && origin !== 'restore';
}
