import { defaultClock, readUnit, writeUnit, type StoredUnit, type VersionDoc } from '../../core/at-rest.js';
import { SIDES, type Side } from '../../core/clock.js';
import { LIFE_UNIT } from '../../core/life.js';
import { ORIGIN } from '../../core/linking.js';
import { LIFE, type Plan, type UnitPlan } from '../../core/plan.js';
import type { SideState } from '../../core/protocol/side-state.js';
import type { Unit } from '../../core/unit.js';
import type { Json, Raw } from '../../core/value.js';
import type { Switches } from './switches.js';
import type { Told } from './told.js';

/** The id of the one record, on both sides. */
export const RECORD = 'r1';

/** A lane's write that is on its way or was the last to end. */
export interface LaneAttempt {
  readonly id: string;
  readonly op: 'update' | 'create' | 'delete';
  readonly state: 'sent' | 'unknown' | 'acked' | 'dead';
  /** What each unit held on the side before: it takes the write back. */
  readonly before: Readonly<Record<string, VersionDoc>>;
  readonly sent: Readonly<Record<string, Raw>>;
  /** Units of which the side is given back what it held before a decision that was undone. */
  readonly back: readonly string[];
  readonly position: number | null;
}

export interface LaneState {
  readonly cursor: number;
  readonly attempt: LaneAttempt | null;
}

export const CLOCK = defaultClock(ORIGIN.both);
export const LIVE = readUnit(CLOCK, 'live', undefined);
export const BLANK = readUnit(CLOCK, null, undefined);

/** What the hub had on disk at a time. */
export interface StoreBackup {
  readonly units: ReadonlyMap<string, string>;
  readonly read: Partial<Record<Side, string>>;
  readonly lane: Partial<Record<Side, string>>;
  readonly told: readonly Told[];
  readonly conflicts: ReadonlyMap<string, string>;
  readonly headAt: ReadonlyMap<string, number>;
  readonly ended: boolean;
  readonly ids: number;
}

interface Volatile {
  readonly units: Map<string, Unit>;
  readonly read: Partial<Record<Side, SideState>>;
  readonly lane: Partial<Record<Side, LaneState>>;
}

/**
 * What the hub has on disk for one record: text. Objects read from it are kept while the process lives and lost with it, so that
 * whatever is not written down does not survive a crash.
 */
export class Store {
  readonly told: Told[] = [];
  /** Unit → the open conflict as it is shown. */
  readonly conflicts = new Map<string, string>();
  readonly dirty: Record<Side, boolean> = { A: false, B: false };
  readonly headAt = new Map<string, number>();
  /** `unlinked`, or deleted on both sides: nothing is synchronised any more. */
  ended = false;
  ids = 0;
  readonly #units = new Map<string, string>();
  readonly #read: Partial<Record<Side, string>> = {};
  readonly #lane: Partial<Record<Side, string>> = {};
  #loaded: Volatile = { units: new Map(), read: {}, lane: {} };

  constructor(private readonly switches: Switches) {}

  /** Logs are read on from here. */
  readOn(positions: Partial<Record<Side, number>>): void {
    for (const side of SIDES) {
      const [lane, cursor] = [this.lane(side), positions[side]];
      if (lane !== undefined && cursor !== undefined) this.setLane(side, { ...lane, cursor });
    }
  }

