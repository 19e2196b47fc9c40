import { otherSide, SIDES, type Side } from '../../../src/core/clock.js';
import type { Plan, UnitPlan } from '../../../src/core/plan.js';
import { isBlank, jsonEqual, stableStringify, type Canon } from '../../../src/core/value.js';
import { MemoryHub } from './memory-hub.js';
import { MemorySide } from './memory-side.js';
import { nameOf, Watch } from './watch.js';

export type Action =
  | {
      readonly do: 'edit';
      readonly side: Side;
      readonly unit: number;
      readonly kind: number;
      readonly also: boolean;
    }
  | {
      readonly do: 'transact';
      readonly lines: Readonly<Record<Side, number>>;
      readonly busy: Readonly<Record<Side, boolean>>;
    }
  | { readonly do: 'deliver'; readonly side: Side; readonly fault: 'none' | 'request lost' | 'answer lost' }
  | { readonly do: 'settle'; readonly side: Side }
  | {
      readonly do: 'decide';
      readonly unit: number;
      readonly looksAgo: number;
      readonly choice: number;
      readonly holdMs: number;
    }
  | { readonly do: 'undo'; readonly unit: number }
  | { readonly do: 'wait'; readonly ms: number };

const ALL = { A: 1_000, B: 1_000 };
const FREE = { A: false, B: false };

/**
 * Two sides, the hub between them, people on all three, and an account of who had seen what that knows nothing of clocks or policies:
 * a value typed on a side has seen every value that ever stood there.
 */
export class World {
  readonly watch = new Watch();
  readonly sides: Readonly<Record<Side, MemorySide>>;
  readonly hub: MemoryHub;
  readonly #seen: Readonly<Record<Side, Map<string, Set<string>>>> = { A: new Map(), B: new Map() };
  readonly #knownTo = new Map<string, Set<string>>();
  readonly #sums = new Map<string, bigint>();
  readonly #expectedSets = new Map<string, Set<string>>();
  readonly #words = new Map<string, Set<string>>();
  readonly #disputed = new Set<string>();
  #fresh = 0;

  constructor(
    readonly plan: Plan,
    private readonly noPast: boolean,
    initial: (unit: UnitPlan, side: Side) => Canon,
  ) {
    const replaced = (side: Side, unit: string, before: Canon, after: Canon): void =>
      this.#replaced(side, unit, before, after);
    this.sides = { A: new MemorySide('A', replaced), B: new MemorySide('B', replaced) };
    for (const unit of plan.units) {
      for (const side of SIDES) {
        const value = initial(unit, side);
        this.sides[side].values.set(unit.key, value);
        this.#seen[side].set(unit.key, new Set([stableStringify(value)]));
        this.#knownBy(unit.key, value, new Set([stableStringify(value)]));
      }
      const first = initial(unit, 'A');
      if (mergeOf(unit) === 'counter') this.#sums.set(unit.key, BigInt(first as string));
      if (mergeOf(unit) === 'set') this.#expectedSets.set(unit.key, new Set(first as readonly string[]));
      if (mergeOf(unit) === 'text') this.#words.set(unit.key, new Set());
    }
    this.hub = new MemoryHub(plan, this.sides, this.watch);
  }

