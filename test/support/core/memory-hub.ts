import { defaultClock, readUnit, writeUnit, rawOf } from '../../../src/core/at-rest.js';
import { acknowledge } from '../../../src/core/author.js';
import { dotText, sameDot, SIDES, type Side } from '../../../src/core/clock.js';
import type { Conflict } from '../../../src/core/conflict.js';
import { contestDecision, decide, shownVersions, undoHeld } from '../../../src/core/decide.js';
import { takeValue, type Taken } from '../../../src/core/flap.js';
import { fromBothSides, ORIGIN } from '../../../src/core/linking.js';
import { observe, withImage } from '../../../src/core/observe.js';
import type { Plan, UnitPlan } from '../../../src/core/plan.js';
import { resolveRecord, type RecordResult } from '../../../src/core/record.js';
import { image, type Image, type Unit, type Version } from '../../../src/core/unit.js';
import { jsonEqual, type Canon, type Json } from '../../../src/core/value.js';
import type { LogLine, MemorySide, SideReceipt, SideWrite } from './memory-side.js';
import type { Watch } from './watch.js';

/** What a person had on the screen. */
export interface Shown {
  readonly conflict: Conflict;
  readonly versions: readonly Version[];
}

interface Attempt {
  readonly write: SideWrite;
  readonly before: ReadonlyMap<string, Image>;
  state: 'sent' | 'unknown' | 'acked' | 'dead';
  receipt: SideReceipt | null;
}

/**
 * The hub for one linked record, with nothing but the core's functions: registers are stored and read again around every transaction,
 * one transaction takes a page of each log in, derives, authors and plans, and writes go out after it. As the engine does it.
 */
export class MemoryHub {
  now = 1_000;
  readonly shown = new Map<string, Shown[]>();
  result: RecordResult | null = null;
  readonly #stored = new Map<string, string>();
  readonly #cursor: Record<Side, number> = { A: 0, B: 0 };
  readonly #attempts: Record<Side, Attempt | null> = { A: null, B: null };
  readonly #taken = new Map<string, readonly Taken[]>();
  readonly #undoable = new Map<string, readonly Version[]>();
  readonly #clock = defaultClock(ORIGIN.both);
  #ids = 0;

  constructor(
    readonly plan: Plan,
    readonly sides: Readonly<Record<Side, MemorySide>>,
    private readonly watch: Watch,
  ) {
    for (const unit of plan.units) {
      const [a, b] = SIDES.map((side) => {
        const value = sides[side].values.get(unit.key) ?? null;
        return { value, raw: value, stamp: null };
      });
      this.#save(unit, fromBothSides(unit, a as never, b as never));
    }
  }

