import { SIDES, type Side } from '../../core/clock.js';
import type { Plan, UnitPlan } from '../../core/plan.js';
import { MOST_AHEAD_MS } from '../../core/stamp.js';
import type { Canon, Raw } from '../../core/value.js';
import type { MemorySystem } from '../../connectors/memory/system.js';
import type { Reading, WriteAnswer, WriteRequest } from '../../connectors/memory/exchange.js';
import { Hub, type Outgoing, type Page } from '../hub/hub.js';
import { RECORD } from '../hub/store.js';
import type { Click } from '../hub/review.js';
import { ALL_ON, type Switches } from '../hub/switches.js';
import { planOf, withReview } from '../scenario/plan-of.js';
import type { Setup } from '../scenario/setup.js';
import { abilitiesOf, FENCE_MS, systemOf } from '../scenario/system-of.js';
import type { Action, Fault } from './action.js';
import { Network, take } from './network.js';
import { ownValue } from './own-value.js';
import { columnsFor, firstValue, mergeOf, People, unitValue, type Habits } from './people.js';
import { rescope } from './scope.js';

/** A message that has had its effect; coming again it must have none. */
export type Delivered =
  | { readonly what: 'sighting'; readonly side: Side; readonly reading: Reading; readonly start: number }
  | {
      readonly what: 'answer';
      readonly side: Side;
      readonly id: string;
      readonly answer: WriteAnswer | 'fenced';
      readonly start: number;
    }
  | { readonly what: 'click'; readonly click: Click };

/** A side would not write it. */
export interface Refused {
  readonly at: number;
  readonly side: Side;
  readonly unit: string;
  readonly value: Canon;
}

/** Who changes very many records at once. */
export const BULK = { kind: 'import', name: 'a migration' } as const;

/** Further than any clock is off. */
const FAR_AHEAD_MS = 2 * MOST_AHEAD_MS;

/** How somebody decides: from which look, which candidate (−1: a value of their own). */
export type Choice = Omit<Extract<Action, { do: 'decide' }>, 'do' | 'unit'>;

const KEPT = 8;

/** Two systems, the hub between them, people on all three, and a network that nobody should trust. */
export class World {
  readonly systems: Readonly<Record<Side, MemorySystem>>;
  readonly network = new Network();
  readonly people: People;
  readonly hub: Hub;
  readonly delivered: Delivered[] = [];
  /** Units whose policy was edited during the run. */
  readonly repoliced = new Set<string>();
  /** What the sides refused to write, as they said. */
  readonly refused: Refused[] = [];
  decisions = 0;
  now = 1_000;
  step = 0;
  /** The systems' automations have stopped. */
  calm = false;