  act(action: Action): void {
    switch (action.do) {
      case 'edit':
        this.#edit(action);
        break;
      case 'transact':
        this.transact(action.lines, action.busy);
        break;
      case 'deliver':
        this.hub.deliver(action.side, action.fault);
        break;
      case 'settle':
        this.hub.settle(action.side);
        break;
      case 'decide': {
        const { key } = this.#unit(action.unit);
        this.#decide(key, action.looksAgo, action.choice, `D${String(++this.#fresh)}`, action.holdMs);
        break;
      }
      case 'undo':
        this.hub.undo(this.#unit(action.unit).key);
        break;
      case 'wait':
        this.hub.now += action.ms;
    }
  }

  transact(lines: Readonly<Record<Side, number>> = ALL, busy: Readonly<Record<Side, boolean>> = FREE): void {
    this.hub.now++;
    this.hub.transact(lines, busy);
    for (const key of this.hub.result?.conflicts.keys() ?? []) this.#disputed.add(key);
  }

  /** No faults any more, nobody edits: everything is read, settled and written. */
  drain(): void {
    for (let round = 0; round < 60; round++) {
      const before = this.#fingerprint();
      for (const side of SIDES) this.hub.settle(side);
      this.transact();
      for (const side of SIDES) this.hub.deliver(side, 'none');
      this.hub.now += 100;
      if (before === this.#fingerprint() && this.hub.isQuiet() && this.hub.result?.lookAgainAt === null)
        return;
    }
    this.watch.fault('P8: it never came to rest');
  }

  /** A person settles whatever is open, with everything in view. */
  decideAll(choice: number): void {
    for (let round = 0; round < 8; round++) {
      const open = [...(this.hub.result?.conflicts.keys() ?? [])];
      if (open.length === 0) return;
      for (const key of open) this.#decide(key, 0, choice, this.#fitting(key), 0);
      this.drain();
    }
    this.watch.fault('conflicts were decided and stayed open');
  }

  /** P1, P4, P8 for a world at rest. */
  checkAtRest(): void {
    const { result } = this.hub;
    const units = this.hub.units();
    const writes = this.sides.A.writes + this.sides.B.writes;
    for (const plan of this.plan.units) {
      if (result?.conflicts.has(plan.key) === true || result?.diverged.has(plan.key) === true) continue;
      if (this.#heldWithOthers(plan.key)) continue;
      const [a, b] = SIDES.map((side) => this.sides[side].values.get(plan.key) ?? null);
      const head = units.get(plan.key)?.head.value ?? null;
      const same = (x: Canon, y: Canon): boolean => plan.equal(x, y) || (isBlank(x) && isBlank(y));
      if (!same(a as Canon, b as Canon) || !same(a as Canon, head)) {
        this.watch.fault(`P1: ${plan.key} is ${JSON.stringify([a, b])} with head ${JSON.stringify(head)}`);
      }
      if (!this.#disputed.has(plan.key)) this.#checkSum(plan.key, a as Canon);
    }
    this.drain();
    if (this.sides.A.writes + this.sides.B.writes !== writes) this.watch.fault('P8: written again at rest');
  }

  #checkSum(key: string, value: Canon): void {
    const sum = this.#sums.get(key);
    if (sum !== undefined && String(sum) !== value)
      this.watch.fault(`P4: ${key} is ${JSON.stringify(value)}, not ${String(sum)}`);
    const set = this.#expectedSets.get(key);
    if (set !== undefined && !jsonEqual([...set].sort(), value)) {
      this.watch.fault(`P4: ${key} is ${JSON.stringify(value)}, not ${JSON.stringify([...set].sort())}`);
    }
    const words = this.#words.get(key);
    const lost =
      words === undefined
        ? []
        : [...words].filter((word) => !((value ?? '') as string).split(' ').includes(word));
    if (lost.length > 0) this.watch.fault(`P2: ${key} lost ${lost.join(' ')}`);
  }

  /** Whoever decides has seen what was on the screen, and what those values' makers had seen. */
  #decide(key: string, looksAgo: number, choice: number, fresh: Canon, holdMs: number): void {
    const decision = this.hub.decide(key, looksAgo, choice, fresh, holdMs);
    if (decision === null) return;
    this.#disputed.add(key);
    for (const { value } of decision.seen) {
      this.#knownBy(key, decision.value, this.#knownTo.get(nameOf(key, value)) ?? new Set());
    }
  }

  #heldWithOthers(key: string): boolean {
    const { result } = this.hub;
    return this.plan.holdSets.some(
      (set) => set.has(key) && [...set].some((k) => result?.conflicts.has(k) === true),
    );
  }

  #edit({ side, unit, kind, also }: Extract<Action, { do: 'edit' }>): void {
    this.hub.now += 3;
    const plans = new Set(also ? [this.#unit(unit), this.#unit(unit + 1)] : [this.#unit(unit)]);
    const changes: [string, Canon][] = [];
    for (const plan of plans) {
      const value = this.#typed(plan, side, kind);
      // Values inside a transaction never stood.
      if (kind % 5 === 4 && mergeOf(plan) === null)
        changes.push([plan.key, `never ${String(++this.#fresh)}`]);
      changes.push([plan.key, value]);
      const seen = this.#seen[side].get(plan.key) as Set<string>;
      seen.add(stableStringify(value));
      this.#knownBy(plan.key, value, seen);
    }
    this.sides[side].edit(changes, this.hub.now);
  }

  #typed(plan: UnitPlan, side: Side, kind: number): Canon {
    const { key } = plan;
    const now = this.sides[side].values.get(key) ?? null;
    const fresh = `${side}${String(++this.#fresh)}`;
    switch (mergeOf(plan)) {
      case 'counter': {
        const by = BigInt((kind % 7) - 3);
        this.#sums.set(key, (this.#sums.get(key) ?? 0n) + by);
        return String(BigInt(now as string) + by);
      }
      case 'set': {
        const members = [...(now as readonly string[])];
        const set = this.#expectedSets.get(key) as Set<string>;
        const gone = kind % 3 === 0 ? members.splice(kind % Math.max(1, members.length), 1)[0] : undefined;
        if (gone !== undefined) set.delete(gone);
        else {
          members.push(fresh);
          set.add(fresh);
        }
        return members.sort();
      }
      case 'text': {
        const words = ((now ?? '') as string).split(' ');
        words.splice(kind % (words.length + 1), 0, fresh);
        this.#words.get(key)?.add(fresh);
        return words.join(' ');
      }
      case 'max':
      case 'min':
        return String(this.#fresh * (kind % 2 === 0 ? 1 : -1));
      default: {
        const stood = [...(this.#seen[side].get(key) as Set<string>)].map(
          (text) => JSON.parse(text) as Canon,
        );
        if (kind === 0) return plan.isGroup ? { street: null, zip: null } : null;
        if (kind <= 2) return stood[kind % stood.length] ?? null;
        if (kind === 3) return this.sides[otherSide(side)].values.get(key) ?? null;
        if (plan.isGroup) return { ...(now as object), [kind % 2 === 0 ? 'street' : 'zip']: fresh };
        return fresh;
      }
    }
  }

  /** P2: whoever made the new value had seen what it replaces, or what it replaces is named. */
  #replaced(side: Side, unit: string, before: Canon, after: Canon): void {
    const plan = this.plan.unit.get(unit) as UnitPlan;
    const known = this.#knownTo.get(nameOf(unit, after));
    // Of two records that share no past a blank says nothing against the other's value.
    const said = !(this.noPast && isBlank(before));
    if (
      said &&
      mergeOf(plan) === null &&
      known?.has(stableStringify(before)) !== true &&
      !this.watch.isNamed(unit, before)
    ) {
      this.watch.fault(
        `P2: ${stableStringify(after)} replaced ${stableStringify(before)} of ${unit} on ${side} unseen`,
      );
    }
    this.#seen[side].set(unit, new Set([...(known ?? []), stableStringify(after)]));
  }

  #knownBy(unit: string, value: Canon, seen: ReadonlySet<string>): void {
    const name = nameOf(unit, value);
    this.#knownTo.set(name, new Set([...(this.#knownTo.get(name) ?? []), ...seen]));
  }

  #fitting(key: string): Canon {
    const plan = this.plan.unit.get(key) as UnitPlan;
    const merge = mergeOf(plan);
    if (merge === 'set') return ['D'];
    if (merge === 'counter' || merge === 'max' || merge === 'min') return '0';
    return plan.isGroup ? { street: 'D', zip: 'D' } : 'D';
  }

  #unit(i: number): UnitPlan {
    return this.plan.units[i % this.plan.units.length] as UnitPlan;
  }

  #fingerprint(): string {
    return JSON.stringify([
      [...this.hub.units()],
      SIDES.map((side) => [...this.sides[side].values]),
      this.sides.A.writes,
      this.sides.B.writes,
    ]);
  }
}

/** What kind of merge the unit's policy is; `null`: values are taken whole. */
export function mergeOf(plan: UnitPlan): string | null {
  return plan.policy.strategy === 'merge' ? plan.policy.merge : null;
}
