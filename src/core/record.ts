import { acknowledge, acknowledgeEqual, author } from './author.js';
import { covers, SIDES, type Side } from './clock.js';
import type { Conflict } from './conflict.js';
import { derive } from './derive.js';
import { holdInvariants } from './hold-invariants.js';
import { dueBack } from './give-back.js';
import { editedUnseen } from './edited-unseen.js';
import { deriveLife, isGone, LIFE_UNIT, lifeOf, type Referrers } from './life.js';
import type { Authored, Outcome } from './outcome.js';
import { LIFE, type Plan, type RuleScope, type UnitPlan } from './plan.js';
import { isBlockedOn, lacksHead } from './push.js';
import { outOfScope } from './scope.js';
import { isUndecided, WAITING_FOR } from './reference.js';
import { image, type Unit } from './unit.js';
import type { Canon } from './value.js';

export interface RecordInput {
  readonly plan: Plan;
  /** Every unit that was touched or is open, with all it depends on (see closure.ts). LIFE only when it is not simply live. */
  readonly units: ReadonlyMap<string, Unit>;
  readonly now: number;
  /** Sides that may be written in this transaction. */
  readonly writable: Readonly<Record<Side, boolean>>;
  /** A write to some side is not settled: registers may move, nothing may be authored. */
  readonly unsettled: boolean;
  /** A person keeps the record out of sync. */
  readonly keptOut?: boolean;
  /** Who points to the record, where it is about to be deleted; absent or `null`: nobody. */
  readonly referrers?: Referrers | null;
  /** Asked before a value is authored: does taking it make the unit oscillate? (flap.ts; the memory is the caller's.) */
  readonly fights: (unit: string, key: string) => boolean;
}

export interface ResolvedUnit {
  readonly unit: Unit;
  readonly outcome: Outcome;
}

export interface AuthoredUnit {
  readonly key: string;
  readonly outcome: Authored;
  readonly before: Unit;
  readonly after: Unit;
}

export interface RecordResult {
  /** All units given, as they stand now. */
  readonly units: ReadonlyMap<string, Unit>;
  readonly authored: readonly AuthoredUnit[];
  /** Units to write now, per side, in plan order: head, or what is given back (`dueBack`). LIFE: delete or create the record there. */
  readonly writes: Readonly<Record<Side, readonly string[]>>;
  readonly conflicts: ReadonlyMap<string, Conflict>;
  /** Decided, waiting for the undo window; the conflict shown stays as it was. */
  readonly held: ReadonlyMap<string, { readonly decision: string; readonly until: number }>;
  readonly diverged: ReadonlyMap<string, string>;
  /** Something is still due that could not be done now: look again at this hub time (0: as soon as a side is free). `null`: nothing. */
  readonly lookAgainAt: number | null;
  /** Its deletion waits for those that point to it and are going themselves: nobody tells when one of them is not going any more. */
  readonly waitsForReferrers: boolean;
  readonly unlink: boolean;
  /** Sides on which the record is out of scope: nothing of it is decided or written while there is one. */
  readonly excluded: readonly Side[];
}

/** Derives every unit of one record and decides what can be authored and written now. Pure; the heart of a transaction of the engine. */
export function resolveRecord(input: RecordInput): RecordResult {
  const { plan } = input;
  const state = new State(input.units);
  const life = input.units.get(LIFE);
  state.excluded = input.keptOut === true ? SIDES : outOfScope(plan, input.units);
  if (state.excluded.length > 0) return resolveExcluded(input, state, life);
  if (life !== undefined) return resolveWithLife(input, state, life);

  const outcomes = new Map<string, Outcome>();
  for (const unitPlan of plan.units) {
    const unit = state.units.get(unitPlan.key);
    if (unit !== undefined) outcomes.set(unitPlan.key, deriveUnit(input, unitPlan, unit));
  }
  waitForTargets(input, state, outcomes);
  const stopped = stopFights(input, state, outcomes, heldTogether(plan, outcomes));
  for (const [key, why] of plan.suspended) {
    if (outcomes.get(key)?.kind === 'author') outcomes.set(key, { kind: 'diverged', why });
  }
  holdInvariants(plan, input.units, outcomes);
  const waiting = new Set([...heldTogether(plan, outcomes), ...stopped]);
  if (!input.unsettled) waitForOthers(input, state, outcomes, waiting);
  for (const unitPlan of plan.units) {
    const outcome = outcomes.get(unitPlan.key);
    if (outcome !== undefined) applyOutcome(input, state, unitPlan, outcome, waiting.has(unitPlan.key));
  }
  return state.result();
}

