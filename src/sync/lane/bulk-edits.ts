import type { ChangePage, LogEntry, RecordState } from '../../connectors/connector.js';
import type { Side } from '../../core/clock.js';
import { MOST_AT_ONCE } from '../../core/stamp.js';

const NONE: ReadonlySet<string> = new Set();

/**
 * Which modifications touched so many records that nobody meant each of them: a source transaction in a log, one modification time and
 * author among states. Pages are cut anywhere, so the last modification of a page is remembered for the next.
 */
export class BulkEdits {
  readonly #last: Record<Side, { readonly key: string; readonly ids: Set<string> } | null> = {
    A: null,
    B: null,
  };

  readonly #known = new WeakMap<ChangePage, ReadonlySet<string>>();

  /** Keys (`keyOfEntry`, `keyOfState`) of the page's mass edits. A page that is read again gives the same answer. */
  of(side: Side, page: ChangePage | null): ReadonlySet<string> {
    if (page === null) return NONE;
    const known = this.#known.get(page) ?? this.#count(side, page);
    this.#known.set(page, known);
    return known;
  }

  #count(side: Side, page: ChangePage): ReadonlySet<string> {
    const touched = new Map<string, Set<string>>();
    const last = this.#last[side];
    if (last !== null) touched.set(last.key, last.ids);
    const edits: readonly (readonly [key: string | null, id: string])[] =
      page.kind === 'log'
        ? page.entries.map((entry) => [keyOfEntry(entry), entry.id])
        : page.states.map((state) => [keyOfState(state), state.id]);
    for (const [key, id] of edits) {
      if (key === null) continue;
      const ids = touched.get(key);
      if (ids === undefined) touched.set(key, new Set([id]));
      else if (ids.size <= MOST_AT_ONCE) ids.add(id);
    }
    const end = edits.at(-1)?.[0] ?? null;
    const ids = end === null ? undefined : touched.get(end);
    if (end !== null && ids !== undefined) this.#last[side] = { key: end, ids };
    const bulk = [...touched].flatMap(([key, of]) => (of.size > MOST_AT_ONCE ? [key] : []));
    return bulk.length === 0 ? NONE : new Set(bulk);
  }
}

export function keyOfEntry(entry: LogEntry): string {
  return entry.tx;
}

/** `null` for a state that says nothing about when. */
export function keyOfState({ modifiedAt, by }: RecordState): string | null {
  return modifiedAt === null ? null : `${String(modifiedAt)} ${by?.name ?? ''}`;
}
