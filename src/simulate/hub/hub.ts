import { SIDES, type Side } from '../../core/clock.js';
import { takeValue, type Taken } from '../../core/flap.js';
import { dueBack } from '../../core/give-back.js';
import { LIFE_UNIT } from '../../core/life.js';
import { LIFE, type Plan } from '../../core/plan.js';
import type { Abilities } from '../../core/protocol/abilities.js';
import {
  mayDelete,
  maySendAgain,
  mayWrite,
  prepareLife,
  prepareWrite,
  sendAgain,
} from '../../core/protocol/prepare-write.js';
import type { SideState } from '../../core/protocol/side-state.js';
import { loseAnswer, takeAnswer } from '../../core/protocol/take-answer.js';
import { takeSighting } from '../../core/protocol/take-sighting.js';
import { resolveRecord, type RecordResult } from '../../core/record.js';
import type { Unit } from '../../core/unit.js';
import type { Reading, WriteAnswer, WriteRequest } from '../../connectors/memory/exchange.js';
import type { Happening } from '../../connectors/memory/happening.js';
import { expectToHold, foldPage, isOpen, send, takeBack, takeReceipt, type LaneContext } from './log-lane.js';
import { answerOf, readContext, requestOf, sightingOf, tell } from './read-lane.js';
import { reconsiderDelete } from './reconsider-delete.js';
import { Review, type ReviewedHub } from './review.js';
import { showConflicts, tellAuthored } from './tell-result.js';
import type { Told } from './told.js';
import { linkedUnits, readFirst } from './link.js';
import { revive } from './marks.js';
import type { AfterRestore } from './restored.js';
import { isUnmoved, Store, type StoreBackup } from './store.js';
import { ALL_ON, type Switches } from './switches.js';
import { boundPlan, rebindAll, sayable } from './references.js';
import type { TargetLinks } from './target-links.js';
import { tryAgain } from './tried-again.js';
import * as attempts from './attempts.js';
import { weakenAfter, weakenBefore, weakenPlan } from './weaken.js';

/** A request that was stored as sent and may now go out. */
export interface Outgoing {
  readonly side: Side;
  readonly request: WriteRequest;
}

export interface HubSide {
  readonly log: boolean;
  readonly abilities: Abilities;
}

export interface Page {
  readonly entries: readonly Happening[];
  readonly end: number;
}

/**
 * The hub for one linked record, with nothing but the core's functions. Every method is one transaction: registers are read, moved,
 * derived and stored; what goes out does so afterwards. Sides with a log take the batch lane, the others the general path.
 */
export class Hub implements ReviewedHub {
  now = 0;
  paused = false;
  readonly store: Store;
  readonly review: Review;
  #flaps = new Map<string, readonly Taken[]>();
  #receipts: Partial<Record<Side, { id: string; answer: WriteAnswer | 'fenced' }>> = {};
  /** When something is due that could not be done before; `null`: nothing is. */
  lookAgainAt: number | null = 0;
  plan: Plan;

  constructor(
    plan: Plan,
    readonly sides: Readonly<Record<Side, HubSide>>,
    readonly switches: Switches = ALL_ON,
    /** Who is who among the records that references point to; `null`: there are no references. */
    readonly targets: TargetLinks | null = null,
  ) {
    this.plan = boundPlan(plan, targets, switches);
    this.store = new Store(switches);
    this.review = new Review(this);
  }

  /** The two records become one link, as they were read. */
  link(first: Readonly<Record<Side, { readonly reading: Reading; readonly position: number }>>): void {
    const units = linkedUnits(this.plan, { A: first.A.reading, B: first.B.reading });
    for (const side of SIDES) {
      const { reading, position } = first[side];
      if (this.sides[side].log) this.store.setLane(side, { cursor: position, attempt: null });
      else this.store.setRead(side, readFirst(reading, this.now));
    }
    this.#commit(units, null);
  }

