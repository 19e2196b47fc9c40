import type { Side } from '../../core/clock.js';
import { compile } from '../../core/pipeline/compile.js';
import type { SideFacts } from '../../core/pipeline/facts.js';
import type { PipelineSpec } from '../../core/pipeline/spec.js';
import type { SideKind } from '../scenario/setup.js';
import { tierOf } from '../scenario/plan-of.js';
import type { TierName } from './tier-names.js';
import { pipelineScenario, type PipelineScenario } from './pipeline-scenario.js';

/** A pipeline to be simulated. Plain data, so that it can be handed to another thread. */
export interface SimulationJob {
  readonly spec: PipelineSpec;
  readonly tiers: Readonly<Record<Side, TierName>>;
  /** Names of the sides for people. */
  readonly labels: Readonly<Record<Side, string>>;
  /** Time to judge expiries of rules by, ms since the epoch. */
  readonly now: number;
}

const KINDS: Readonly<Record<TierName, readonly SideKind[]>> = {
  'T0-log': ['T0 log'],
  T0: ['T0'],
  T1: ['T1', 'T1 unordered', 'T1 coarse'],
  T2: ['T2'],
  T3: ['T3'],
  T4: ['T4'],
};

export function sideFactsOf({ tiers, labels }: SimulationJob): Readonly<Record<Side, SideFacts>> {
  const facts = (side: Side): SideFacts => {
    const [kind] = KINDS[tiers[side]] as readonly [SideKind];
    return { label: labels[side], tier: tierOf(kind), orderedLog: tiers[side] === 'T0-log' };
  };
  return { A: facts('A'), B: facts('B') };
}

/** Throws PlanError where the pipeline cannot be compiled; the lint says so before. */
export function scenarioOf(job: SimulationJob): PipelineScenario {
  const schemas = { A: undefined, B: undefined };
  // What takes part is a matter of values that are made up: a record that is left out has no history.
  const { scope: _, ...rest } = job.spec;
  const { archive: _marks, ...deletes } = rest.deletes ?? {};
  const spec = rest.deletes === undefined ? rest : { ...rest, deletes };
  const plan = compile(spec, schemas, sideFactsOf(job), 1, job.now);
  return pipelineScenario(job.spec, plan, { A: KINDS[job.tiers.A], B: KINDS[job.tiers.B] });
}
