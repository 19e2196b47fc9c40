import type { Evidence, ProbeFacts, RestFacts, Violation } from './oracle/evidence.js';
import { judge } from './oracle/judge.js';
import { anySetup, nextAction } from './generate.js';
import { ALL_ON, type Switches } from './hub/switches.js';
import { Random } from './random.js';
import { planOf } from './scenario/plan-of.js';
import type { Scenario } from './scenario/scenario.js';
import type { Setup, SideKind } from './scenario/setup.js';
import type { Action } from './world/action.js';
import { drain } from './world/drain.js';
import { probe } from './world/probe.js';
import { atRest, evidenceOf } from './world/witness.js';
import { World } from './world/world.js';
import type { Plan } from '../core/plan.js';

/** Orders of observations are tried so often at the end of each history. */
const PROBES = 3;

/** One history: enough to play it again. */
export interface History {
  readonly setup: Setup;
  readonly actions: readonly Action[];
  /** For choices at the end (what people decide, what is probed). */
  readonly seed: number;
}

export interface Verdict {
  readonly history: History;
  readonly violations: readonly Violation[];
  readonly evidence: Evidence;
}

export interface RunOptions {
  readonly switches?: Switches;
  readonly kinds?: readonly SideKind[];
  readonly steps?: number;
  readonly setup?: Setup;
  /** Changes what was made up at random. */
  readonly tune?: (setup: Setup, random: Random) => Setup;
  readonly plan?: Plan;
  readonly scenario?: Scenario;
  /** Steps that every history begins with. */
  readonly script?: readonly Action[];
}

function worldOf(setup: Setup, { switches, plan, scenario }: RunOptions): World {
  return new World(
    setup,
    switches ?? ALL_ON,
    plan ?? scenario?.plan(setup) ?? planOf(setup),
    scenario?.habits,
  );
}

/** A history made up as it goes, from one number. */
export function runSeed(seed: number, options: RunOptions = {}): Verdict {
  const random = new Random(seed);
  const made = options.setup ?? options.scenario?.setup(random) ?? anySetup(random, options.kinds);
  const setup = options.tune === undefined ? made : options.tune(made, random);
  const world = worldOf(setup, options);
  const actions: Action[] = [...(options.script ?? [])];
  for (const action of actions) world.act(action);
  const steps = options.steps ?? 50 + random.int(40);
  for (let i = 0; i < steps; i++) {
    const action = options.scenario?.next(random, world) ?? nextAction(random, world);
    actions.push(action);
    world.act(action);
  }
  return conclude(world, { setup, actions, seed });
}

/** The same history again, or one that was cut down. */
export function replay(history: History, options: RunOptions = {}): Verdict {
  const { setup, actions } = history;
  const world = worldOf(setup, options);
  for (const action of actions) world.act(action);
  return conclude(world, history);
}

/** Faults off; at rest; everything once more; then people decide whatever is open. */
function conclude(world: World, history: History): Verdict {
  const random = new Random(history.seed + 1);
  const probes: ProbeFacts[] = [];
  for (let i = 0; i < PROBES; i++) {
    const one = probe(world, random);
    if (one !== null) probes.push(one);
  }
  const rest: RestFacts[] = [atRest(world, drain(world), false)];
  const before = world.hub.store.fingerprint();
  world.redeliver();
  const redelivered = { before, after: world.hub.store.fingerprint() };
  if (rest[0]?.reached === true) rest.push(...decideAll(world, random));
  const evidence = evidenceOf(world, rest, probes, rest[0]?.reached === true ? redelivered : null);
  return { history, evidence, violations: judge(evidence) };
}

function decideAll(world: World, random: Random): RestFacts[] {
  const { hub } = world;
  world.calm = true;
  for (let round = 0; round < 8; round++) {
    const open = [...hub.store.conflicts.keys()];
    if (open.length === 0 && round > 0) return [atRest(world, true, true)];
    for (const { key } of world.plan.units) hub.retry(key);
    for (const key of open)
      world.decide(key, {
        looksAgo: 0,
        choice: round < 2 ? random.int(4) : -1,
        holdMs: 0,
        twice: false,
        exact: true,
      });
    if (!drain(world)) return [atRest(world, false, true)];
  }
  return [atRest(world, false, true)];
}