  /** All that is on disk. */
  backup(): StoreBackup {
    return {
      units: new Map(this.#units),
      read: { ...this.#read },
      lane: { ...this.#lane },
      told: [...this.told],
      conflicts: new Map(this.conflicts),
      headAt: new Map(this.headAt),
      ended: this.ended,
      ids: this.ids,
    };
  }

  /** The disk is what it was then. @returns what it had told since, which is lost with it */
  restore(backup: StoreBackup): readonly Told[] {
    const refill = <K, V>(map: Map<K, V>, from: ReadonlyMap<K, V>): void => {
      map.clear();
      for (const [key, value] of from) map.set(key, value);
    };
    const lost = this.told.filter((row) => !backup.told.includes(row));
    this.told.splice(0, this.told.length, ...backup.told);
    refill(this.conflicts, backup.conflicts);
    refill(this.headAt, backup.headAt);
    refill(this.#units, backup.units);
    Object.assign(this.#read, backup.read);
    Object.assign(this.#lane, backup.lane);
    this.ended = backup.ended;
    if (!this.switches.skipForgottenNumbers) this.ids = backup.ids;
    this.crash();
    return lost;
  }

  crash(): void {
    this.#loaded = { units: new Map(), read: {}, lane: {} };
  }

  /** All units of the plan, and the record's existence where something was said about it. */
  units(plan: Plan): Map<string, Unit> {
    const units = new Map<string, Unit>();
    for (const unit of plan.units) units.set(unit.key, this.#unit(unit.key) as Unit);
    const life = this.#unit(LIFE);
    if (life !== undefined) units.set(LIFE, life);
    return units;
  }

  /** Writes what differs from what is stored. */
  save(plan: Plan, units: ReadonlyMap<string, Unit>): void {
    const loaded = this.#loaded.units;
    for (const [key, unit] of units) {
      if (loaded.get(key) === unit) continue;
      const unitPlan = key === LIFE ? LIFE_UNIT : (plan.unit.get(key) as UnitPlan);
      const stored = writeUnit(unitPlan, CLOCK, unit);
      this.#units.set(key, JSON.stringify(this.#weaken(stored)));
      // What was dropped on the way is missing from now on, not only after a crash.
      if (this.switches.rawAtRest && this.switches.ticksAtRest) loaded.set(key, unit);
      else loaded.delete(key);
    }
  }

  read(side: Side): SideState | undefined {
    const known = this.#loaded.read[side];
    if (known !== undefined) return known;
    const text = this.#read[side];
    return text === undefined ? undefined : (this.#loaded.read[side] = JSON.parse(text) as SideState);
  }

  setRead(side: Side, state: SideState): void {
    if (this.#loaded.read[side] === state) return;
    this.#loaded.read[side] = state;
    this.#read[side] = JSON.stringify(state);
  }

  lane(side: Side): LaneState | undefined {
    const known = this.#loaded.lane[side];
    if (known !== undefined) return known;
    const text = this.#lane[side];
    return text === undefined ? undefined : (this.#loaded.lane[side] = JSON.parse(text) as LaneState);
  }

  setLane(side: Side, state: LaneState): void {
    if (this.#loaded.lane[side] === state) return;
    this.#loaded.lane[side] = state;
    const stored = this.switches.batchWithRegisters ? state : { ...state, attempt: null };
    this.#lane[side] = JSON.stringify(stored);
  }

  /** Everything stored that has to do with values, as one text: equal texts, equal states. */
  fingerprint(): string {
    const attempts = SIDES.map((side) => this.read(side)?.attempt ?? this.lane(side)?.attempt ?? null);
    return JSON.stringify([[...this.#units], [...this.conflicts], attempts, this.told.length, this.ended]);
  }

  #unit(key: string): Unit | undefined {
    const known = this.#loaded.units.get(key);
    if (known !== undefined) return known;
    const text = this.#units.get(key);
    if (text === undefined) return undefined;
    const { field, open } = JSON.parse(text) as { field: Json; open: Json | null };
    const unit = readUnit(CLOCK, field, open ?? undefined);
    this.#loaded.units.set(key, unit);
    return unit;
  }

  #weaken(stored: StoredUnit): StoredUnit {
    const { rawAtRest, ticksAtRest } = this.switches;
    if (rawAtRest && ticksAtRest) return stored;
    const drop = (doc: Json | null, keys: readonly string[]): Json | null =>
      doc === null || typeof doc !== 'object' || Array.isArray(doc)
        ? doc
        : Object.fromEntries(Object.entries(doc).filter(([key]) => !keys.includes(key)));
    if (!ticksAtRest) return { ...stored, field: drop(stored.field, ['t']) };
    return { ...stored, field: drop(stored.field, ['a', 'b']) };
  }
}

/** Every unit is the same object as before, and there are no more of them. */
export function isUnmoved(before: readonly Unit[], units: ReadonlyMap<string, Unit>): boolean {
  if (before.length !== units.size) return false;
  let i = 0;
  for (const unit of units.values()) if (unit !== before[i++]) return false;
  return true;
}