  units(): Map<string, Unit> {
    return new Map(this.plan.units.map((plan) => [plan.key, this.#load(plan)]));
  }

  /** One transaction: at most so many lines of each log; `busy` sides cannot be written now. */
  transact(lines: Readonly<Record<Side, number>>, busy: Readonly<Record<Side, boolean>>): void {
    const units = this.units();
    const unsettled = SIDES.some((side) => isOpen(this.#attempts[side]));
    for (const side of SIDES) this.#settle(side, units);
    for (const side of SIDES) {
      // A side with a write whose end is not known is not read.
      if (isOpen(this.#attempts[side])) continue;
      const page = this.sides[side].page(this.#cursor[side], lines[side]);
      this.#cursor[side] += page.length;
      for (const transaction of byTransaction(page)) this.#fold(side, transaction, units);
    }
    const result = resolveRecord({
      plan: this.plan,
      units,
      now: this.now,
      writable: { A: this.#writable('A') && !busy.A, B: this.#writable('B') && !busy.B },
      unsettled,
      fights: (unit, key) => this.#fights(unit, key),
    });
    this.watch.resolved(this.plan, units, result, unsettled, this.now);
    for (const [key, unit] of result.units) units.set(key, unit);
    this.result = result;
    for (const side of SIDES) this.#send(side, result.writes[side], units);
    for (const side of SIDES) this.#expectToHold(side, units);
    this.#remember(result, units);
    for (const plan of this.plan.units) this.#save(plan, units.get(plan.key) as Unit);
  }

  /** Carries the write to a side out, or loses its request or its answer. */
  deliver(side: Side, fault: 'none' | 'request lost' | 'answer lost'): void {
    const attempt = this.#attempts[side];
    if (attempt?.state !== 'sent') return;
    if (fault === 'request lost') {
      attempt.state = 'unknown';
      return;
    }
    const receipt = this.sides[side].write(attempt.write);
    if (fault === 'answer lost') attempt.state = 'unknown';
    else this.#end(attempt, receipt);
  }

  settle(side: Side): void {
    const attempt = this.#attempts[side];
    if (attempt?.state === 'unknown') this.#end(attempt, this.sides[side].settle(attempt.write.id));
  }

  /** A person decides on something that was on the screen, now or up to two looks ago. Returns what was chosen and what was seen. */
  decide(
    key: string,
    looksAgo: number,
    choice: number,
    fresh: Canon,
    holdMs: number,
  ): { readonly value: Canon; readonly seen: readonly Version[] } | null {
    const screens = this.shown.get(key) ?? [];
    const screen = screens[screens.length - 1 - looksAgo] ?? screens[screens.length - 1];
    const plan = this.plan.unit.get(key);
    if (screen === undefined || plan === undefined || this.result?.conflicts.has(key) !== true) return null;
    const picked = screen.conflict.candidates[choice % (screen.conflict.candidates.length + 1)];
    const value = picked === undefined ? fresh : picked.value;
    const id = `d${String(++this.#ids)}`;
    const by = { kind: 'person', name: 'Ada' } as const;
    const unit = decide(this.#load(plan), {
      id,
      value,
      shown: screen.versions,
      by,
      dueAt: this.now + holdMs,
    });
    this.#undoable.set(key, screen.conflict.candidates);
    this.watch.decided(key, unit, screen.versions);
    this.#save(plan, unit);
    return { value, seen: screen.versions };
  }

  undo(key: string): void {
    const plan = this.plan.unit.get(key);
    const earlier = this.#undoable.get(key);
    if (plan === undefined || earlier === undefined) return;
    this.#undoable.delete(key);
    const unit = this.#load(plan);
    if (unit.decision !== null) this.#save(plan, undoHeld(unit));
    else if (unit.contest === null) this.#save(plan, contestDecision(unit, earlier, 'taken back'));
  }

  /** Everything is read, nothing is on its way. */
  isQuiet(): boolean {
    return SIDES.every(
      (side) => this.#cursor[side] === this.sides[side].log.length && !isOpen(this.#attempts[side]),
    );
  }

  #load(plan: UnitPlan): Unit {
    const { field, open } = JSON.parse(this.#stored.get(plan.key) as string) as {
      field: Json;
      open: Json | null;
    };
    return readUnit(this.#clock, field, open ?? undefined);
  }

  #save(plan: UnitPlan, unit: Unit): void {
    this.watch.stored(plan, unit);
    this.#stored.set(plan.key, JSON.stringify(writeUnit(plan, this.#clock, unit)));
  }

  #writable(side: Side): boolean {
    const attempt = this.#attempts[side];
    // Everything that preceded our last write must have been read before the next one.
    return !isOpen(attempt) && this.#cursor[side] >= (attempt?.receipt?.position ?? 0);
  }

  #end(attempt: Attempt, receipt: SideReceipt | 'fenced'): void {
    attempt.state = receipt !== 'fenced' && receipt.applied ? 'acked' : 'dead';
    attempt.receipt = receipt === 'fenced' ? null : receipt;
  }

  /** An open or failed write has left the side with what it held before. */
  #settle(side: Side, units: Map<string, Unit>): void {
    const attempt = this.#attempts[side];
    if (attempt === null || attempt.state === 'acked') return;
    for (const [key, before] of attempt.before) {
      const back = withImage(units.get(key) as Unit, side, before);
      units.set(key, { ...back, [side === 'A' ? 'incA' : 'incB']: { value: before.value } });
    }
    if (attempt.state === 'dead')
      this.#attempts[side] =
        attempt.receipt === null ? null : { ...attempt, before: new Map(), state: 'acked' };
  }

  /** Stored as if the open write had arrived: acknowledged, it needs no second write. */
  #expectToHold(side: Side, units: Map<string, Unit>): void {
    const attempt = this.#attempts[side];
    if (attempt === null || !isOpen(attempt)) return;
    for (const [key, before] of attempt.before) {
      const unit = units.get(key) as Unit;
      if (sameDot(image(unit, side).dot, before.dot))
        units.set(key, acknowledge(unit, side, attempt.write.set.get(key)));
    }
  }

  #fold(side: Side, lines: readonly LogLine[], units: Map<string, Unit>): void {
    const attempt = this.#attempts[side];
    const position = attempt?.receipt?.position ?? 0;
    for (const line of new Map(lines.map((l) => [l.unit, l])).values()) {
      const plan = this.plan.unit.get(line.unit) as UnitPlan;
      const unit = units.get(line.unit) as Unit;
      // The write's condition held: whatever precedes it had gone back to what it expected.
      if (attempt?.before.has(line.unit) === true && line.seq <= position) continue;
      const stamp = [line.at - 2, line.at + 2] as const;
      const seen = observe(plan, unit, {
        side,
        value: line.value,
        raw: line.value,
        stamp,
        by: null,
        stale: false,
      });
      if (seen.kind === 'event') this.watch.event(line.unit, dotText(seen.dot));
      units.set(line.unit, seen.unit);
    }
  }

  #send(side: Side, keys: readonly string[], units: Map<string, Unit>): void {
    const set = new Map<string, Canon>();
    const expect = new Map<string, Canon>();
    const before = new Map<string, Image>();
    for (const key of keys) {
      const plan = this.plan.unit.get(key) as UnitPlan;
      const unit = units.get(key) as Unit;
      const held = rawOf(plan, side, image(unit, side));
      const raw = plan.put(side, unit.head.value, held);
      if (!jsonEqual(raw, held)) {
        set.set(key, raw);
        expect.set(key, held);
        before.set(key, image(unit, side));
      } else units.set(key, acknowledge(unit, side, raw));
    }
    if (set.size > 0) {
      const write = { id: ++this.#ids, set, expect };
      this.#attempts[side] = { write, before, state: 'sent', receipt: null };
    }
  }

  #remember(result: RecordResult, units: ReadonlyMap<string, Unit>): void {
    for (const [key, conflict] of result.conflicts) {
      const unit = units.get(key) as Unit;
      const screens = this.shown.get(key) ?? [];
      this.shown.set(
        key,
        [...screens, { conflict, versions: shownVersions(unit, conflict.candidates) }].slice(-3),
      );
    }
  }

  #fights(unit: string, key: string): boolean {
    const { history, fights } = takeValue(this.#taken.get(unit) ?? [], key, this.now, this.plan.flap);
    if (fights) this.#taken.delete(unit);
    else this.#taken.set(unit, history);
    return fights;
  }
}

function isOpen(attempt: Attempt | null): boolean {
  return attempt !== null && (attempt.state === 'sent' || attempt.state === 'unknown');
}

function byTransaction(page: readonly LogLine[]): readonly (readonly LogLine[])[] {
  const groups = new Map<number, LogLine[]>();
  for (const line of page) groups.set(line.tx, [...(groups.get(line.tx) ?? []), line]);
  return [...groups.values()];
}