  constructor(
    readonly setup: Setup,
    switches: Switches = ALL_ON,
    /** As it was at first. What people do to a field does not depend on what its policy becomes. */
    readonly plan: Plan = planOf(setup),
    /** Of the people on both sides; default: what the simulator's own units are made for. */
    readonly habits?: Habits,
  ) {
    this.people = new People(habits);
    const formed = new Set(plan.units.filter(isFormed).map(({ key }) => key));
    const isCalm = (): boolean => this.calm;
    this.systems = {
      A: systemOf(setup.sides.A, plan.sides.A.columns, formed, isCalm, (unit) => this.#wanted('A', unit)),
      B: systemOf(setup.sides.B, plan.sides.B.columns, formed, isCalm, (unit) => this.#wanted('B', unit)),
    };
    const sides = {
      A: { log: setup.sides.A.kind === 'T0 log', abilities: abilitiesOf(setup.sides.A) },
      B: { log: setup.sides.B.kind === 'T0 log', abilities: abilitiesOf(setup.sides.B) },
    };
    this.hub = new Hub(plan, sides, switches);
    for (const side of SIDES) {
      const values: Record<string, Raw> = {};
      for (const unit of plan.units) {
        const value = this.first(unit, side);
        columnsFor(unit, side, value, values);
        this.people.stood(side, unit.key, value);
      }
      this.systems[side].insert(RECORD, values, this.now);
    }
    // The stamps of the first load are not of the moment at which it is read.
    this.now += 100;
    this.hub.now = this.now;
    const first = (side: Side): { reading: Reading; position: number } => ({
      reading: this.systems[side].read(RECORD, this.now),
      position: this.systems[side].position,
    });
    this.hub.link({ A: first('A'), B: first('B') });
  }

  act(action: Action): void {
    this.step++;
    this.now += 1;
    this.hub.now = this.now;
    switch (action.do) {
      case 'edit':
        this.#edit(action);
        break;
      case 'life':
        this.#life(action.side);
        break;
      case 'hint':
        if (this.network.hints[action.side] > 0) {
          this.network.hints[action.side]--;
          if (!action.lost) this.hub.store.dirty[action.side] = true;
        }
        break;
      case 'read':
        this.ask(action.side);
        break;
      case 'serve':
        this.serve(action.side, action.pick, action.lagMs);
        break;
      case 'arrive':
        this.#arrive(action.side, action.pick, action.fault, action.plan);
        break;
      case 'turn':
        this.turn(action.a, action.b, action.busy);
        break;
      case 'carry':
        this.carry(action.side, action.pick, action.fault);
        break;
      case 'answer':
        this.#answer(action.side, action.pick, action.fault);
        break;
      case 'timeout':
        this.hub.lost(action.side);
        break;
      case 'settle':
        this.settle(action.side);
        break;
      case 'again':
        this.again(action.side);
        break;
      case 'crash':
        this.network.crash(action.sent);
        this.hub.crash();
        break;
      case 'decide':
        this.#decide(action);
        break;
      case 'undo':
        this.#undo(action.unit);
        break;
      case 'policy':
        this.#policy(this.unit(action.unit).key);
        break;
      case 'retry':
        this.hub.retry(this.unit(action.unit).key);
        break;
      case 'pause':
        this.hub.paused = !this.hub.paused;
        break;
      case 'scope':
        rescope(this);
        break;
      case 'wait':
        this.now += action.ms;
    }
  }

  unit(index: number): UnitPlan {
    const { units } = this.plan;
    return units[index % units.length] as UnitPlan;
  }

  isLog(side: Side): boolean {
    return this.hub.sides[side].log;
  }

  ask(side: Side): void {
    if (this.isLog(side) || this.hub.paused) return;
    this.network.asked[side].push({ start: this.now, reading: null });
  }

  serve(side: Side, pick: number, lagMs: number): void {
    const waiting = this.network.asked[side].filter(({ reading }) => reading === null);
    const one = waiting[pick % Math.max(1, waiting.length)];
    if (one !== undefined) one.reading = this.systems[side].read(RECORD, this.now, lagMs);
  }

  sighting(side: Side, reading: Reading, start: number, plan: boolean): void {
    this.#remember({ what: 'sighting', side, reading, start });
    this.#send(this.hub.sighting(side, reading, start, plan));
  }

  turn(a: number, b: number, busy: Side | null): void {
    const page =
      (side: Side, limit: number) =>
      (cursor: number): Page =>
        this.systems[side].log(cursor, limit);
    this.#send(
      this.hub.turn(
        { ...(a > 0 && { A: page('A', a) }), ...(b > 0 && { B: page('B', b) }) },
        true,
        busy ?? undefined,
      ),
    );
  }

  carry(side: Side, pick: number, fault: Fault): void {
    const sent = take(this.network.requests[side], pick, fault === 'twice');
    if (sent === undefined || fault === 'lost' || this.now > sent.deadline) return;
    const answer = this.systems[side].write(sent.request, this.now);
    this.network.answers[side].push({ id: sent.request.id, answer, sentAt: sent.sentAt });
    this.#noteRefusal(side, sent.request, answer);
    if (!this.isLog(side)) this.network.hints[side]++;
  }

  answered(side: Side, id: string, answer: WriteAnswer | 'fenced', start: number): void {
    this.#remember({ what: 'answer', side, id, answer, start });
    this.hub.answered(side, id, answer, start);
  }

  settle(side: Side): void {
    const id = this.hub.toSettle(side);
    if (id !== null) this.answered(side, id, this.systems[side].settle(id), this.now);
  }

  again(side: Side): void {
    const sent = this.hub.again(side);
    if (sent !== null) this.#send([sent]);
  }

  /** Everything that has had its effect comes once more. */
  redeliver(): void {
    for (const message of [...this.delivered]) {
      this.now += 1;
      this.hub.now = this.now;
      switch (message.what) {
        case 'sighting':
          this.hub.sighting(message.side, message.reading, message.start, false);
          break;
        case 'answer':
          this.hub.answered(message.side, message.id, message.answer, message.start);
          break;
        case 'click':
          this.hub.review.decide(message.click);
      }
    }
    this.hub.turn({}, false);
  }

  decide(key: string, { looksAgo, choice, holdMs, twice, exact }: Choice): void {
    const click = this.hub.review.click(key, looksAgo, choice, ownValue(this, key), holdMs, exact);
    if (click === null) return;
    this.decisions++;
    this.hub.review.decide(click);
    if (twice) this.hub.review.decide(click);
    this.#remember({ what: 'click', click });
  }

  /** What stood there before anybody did anything. */
  first(unit: UnitPlan, side: Side): Canon {
    const { linked } = this.setup;
    return this.habits === undefined ? firstValue(unit, side, linked) : this.habits.first(unit, side, linked);
  }

  value(side: Side, unit: UnitPlan): Canon {
    return unitValue(unit, side, this.systems[side].standing(RECORD)?.values ?? {});
  }

  alive(side: Side): boolean {
    return this.systems[side].standing(RECORD)?.alive === true;
  }

  /** What an automation of a side wants a unit to hold there. */
  #wanted(side: Side, key: string): Readonly<Record<string, Raw>> {
    const values: Record<string, Raw> = {};
    const unit = this.plan.unit.get(key);
    if (unit !== undefined) columnsFor(unit, side, this.habits?.automatic(unit) ?? `auto ${key}`, values);
    return values;
  }