class State {
  readonly units: Map<string, Unit>;
  readonly authored: AuthoredUnit[] = [];
  readonly writes: Record<Side, string[]> = { A: [], B: [] };
  readonly conflicts = new Map<string, Conflict>();
  readonly held = new Map<string, { decision: string; until: number }>();
  readonly diverged = new Map<string, string>();
  lookAgainAt: number | null = null;
  waitsForReferrers = false;
  unlink = false;
  excluded: readonly Side[] = [];

  constructor(units: ReadonlyMap<string, Unit>) {
    this.units = new Map(units);
  }

  lookAgain(at: number): void {
    this.lookAgainAt = this.lookAgainAt === null ? at : Math.min(this.lookAgainAt, at);
  }

  result(): RecordResult {
    return this;
  }
}

function deriveUnit(input: RecordInput, plan: UnitPlan, unit: Unit): Outcome {
  // A value that only one side has and rules read: there is nothing to decide, head follows.
  if (plan.contextOnly) return { kind: 'rest' };
  return derive({ plan, unit, now: input.now, sides: input.plan.sides, context: contextOf(input, plan) });
}

function contextOf(input: RecordInput, plan: UnitPlan): RuleScope['context'] {
  if (plan.policy.strategy !== 'rules') return {};
  const context: Record<string, { a: Canon; b: Canon }> = {};
  for (const [key, unit] of input.units) {
    if (input.plan.dependants.get(key)?.includes(plan.key) === true)
      context[key] = { a: unit.A.value, b: unit.B.value };
  }
  return context;
}

/** Both sides point to records that are not linked: no question for a person, who could not tell either whether they are the same. */
function waitForTargets(input: RecordInput, state: State, outcomes: Map<string, Outcome>): void {
  for (const [key, outcome] of outcomes) {
    if (outcome.kind !== 'conflict' || input.plan.unit.get(key)?.reference === undefined) continue;
    const unit = state.units.get(key) as Unit;
    if (unit.contest !== null || unit.decision !== null || !isUndecided([unit.A.value, unit.B.value]))
      continue;
    const detail = `${key}: what it points to on either side is not linked, so it cannot be told whether that is the same`;
    const { head } = unit;
    if (unit.blocked?.code !== WAITING_FOR)
      state.units.set(key, {
        ...unit,
        blocked: { side: 'A', both: true, code: WAITING_FOR, detail, since: input.now, head: head.dot },
      });
    outcomes.set(key, { kind: 'diverged', why: detail });
  }
}

/** A unit that oscillates is frozen before the next write, not after. A person's decision is never a fight. */
function stopFights(
  input: RecordInput,
  state: State,
  outcomes: Map<string, Outcome>,
  heldBack: ReadonlySet<string>,
): ReadonlySet<string> {
  const stopped = new Set<string>();
  for (const [key, outcome] of outcomes) {
    if (outcome.kind !== 'author' || outcome.how === 'decision' || heldBack.has(key)) continue;
    const plan = input.plan.unit.get(key) as UnitPlan;
    if (
      input.unsettled ||
      !canWrite(input, plan, previewAuthor(input, plan, state.units.get(key) as Unit, outcome))
    )
      continue;
    const unit = state.units.get(key) as Unit;
    if (!takenValues(plan, unit, outcome).some((value) => input.fights(key, plan.compareKey(value))))
      continue;
    const reason = 'the same few values keep coming back from both sides: something automatic rewrites them';
    const contest = { kind: 'fight' as const, ctx: [0, 0, 0, 0] as const, candidates: [], reason };
    const frozen: Unit = { ...unit, contest };
    state.units.set(key, frozen);
    outcomes.set(key, derive({ plan, unit: frozen, now: input.now, sides: input.plan.sides, context: {} }));
    stopped.add(key);
  }
  return stopped;
}

