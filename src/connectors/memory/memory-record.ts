import { jsonEqual, type Raw } from '../../core/value.js';
import type { HistoryEntry, Reading, Tag, WriteRequestItem } from './exchange.js';
import type { Happening, Standing } from './happening.js';
import type { Traits } from './traits.js';

export type Values = Readonly<Record<string, Raw>>;

const NEVER: Standing = {
  version: 0,
  alive: false,
  values: {},
  marker: null,
  at: Number.NEGATIVE_INFINITY,
  modifiedAt: Number.NEGATIVE_INFINITY,
  entries: 0,
};

/** One record of a fake system with everything that ever stood in it, so that a read can answer from the past. */
export class MemoryRecord {
  now: Standing = NEVER;
  readonly states: Standing[] = [];
  readonly #history: HistoryEntry[] = [];

  constructor(readonly id: string) {}

  take(happening: Happening, marker: string | null): void {
    const { op, after, at, version, stamp } = happening;
    const by = happening.origin === 'hub' ? 'hub' : 'other';
    for (const column in after)
      this.#history.push({ seq: version, column, value: after[column] as Raw, by, stamp });
    const values =
      op === 'insert' ? { ...after } : op === 'delete' ? this.now.values : { ...this.now.values, ...after };
    this.now = {
      version,
      alive: op !== 'delete',
      values,
      marker: marker ?? this.now.marker,
      at,
      modifiedAt: stamp,
      entries: this.#history.length,
    };
    this.states.push(this.now);
  }

  /** What stood at a time; the last of several changes made in one millisecond. */
  asOf(at: number): Standing {
    for (let i = this.states.length - 1; i >= 0; i--) {
      const state = this.states[i] as Standing;
      if (state.at <= at) return state;
    }
    return NEVER;
  }

  reading(traits: Traits, state: Standing, at: number): Reading {
    const timed = traits.order !== 'none' && state.version > 0;
    return {
      id: this.id,
      alive: state.alive,
      values: state.alive ? state.values : {},
      order: traits.order === 'counter' ? state.version : timed ? state.modifiedAt : null,
      tag: tagOf(traits, state),
      marker: traits.marker ? state.marker : null,
      modifiedAt: timed ? state.modifiedAt : null,
      serverTime: Math.floor((at + traits.skewMs) / traits.granuleMs) * traits.granuleMs,
      history: traits.tier === 'T3' ? this.#history.slice(0, state.entries) : null,
    };
  }

  /** Whether what a write was made for still stands, as far as the system's tier can tell. */
  meets(traits: Traits, item: WriteRequestItem): boolean {
    switch (traits.tier) {
      case 'T0':
        for (const column in item.expect ?? {}) {
          if (!jsonEqual(this.now.values[column], item.expect?.[column])) return false;
        }
        return true;
      case 'T1':
        return item.tag === null || item.tag === tagOf(traits, this.now);
      case 'T2':
        // If-Unmodified-Since: whoever wrote in the same granule is not noticed. Systems of this kind do not check deletes at all.
        return item.op === 'delete' || item.tag === null || this.now.modifiedAt <= (item.tag as number);
      case 'T3':
      case 'T4':
        return true;
    }
  }
}

function tagOf(traits: Traits, state: Standing): Tag {
  if (traits.tier === 'T1') return `"${String(state.version)}"`;
  return traits.tier === 'T2' ? state.modifiedAt : null;
}
