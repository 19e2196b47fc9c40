import { SIDES, type Side } from '../../core/clock.js';
import type { PipelineSpec } from '../../core/pipeline/spec.js';
import type { Plan, SidePlan } from '../../core/plan.js';
import { anySide } from '../generate.js';
import type { Random } from '../random.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Setup, SideKind, SideSetup } from '../scenario/setup.js';
import type { Action } from '../world/action.js';
import { mergeOf } from '../world/people.js';
import type { World } from '../world/world.js';
import { firstValues, type FirstValues } from './first-values.js';
import { habitsOf } from './habits.js';
import { vocabularyOf, type Vocabulary } from './vocabulary.js';

/** A side as it is to be simulated: of which kinds it may be. */
export type Kinds = Readonly<Record<Side, readonly SideKind[]>>;

/** A pipeline of somebody's, made into a scenario, and what was found out on the way. */
export interface PipelineScenario extends Scenario {
  /** Everything that is simulated; invariants that cannot be are left out. */
  readonly whole: Plan;
  readonly vocabulary: Vocabulary;
  readonly first: FirstValues;
}

/** Most units of one run: few enough that the same field is edited on both sides again and again. */
const MOST = 5;

export function pipelineScenario(spec: PipelineSpec, plan: Plan, kinds: Kinds): PipelineScenario {
  const vocabulary = vocabularyOf(spec, plan);
  const { unkept } = firstValues(plan, vocabulary);
  const whole = { ...plan, invariants: plan.invariants.filter(({ id }) => !unkept.includes(id)) };
  const first = { ...firstValues(whole, vocabulary), unkept };
  const { aDeleted, bDeleted, deleteVsEdit } = whole.life;
  const longWait = 2 * longestSkew(whole) + 1_000;
  return {
    whole,
    vocabulary,
    first,
    setup: (random) => {
      const units = someUnits(random, whole);
      const stubborn = random.chance(8) ? random.pick(SIDES) : null;
      const insists = random.pick(units.filter((key) => canBeInsistedOn(whole, key)));
      const sideOf = (of: Side): SideSetup =>
        side(random, random.pick(kinds[of]), stubborn === of ? (insists ?? null) : null);
      return {
        sides: { A: sideOf('A'), B: sideOf('B') },
        units,
        holdTogether: [],
        linked: random.chance(20),
        life: { a: aDeleted, b: bDeleted, edited: deleteVsEdit },
        often: {},
        takenBack: 20,
        undated: 6,
        flips: whole.flap.flips,
      };
    },
    plan: (setup) => restricted(whole, setup),
    habits: habitsOf(whole, vocabulary, first),
    next: (random: Random, _world: World): Action | null =>
      random.chance(3) ? { do: 'wait', ms: random.int(longWait) } : null,
  };
}

/** Transforms and comparisons are the pipeline's own, so the sides keep texts as they are. */
function side(random: Random, kind: SideKind, insists: string | null): SideSetup {
  return { ...anySide(random, kind, insists, []), form: 'plain', trigger: false, refuses: false };
}

/** Fields that an automation may set back: what it would make of a merge, or of a rule across fields, has no end that can be told. */
function canBeInsistedOn(plan: Plan, key: string): boolean {
  const unit = plan.unit.get(key);
  const bound = plan.invariants.some(({ units }) => units.includes(key));
  return unit !== undefined && !unit.contextOnly && !unit.isGroup && !bound && mergeOf(unit) === null;
}

/** Some units, and whatever is not itself without them: the other fields of an invariant, and those that a rule reads. */
function someUnits(random: Random, plan: Plan): readonly string[] {
  const chosen = new Set<string>();
  const keys = plan.units.filter(({ contextOnly }) => !contextOnly).map(({ key }) => key);
  const wanted = Math.min(keys.length, 1 + random.int(MOST));
  while ([...chosen].filter((key) => keys.includes(key)).length < wanted) {
    const key = random.pick(keys);
    const set = plan.holdSets.find((one) => one.has(key) && one.size <= MOST);
    for (const one of set !== undefined && random.chance(50) ? set : [key]) take(plan, one, chosen);
  }
  return plan.units.filter(({ key }) => chosen.has(key)).map(({ key }) => key);
}

function take(plan: Plan, key: string, chosen: Set<string>): void {
  if (chosen.has(key)) return;
  chosen.add(key);
  for (const { units } of plan.invariants)
    if (units.includes(key)) for (const one of units) take(plan, one, chosen);
  for (const [read, readers] of plan.dependants) if (readers.includes(key)) take(plan, read, chosen);
}

function restricted(plan: Plan, { units: keys }: Setup): Plan {
  const kept = new Set(keys);
  const units = plan.units.filter(({ key }) => kept.has(key));
  return {
    ...plan,
    units,
    unit: new Map(units.map((unit) => [unit.key, unit])),
    sides: { A: sidePlan(plan.sides.A, kept), B: sidePlan(plan.sides.B, kept) },
    holdSets: plan.holdSets
      .map((set) => new Set([...set].filter((key) => kept.has(key))))
      .filter(({ size }) => size > 1),
    invariants: plan.invariants.filter((one) => one.units.every((key) => kept.has(key))),
    dependants: new Map(
      [...plan.dependants]
        .filter(([read]) => kept.has(read))
        .map(([read, readers]) => [read, readers.filter((key) => kept.has(key))]),
    ),
  };
}

function sidePlan(side: SidePlan, kept: ReadonlySet<string>): SidePlan {
  const column = new Map([...side.column].filter(([, { unit }]) => kept.has(unit)));
  return { ...side, columns: [...column.keys()], column };
}

/** The longest difference in time that a policy asks for. */
function longestSkew(plan: Plan): number {
  const skews = plan.units.flatMap(({ policy }) => {
    if (policy.strategy === 'newest') return [policy.skewMs];
    return policy.strategy === 'rules' ? policy.rules.map(({ skewMs }) => skewMs) : [];
  });
  return Math.max(0, ...skews);
}