/** Where a value is only put back, what it is put back over was taken in between: else a side that insists would be answered for ever. */
function takenValues(plan: UnitPlan, unit: Unit, outcome: Authored): readonly Canon[] {
  const putBack = plan.equal(outcome.value, unit.head.value);
  return [...(putBack ? outcome.overridden.map(({ version }) => version.value) : []), outcome.value];
}

/** Half of a change that keeps a rule only as a whole is not made while the other half cannot be. Adds to `waiting`. */
function waitForOthers(
  input: RecordInput,
  state: State,
  outcomes: ReadonlyMap<string, Outcome>,
  waiting: Set<string>,
): void {
  for (let before = -1; before < waiting.size;) {
    before = waiting.size;
    for (const invariant of input.plan.invariants) {
      const values: Record<string, Canon> = {};
      const made: string[] = [];
      let whole = true;
      for (const key of invariant.units) {
        const outcome = outcomes.get(key);
        const unit = state.units.get(key);
        values[key] = unit?.head.value ?? null;
        if (outcome?.kind !== 'author' || unit === undefined) continue;
        const plan = input.plan.unit.get(key) as UnitPlan;
        if (waiting.has(key) || !canWrite(input, plan, previewAuthor(input, plan, unit, outcome))) {
          whole = false;
          continue;
        }
        values[key] = outcome.value;
        made.push(key);
      }
      if (!whole && made.length > 0 && !invariant.holds(values)) for (const key of made) waiting.add(key);
    }
  }
}

function heldTogether(plan: Plan, outcomes: ReadonlyMap<string, Outcome>): ReadonlySet<string> {
  const held = new Set<string>(plan.suspended.keys());
  for (const set of plan.holdSets) {
    const blocked = [...set].some((key) => {
      const kind = outcomes.get(key)?.kind;
      return kind === 'conflict' || kind === 'held';
    });
    if (blocked) for (const key of set) held.add(key);
  }
  return held;
}

function applyOutcome(
  input: RecordInput,
  state: State,
  plan: UnitPlan,
  outcome: Outcome,
  holdBack: boolean,
): void {
  const unit = state.units.get(plan.key) as Unit;
  switch (outcome.kind) {
    case 'conflict':
      state.conflicts.set(plan.key, outcome.conflict);
      if (!input.plan.suspended.has(plan.key)) planBack(input, state, plan, unit);
      return;
    case 'held':
      state.held.set(plan.key, { decision: outcome.decision, until: outcome.until });
      state.lookAgain(outcome.until);
      return;
    case 'diverged':
      state.diverged.set(plan.key, outcome.why);
      return;
    case 'rest': {
      if (plan.contextOnly) state.units.set(plan.key, followContext(plan, unit));
      else if (!holdBack) planWrites(input, state, plan, unit);
      return;
    }
    case 'author': {
      if (holdBack) return;
      const after = previewAuthor(input, plan, unit, outcome);
      // Lazily: a head that could not be sent now would only freeze what may still change.
      if (input.unsettled || !canWrite(input, plan, after)) {
        state.lookAgain(0);
        return;
      }
      state.units.set(plan.key, after);
      state.authored.push({ key: plan.key, outcome, before: unit, after });
      planWrites(input, state, plan, after);
    }
  }
}

function previewAuthor(input: RecordInput, plan: UnitPlan, unit: Unit, outcome: Authored): Unit {
  return acknowledgeEqual(plan, author(unit, outcome), input.plan.sides);
}

/** True when a new head can be sent to a side that lacks it, or no side lacks it. */
function canWrite(input: RecordInput, plan: UnitPlan, unit: Unit): boolean {
  const lacking = SIDES.filter((side) => lacksHead(plan, unit, side));
  return lacking.length === 0 || lacking.some((side) => input.writable[side]);
}

function planWrites(input: RecordInput, state: State, plan: UnitPlan, unit: Unit): void {
  for (const side of SIDES) {
    if (!lacksHead(plan, unit, side)) continue;
    if (input.writable[side] && !input.unsettled) state.writes[side].push(plan.key);
    else state.lookAgain(0);
  }
}

/** A decision was undone: its sides get back what they held. The question is open meanwhile, and what is held with the unit waits. */
function planBack(input: RecordInput, state: State, plan: UnitPlan, unit: Unit): void {
  for (const side of SIDES) {
    if (dueBack(plan, unit, side) === null) continue;
    if (input.writable[side] && !input.unsettled) state.writes[side].push(plan.key);
    else state.lookAgain(0);
  }
}