  /** The process dies: whatever is not stored is gone. After the restart no answer to an open write will come. */
  crash(): void {
    this.store.crash();
    this.lookAgainAt = 0;
    this.#flaps = new Map();
    this.#receipts = {};
    for (const side of SIDES) this.lost(side);
  }

  /** Pages of logs, and whether something may be written now. */
  turn(
    pages: Partial<Record<Side, (cursor: number) => Page>>,
    planning: boolean,
    busy?: Side,
  ): readonly Outgoing[] {
    return this.#transaction(planning, busy, (units) => {
      for (const side of SIDES) {
        const state = this.store.lane(side);
        const page = pages[side];
        // A side with a write whose end is not known is not read.
        if (state === undefined || page === undefined || isOpen(state)) continue;
        const { entries, end } = page(state.cursor);
        if (end > state.cursor)
          this.store.setLane(side, foldPage(this.#lane(side, units), state, entries, end));
      }
    });
  }

  /** An answer to a by-id read. */
  sighting(side: Side, reading: Reading, start: number, planning: boolean): readonly Outgoing[] {
    return this.#transaction(planning, undefined, (units) => {
      const state = this.store.read(side);
      if (state === undefined) return;
      const context = this.#read(side, units);
      const taken = takeSighting(context, state, sightingOf(reading, start, this.now));
      this.store.dirty[side] ||= taken.dirty;
      this.store.setRead(side, taken.state);
      tell(this.store.told, this.now, context.notes);
    });
  }

  /** An answer to a write. A lane keeps it for its next transaction; until then it is not stored. */
  answered(side: Side, id: string, answer: WriteAnswer | 'fenced', start: number): void {
    if (this.sides[side].log) {
      this.#receipts[side] = { id, answer };
      return;
    }
    this.#transaction(false, undefined, (units) => {
      const context = this.#read(side, units);
      const taken = takeAnswer(
        context,
        this.store.read(side) as SideState,
        id,
        answerOf(this.plan, side, answer, start, this.now),
        this.now,
      );
      this.store.dirty[side] ||= taken.dirty;
      this.store.setRead(side, taken.state);
      tell(this.store.told, this.now, context.notes);
    });
  }

  /** No answer will come to the open write of a side. */
  lost(side: Side): void {
    const lane = this.store.lane(side);
    if (lane !== undefined) {
      if (lane.attempt?.state !== 'sent' || this.#receipts[side]?.id === lane.attempt.id) return;
      const state = this.switches.fence ? 'unknown' : 'dead';
      this.store.setLane(side, { ...lane, attempt: { ...lane.attempt, state } });
      return;
    }
    const state = this.store.read(side);
    if (state?.attempt?.state !== 'sent') return;
    this.#transaction(false, undefined, (units) => {
      const context = this.#read(side, units);
      this.store.setRead(side, loseAnswer(context, state));
      this.store.dirty[side] = true;
      tell(this.store.told, this.now, context.notes);
    });
  }

  /** Sends an attempt of unknown end once more, where copies are harmless. */
  again(side: Side): Outgoing | null {
    const state = this.store.read(side);
    const { abilities } = this.sides[side];
    const open = state?.attempt ?? null;
    if (state === undefined || open === null || !maySendAgain(abilities, open) || this.paused) return null;
    const attempt = sendAgain(open, this.now, abilities.fenceMs);
    this.store.setRead(side, { ...state, attempt });
    return { side, request: requestOf(this.plan, side, attempt, this.switches) };
  }

  /** Id of a write whose end a side can be asked for. */
  toSettle(side: Side): string | null {
    return attempts.toSettle(this.store, this.sides[side].abilities, side);
  }

  openAttempt(side: Side): attempts.OpenAttempt | null {
    return attempts.openAttempt(this.store, side);
  }

  units(): Map<string, Unit> {
    return this.store.units(this.plan);
  }

  /** What derive says now, with nothing authored: for looking only. */
  derived(): RecordResult {
    const units = this.units();
    for (const side of SIDES) {
      const lane = this.store.lane(side);
      if (lane !== undefined) takeBack(this.#lane(side, units), lane);
    }
    return resolveRecord({
      plan: this.plan,
      units,
      now: this.now,
      writable: { A: false, B: false },
      unsettled: true,
      fights: () => false,
    });
  }

  /** The pipeline that links what references point to takes a step. */
  linkTargets(pick: number): boolean {
    const moved = this.targets?.step(pick, this.now) ?? false;
    if (moved && this.switches.wakeWaiting) this.lookAgainAt = 0;
    return moved;
  }

  restore(backup: StoreBackup): readonly Told[] {
    const lost = this.store.restore(backup);
    this.review.forget();
    this.crash();
    return lost;
  }

  readAnew(positions: Partial<Record<Side, number>>, work: (context: AfterRestore) => void): void {
    this.lookAgainAt = 0;
    this.#transaction(false, undefined, (units) => {
      const { plan, now, switches, store } = this;
      work({ plan, units, told: store.told, now, switches });
      store.readOn(positions);
    });
  }

  /** Somebody edited the pipeline. */
  replan(plan: Plan): void {
    this.plan = boundPlan(plan, this.targets, this.switches);
    this.lookAgainAt = 0;
    this.#transaction(false, undefined, () => undefined);
  }

  /** Somebody has what a side refused of this unit, or of the whole record, tried once more. */
  retry(key: string): void {
    this.#transaction(false, undefined, (units) => {
      if (tryAgain(units, [key, LIFE])) this.lookAgainAt = 0;
    });
  }

  transaction(work: (units: Map<string, Unit>) => void): void {
    this.#transaction(false, undefined, work);
  }

  lookAgain = (): void => void (this.lookAgainAt = 0);

  #transaction(
    planning: boolean,
    busy: Side | undefined,
    work: (units: Map<string, Unit>) => void,
  ): readonly Outgoing[] {
    const { store } = this;
    const units = this.units();
    let before = [...units.values()];
    const said = store.told.length;
    let unsettled = !planning || this.paused || store.ended;
    for (const side of SIDES) {
      let lane = store.lane(side);
      if (lane === undefined) continue;
      const receipt = this.#receipts[side];
      if (receipt !== undefined) {
        lane = takeReceipt(this.#lane(side, units), lane, receipt.id, receipt.answer);
        this.#receipts = { ...this.#receipts, [side]: undefined };
        this.lookAgainAt ??= 0;
      }
      unsettled ||= isOpen(lane);
      store.setLane(side, takeBack(this.#lane(side, units), lane));
    }
    const open = SIDES.map((side) => store.read(side)?.attempt ?? null);
    const receiptMoved = !isUnmoved(before, units);
    const rebound = this.#rebind(units);
    if (!receiptMoved) before = [...units.values()];
    work(units);
    if (SIDES.some((side, i) => (store.read(side)?.attempt ?? null) !== open[i])) this.lookAgainAt ??= 0;
    if (this.lookAgainAt === null && isUnmoved(before, units)) return [];
    store.told.push(...(rebound ?? []));
    if (this.switches.deleteSeesEdits) reconsiderDelete(this.plan, units, store.told.slice(said));
    weakenBefore(this.switches, this.plan, units, !unsettled);
    const result = resolveRecord({
      plan: weakenPlan(this.switches, this.plan),
      units,
      now: this.now,
      writable: {
        A: busy !== 'A' && this.#writable('A', units),
        B: busy !== 'B' && this.#writable('B', units),
      },
      unsettled: unsettled && (this.switches.lazyAuthoring || this.paused || store.ended),
      fights: (unit, key) => this.#fights(unit, key),
    });
    for (const [key, unit] of result.units) units.set(key, unit);
    this.lookAgainAt = rebound === null ? 0 : result.lookAgainAt;
    tellAuthored(this, result);
    const outgoing: Outgoing[] = [];
    if (!unsettled) for (const side of SIDES) this.#send(side, result.writes[side], units, outgoing);
    weakenAfter(this.switches, result, units);
    for (const side of SIDES) {
      const lane = store.lane(side);
      if (lane !== undefined) expectToHold(this.#lane(side, units), lane);
    }
    this.#commit(units, result);
    return outgoing;
  }

  #send(side: Side, keys: readonly string[], units: Map<string, Unit>, outgoing: Outgoing[]): void {
    if (keys.length === 0) return;
    // Made anew or deleted: its fields wait, and are looked at after that.
    if (keys[0] === LIFE) this.lookAgainAt = 0;
    const due = keys[0] === LIFE ? keys : sayable(this.plan, units, side, keys, this.now);
    if (due.length < keys.length) this.lookAgainAt ??= 0;
    if (due.length === 0) return;
    const id = `w${String(++this.store.ids)}`;
    const lane = this.store.lane(side);
    if (lane !== undefined) {
      const sent = send(this.#lane(side, units), lane, due, id);
      this.store.setLane(side, sent.state);
      if (sent.request !== null) outgoing.push({ side, request: sent.request });
      return;
    }
    const state = this.store.read(side) as SideState;
    const context = this.#read(side, units);
    const life = keys[0] === LIFE ? units.get(LIFE) : undefined;
    const wanted = life === undefined ? null : (dueBack(LIFE_UNIT, life, side) ?? life.head).value;
    if (wanted === 'deleted' && !mayDelete(context, state)) {
      this.store.dirty[side] = true;
      return;
    }
    const attempt =
      keys[0] === LIFE
        ? prepareLife(context, state, id, this.now)
        : prepareWrite(context, state, due, id, this.now);
    if (attempt === null) return;
    this.store.setRead(side, { ...state, attempt });
    outgoing.push({ side, request: requestOf(this.plan, side, attempt, this.switches) });
  }

  #rebind(units: Map<string, Unit>): readonly Told[] | null {
    if (this.targets === null || !this.switches.rebindReferences) return [];
    if (SIDES.some((side) => this.openAttempt(side) !== null)) return null;
    return rebindAll(this.plan, units, this.targets, this.now);
  }

  #writable(side: Side, units: Map<string, Unit>): boolean {
    if (this.store.ended) return false;
    const lane = this.store.lane(side);
    if (lane === undefined) return mayWrite(this.#read(side, units), this.store.read(side) as SideState);
    const covered = lane.cursor >= (lane.attempt?.position ?? 0) || !this.switches.coverBeforeWrite;
    return !isOpen(lane) && covered;
  }

  #commit(units: Map<string, Unit>, result: RecordResult | null): void {
    const { store } = this;
    store.save(this.plan, units);
    if (result === null) return;
    if (result.unlink) store.ended = true;
    const life = units.get(LIFE);
    const gone = life?.head.value === 'deleted' && SIDES.every((side) => life[side].value === 'deleted');
    // Unless somebody has taken the deletion back, or is about to decide anew.
    if (gone && life.contest === null && life.decision === null)
      store.ended ||= SIDES.every((side) => this.openAttempt(side) === null);
    showConflicts(this, units, result);
  }

  #fights(unit: string, key: string): boolean {
    if (!this.switches.flapBreaker) return false;
    const { history, fights } = takeValue(this.#flaps.get(unit) ?? [], key, this.now, this.plan.flap);
    if (fights) this.#flaps.delete(unit);
    else this.#flaps.set(unit, history);
    return fights;
  }

  #lane(side: Side, units: Map<string, Unit>): LaneContext {
    const { plan, now, switches, store } = this;
    const { clock, granuleMs } = this.sides[side].abilities;
    return {
      plan,
      side,
      units,
      told: store.told,
      now,
      switches,
      clock: { offsetMs: clock.offsetMs, granuleMs },
      stands: (life) => revive(store, life, side, switches),
    };
  }

  #read(side: Side, units: Map<string, Unit>): ReturnType<typeof readContext> {
    return readContext(this.plan, side, this.sides[side].abilities, units, this.store.headAt, this.switches);
  }
}
