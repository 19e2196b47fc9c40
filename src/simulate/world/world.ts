import { SIDES, type Side } from '../../core/clock.js';
import type { Plan, UnitPlan } from '../../core/plan.js';
import type { Canon, Raw } from '../../core/value.js';
import type { MemorySystem } from '../../connectors/memory/system.js';
import type { Reading, WriteAnswer } from '../../connectors/memory/exchange.js';
import { Hub, type Outgoing, type Page } from '../hub/hub.js';
import { RECORD } from '../hub/store.js';
import { referrersAmong } from '../hub/references.js';
import { TargetLinks } from '../hub/target-links.js';
import { ALL_ON, type Switches } from '../hub/switches.js';
import { MARK_COLUMN, MARKED, STANDS } from '../scenario/marks.js';
import { planOf, withReview } from '../scenario/plan-of.js';
import type { Setup } from '../scenario/setup.js';
import { abilitiesOf, systemOf } from '../scenario/system-of.js';
import type { Action, Fault } from './action.js';
import { changeLife, editField } from './deeds.js';
import { deadlineOf, Network, take } from './network.js';
import { ownValue } from './own-value.js';
import { columnsFor, firstValue, mergeOf, People, unitValue, type Habits } from './people.js';
import { refusalsIn, type Refused } from './refusals.js';
import { rescope } from './scope.js';
import { changeTarget, trulyBound } from './references.js';
import { Backups } from './restore.js';
import type { Delivered, Stage } from './stage.js';
import { FIRST, Targets } from './targets.js';

/** How somebody decides: from which look, which candidate (−1: a value of their own). */
export type Choice = Omit<Extract<Action, { do: 'decide' }>, 'do' | 'unit'>;

const KEPT = 8;

/** Two systems, the hub between them, people on all three, and a network that nobody should trust. */
export class World implements Stage {
  readonly systems: Readonly<Record<Side, MemorySystem>>;
  readonly network = new Network();
  readonly people: People;
  readonly hub: Hub;
  readonly delivered: Delivered[] = [];
  readonly backups = new Backups();
  /** Units whose policy was edited during the run. */
  readonly repoliced = new Set<string>();
  /** What the sides refused to write, as they said. */
  readonly refused: Refused[] = [];
  decisions = 0;
  now = 1_000;
  step = 0;
  /** The systems' automations have stopped. */
  calm = false;

  /** As it was at first. What people do to a field does not depend on what its policy becomes. */
  readonly plan: Plan;
  /** What references point to; `null`: there are none. */
  readonly targets: Targets | null;

  constructor(
    readonly setup: Setup,
    switches: Switches = ALL_ON,
    given: Plan = planOf(setup),
    /** Of the people on both sides; default: what the simulator's own units are made for. */
    readonly habits?: Habits,
  ) {
    const hasReferences = given.units.some(({ reference }) => reference !== undefined);
    const targets = hasReferences ? new Targets(this.now) : null;
    this.targets = targets;
    const plan = trulyBound(given, targets);
    this.plan = plan;
    this.people = new People(habits, (side, wanted) => targets?.choose(side, wanted, this.now) ?? '');
    const formed = new Set(plan.units.filter(isFormed).map(({ key }) => key));
    const isCalm = (): boolean => this.calm;
    this.systems = {
      A: this.#system('A', formed, isCalm),
      B: this.#system('B', formed, isCalm),
    };
    const sides = {
      A: { log: setup.sides.A.kind === 'T0 log', abilities: abilitiesOf(setup.sides.A) },
      B: { log: setup.sides.B.kind === 'T0 log', abilities: abilitiesOf(setup.sides.B) },
    };
    const links =
      targets === null
        ? null
        : new TargetLinks(
            targets.systems,
            switches,
            (names) => referrersAmong(this.hub.plan, this.hub.units(), names),
            plan.sides,
            (side) => targets.freeId(side),
          );
    this.hub = new Hub(given, sides, switches, links);
    // What both sides know from the start is linked.
    while (this.hub.linkTargets(0));
    for (const side of SIDES) {
      const values: Record<string, Raw> = {};
      for (const unit of plan.units) {
        const value = this.first(unit, side);
        columnsFor(unit, side, value, values);
        this.people.stood(side, unit.key, value);
      }
      if (setup.sides[side].archives === true) values[MARK_COLUMN] = STANDS[0];
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
        editField(this, action);
        break;
      case 'life':
        changeLife(this, action.side, action.how);
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
      case 'target':
        changeTarget(this, action);
        break;
      case 'link':
        this.hub.linkTargets(action.pick);
        break;
      case 'backup':
        this.backups.take(this, action.of);
        break;
      case 'restore':
        this.backups.restore(this, action.of, action.how);
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
    this.refused.push(...refusalsIn(this.plan, side, this.now, sent.request, answer));
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
    if (unit.reference !== undefined) return FIRST[linked && side === 'B' ? 1 : 0];
    return this.habits === undefined ? firstValue(unit, side, linked) : this.habits.first(unit, side, linked);
  }

  value(side: Side, unit: UnitPlan): Canon {
    return unitValue(unit, side, this.systems[side].standing(RECORD)?.values ?? {});
  }

  /** It is there, and not marked as deleted. */
  alive(side: Side): boolean {
    const standing = this.systems[side].standing(RECORD);
    return standing?.alive === true && !MARKED.some((mark) => mark === standing.values[MARK_COLUMN]);
  }

  #system(side: Side, formed: ReadonlySet<string>, isCalm: () => boolean): MemorySystem {
    const { column, columns } = this.plan.sides[side];
    const isMissing = (name: string, raw: Raw): boolean =>
      this.plan.unit.get(column.get(name)?.unit ?? '')?.reference !== undefined &&
      typeof raw === 'string' &&
      this.targets?.isThere(side, raw) !== true;
    const wanted = (unit: string): Readonly<Record<string, Raw>> => this.#wanted(side, unit);
    return systemOf(this.setup.sides[side], columns, formed, isCalm, wanted, isMissing);
  }

  /** What an automation of a side wants a unit to hold there. */
  #wanted(side: Side, key: string): Readonly<Record<string, Raw>> {
    const values: Record<string, Raw> = {};
    const unit = this.plan.unit.get(key);
    if (unit !== undefined) columnsFor(unit, side, this.habits?.automatic(unit) ?? `auto ${key}`, values);
    return values;
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
      const deadline = deadlineOf(this.hub.sides[side].abilities.tier, request, this.now);
      this.network.send(side, { request, sentAt: this.now, deadline });
    }
  }

  #remember(message: Delivered): void {
    this.delivered.push(message);
    if (this.delivered.length > KEPT) this.delivered.shift();
  }
}

/** A text that a side may keep in a form of its own. */
function isFormed(unit: UnitPlan): boolean {
  return !unit.isGroup && unit.type === 'text' && unit.reference === undefined && mergeOf(unit) === null;
}