function followContext(plan: UnitPlan, unit: Unit): Unit {
  const only = plan.members.every((m) => m.B === null)
    ? 'A'
    : plan.members.every((m) => m.A === null)
      ? 'B'
      : null;
  if (only === null || covers(unit.head, image(unit, only))) return unit;
  const img = image(unit, only);
  const head = { value: img.value, dot: img.dot, ctx: img.ctx, stamp: img.stamp, by: img.by };
  return acknowledge(acknowledge({ ...unit, head }, only, img.raw), only === 'A' ? 'B' : 'A', undefined);
}

/** What happens to it is seen, and judged when it comes back. Once it is gone everywhere there is nothing left that could. */
function resolveExcluded(input: RecordInput, state: State, life: Unit | undefined): RecordResult {
  if (life !== undefined && SIDES.every((side) => image(life, side).value === 'deleted'))
    return resolveWithLife(input, state, life);
  for (const plan of input.plan.units) {
    const unit = state.units.get(plan.key);
    if (plan.contextOnly && unit !== undefined) state.units.set(plan.key, followContext(plan, unit));
  }
  return state.result();
}

/** While a record is gone somewhere, or is to be deleted or made anew, only its existence is settled; its fields wait as they are. */
function resolveWithLife(input: RecordInput, state: State, life: Unit): RecordResult {
  const others = input.plan.units.flatMap((plan) => {
    const unit = input.units.get(plan.key);
    return unit === undefined || plan.contextOnly ? [] : [{ plan, unit }];
  });
  const outcome = deriveLife({
    unit: life,
    now: input.now,
    sides: input.plan.sides,
    policy: input.plan.life,
    editedUnseen: editedUnseen(others),
    referrers: input.referrers ?? null,
  });
  if (outcome.kind === 'unlink') {
    state.unlink = true;
    return state.result();
  }
  if (outcome.kind === 'waits') {
    state.waitsForReferrers = true;
    return state.result();
  }
  if (outcome.kind === 'conflict') {
    state.conflicts.set(LIFE, outcome.conflict);
    planBack(input, state, LIFE_UNIT, life);
  }
  if (outcome.kind === 'diverged') {
    state.diverged.set(LIFE, outcome.why);
    // The other side keeps its record, and gets it back if that was still to be done when this one was deleted.
    lifeWrites(input, state, life);
  }
  if (outcome.kind === 'held') {
    state.held.set(LIFE, { decision: outcome.decision, until: outcome.until });
    state.lookAgain(outcome.until);
  }
  if (outcome.kind === 'author') authorLife(input, state, life, outcome);
  if (outcome.kind === 'rest') lifeWrites(input, state, life);
  if (
    outcome.kind === 'rest' &&
    !isGone(life) &&
    state.writes.A.length === 0 &&
    state.writes.B.length === 0
  ) {
    const { [LIFE]: _gone, ...rest } = Object.fromEntries(input.units);
    const fields = resolveRecord({ ...input, units: new Map(Object.entries(rest)) });
    return { ...fields, units: new Map([...fields.units, [LIFE, life]]) };
  }
  return state.result();
}

function authorLife(input: RecordInput, state: State, life: Unit, outcome: Authored): void {
  let after = author(life, outcome);
  for (const side of SIDES) {
    const img = image(after, side);
    if (img.value === after.head.value) after = acknowledge(after, side, img.raw);
  }
  const lacking = SIDES.filter((side) => image(after, side).value !== after.head.value);
  if (input.unsettled || (lacking.length > 0 && !lacking.some((side) => input.writable[side]))) {
    state.lookAgain(0);
    return;
  }
  state.units.set(LIFE, after);
  state.authored.push({ key: LIFE, outcome, before: life, after });
  lifeWrites(input, state, after);
  // What was edited while the record's existence was open waits no longer.
  if (lifeOf(after) === 'live') state.lookAgain(0);
}

function lifeWrites(input: RecordInput, state: State, life: Unit): void {
  for (const side of SIDES) {
    const img = image(life, side);
    if (img.value === lifeOf(life) || !covers(life.head, img) || isBlockedOn(life, side)) continue;
    if (input.writable[side] && !input.unsettled) state.writes[side].push(LIFE);
    else state.lookAgain(0);
  }
}