  #edit({ side, unit, kind, also, odd }: Extract<Action, { do: 'edit' }>): void {
    if (!this.alive(side)) return;
    this.now += 2;
    const plans = also ? new Set([this.unit(unit), this.unit(unit + 1)]) : [this.unit(unit)];
    const values: Record<string, Raw> = {};
    for (const plan of plans) {
      if (plan.members.every((member) => member[side] === null)) continue;
      const standing = { A: this.value('A', plan), B: this.value('B', plan) };
      columnsFor(plan, side, this.people.type(this.now, plan, side, kind, standing), values);
    }
    const author = odd === 'bulk' ? BULK : (this.habits?.author(kind) ?? null);
    // What orders states by their stamp has nothing to go by once one is wrong.
    const ahead = odd === 'ahead' && this.hub.sides[side].abilities.order === 'counter' ? FAR_AHEAD_MS : 0;
    this.systems[side].edit(RECORD, values, this.now, author, ahead);
    this.network.hints[side]++;
  }

  #life(side: Side): void {
    if (this.alive(side)) {
      this.systems[side].remove(RECORD, this.now);
    } else if (!this.hub.store.ended) {
      const values: Record<string, Raw> = {};
      for (const plan of this.plan.units) {
        const standing = { A: this.value('A', plan), B: this.value('B', plan) };
        columnsFor(
          plan,
          side,
          mergeOf(plan) === null ? this.people.type(this.now, plan, side, 5, standing) : standing[side],
          values,
        );
      }
      this.systems[side].insert(RECORD, values, this.now);
    }
    this.network.hints[side]++;
  }

  #arrive(side: Side, pick: number, fault: Fault, plan: boolean): void {
    const served = this.network.asked[side].filter(({ reading }) => reading !== null);
    const one = served[pick % Math.max(1, served.length)];
    const reading = one?.reading ?? null;
    if (one === undefined || reading === null) return;
    if (fault !== 'twice') this.network.asked[side].splice(this.network.asked[side].indexOf(one), 1);
    if (fault !== 'lost') this.sighting(side, reading, one.start, plan);
  }

  #answer(side: Side, pick: number, fault: Fault): void {
    const sent = take(this.network.answers[side], pick, fault === 'twice');
    if (sent === undefined || fault === 'lost') return;
    this.answered(side, sent.id, sent.answer, sent.sentAt);
  }

  #decide(action: Extract<Action, { do: 'decide' }>): void {
    const keys = [...this.hub.store.conflicts.keys()];
    const key = keys[action.unit % Math.max(1, keys.length)];
    if (key !== undefined) this.decide(key, action);
  }

  #undo(index: number): void {
    const { review } = this.hub;
    const { undoable } = review;
    const key = undoable[index % Math.max(1, undoable.length)];
    if (key !== undefined) review.undo(key);
  }

  #policy(key: string): void {
    const { hub } = this;
    if (hub.plan.unit.get(key)?.policy.strategy === 'review') return;
    this.repoliced.add(key);
    hub.store.told.push({ at: this.now, kind: 'policy', unit: key });
    hub.replan(withReview(hub.plan, key));
  }

  #send(outgoing: readonly Outgoing[]): void {
    for (const { side, request } of outgoing) {
      // What is not compared must not land later than the fence; the rest may: its condition, or the fence on the side, stops it.
      const { tier } = this.hub.sides[side].abilities;
      const op = request.items[0]?.op;
      const blind =
        tier === 'T3' ||
        tier === 'T4' ||
        (tier !== 'T0' && op === 'create') ||
        (tier === 'T2' && op === 'delete');
      const deadline = blind ? this.now + FENCE_MS : Number.MAX_SAFE_INTEGER;
      this.network.send(side, { request, sentAt: this.now, deadline });
    }
  }

  #noteRefusal(side: Side, request: WriteRequest, answer: WriteAnswer | 'fenced'): void {
    const item = answer === 'fenced' ? undefined : answer.items[0];
    if (item?.status !== 'refused') return;
    for (const column of item.columns) {
      const key = this.plan.sides[side].column.get(column)?.unit;
      const unit = key === undefined ? undefined : this.plan.unit.get(key);
      if (unit === undefined) continue;
      const value = unitValue(unit, side, request.items[0]?.set ?? {});
      this.refused.push({ at: this.now, side, unit: unit.key, value });
    }
  }

  #remember(message: Delivered): void {
    this.delivered.push(message);
    if (this.delivered.length > KEPT) this.delivered.shift();
  }
}

/** A text that a side may keep in a form of its own. */
function isFormed(unit: UnitPlan): boolean {
  return !unit.isGroup && unit.type === 'text' && mergeOf(unit) === null;
}
