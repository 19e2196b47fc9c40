import type { Side } from '../../core/clock.js';
import { compile } from '../../core/pipeline/compile.js';
import type { SideFacts } from '../../core/pipeline/facts.js';
import { lintPipeline } from '../../pipelines/lint.js';
import type { PipelineSource } from '../../pipelines/project.js';
import { pipelineScenario } from '../../simulate/pipeline/pipeline-scenario.js';
import { count, emptyTally, type Tally } from '../../simulate/pipeline/tally.js';
import { runSeed } from '../../simulate/run.js';
import type { SideKind } from '../../simulate/scenario/setup.js';
import { tierOf } from '../../simulate/scenario/plan-of.js';
import type { Terminal } from '../terminal.js';

export interface Wanted {
  readonly runs: number;
  readonly seed: number;
  readonly aTier?: string;
  readonly bTier?: string;
}

export interface SimulationResult {
  readonly pipeline: string;
  readonly seed: number;
  readonly runs: number;
  readonly sides: Readonly<Record<Side, { readonly label: string; readonly tier: string }>>;
  readonly refused: readonly string[];
  readonly violated: number;
  readonly tally: Tally;
}

const KINDS: Readonly<Record<string, readonly SideKind[]>> = {
  'T0-log': ['T0 log'],
  T0: ['T0'],
  T1: ['T1', 'T1 unordered', 'T1 coarse'],
  T2: ['T2'],
  T3: ['T3'],
  T4: ['T4'],
};

/** Plays the histories and counts. */
export async function simulation(
  { spec, ...source }: PipelineSource,
  { runs, seed, aTier, bTier }: Wanted,
  _terminal: Terminal,
): Promise<SimulationResult> {
  const kind = (side: 'a' | 'b', wanted: string | undefined): string =>
    wanted ?? ((spec.connections[side].capture?.mode ?? 'log') === 'log' ? 'T0-log' : 'T0');
  const tiers = { A: kind('a', aTier), B: kind('b', bTier) };
  const kinds = { A: KINDS[tiers.A] ?? [], B: KINDS[tiers.B] ?? [] };
  const facts = (side: 'a' | 'b', [first]: readonly SideKind[]): SideFacts => ({
    label: spec.connections[side].label ?? spec.connections[side].ref,
    tier: tierOf(first as SideKind),
    orderedLog: first === 'T0 log',
  });
  const sides = { A: facts('a', kinds.A), B: facts('b', kinds.B) };
  const schemas = { A: undefined, B: undefined };
  const now = Date.now();
  const refused = lintPipeline({ spec, ...source }, { schemas, sides }, now).filter(
    ({ code }) => code === 'tier-policy',
  );
  const scenario = pipelineScenario(spec, compile(spec, schemas, sides, 1, now), kinds);
  const tally = emptyTally();
  for (let i = 0; i < runs; i++) count(tally, runSeed(seed + i, { scenario }));
  return {
    pipeline: spec.metadata.name,
    seed,
    runs,
    sides: {
      A: { label: sides.A.label, tier: tiers.A },
      B: { label: sides.B.label, tier: tiers.B },
    },
    refused: refused.map(({ path, message }) => `${path}: ${message}`),
    violated: tally.violated,
    tally,
  };
}
