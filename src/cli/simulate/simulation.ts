import type { Side } from '../../core/clock.js';
import { lint } from '../../core/lint/lint.js';
import { LIFE } from '../../core/plan.js';
import type { PipelineSpec } from '../../core/pipeline/spec.js';
import { policyInWords } from '../../core/policy/words.js';
import type { PipelineSource } from '../../pipelines/project.js';
import { scenarioOf, sideFactsOf, type SimulationJob } from '../../simulate/pipeline/job.js';
import type { TierName } from '../../simulate/pipeline/tier-names.js';
import type { PipelineScenario } from '../../simulate/pipeline/pipeline-scenario.js';
import type { PipelineTally } from '../../simulate/pipeline/pipeline-tally.js';
import { play } from '../../simulate/pipeline/play.js';
import { smallestStory, type Story } from '../../simulate/pipeline/smallest-story.js';
import { notSimulated, type Remark } from './not-simulated.js';
import { refusals } from './refusals.js';

export interface Wanted {
  readonly file: string;
  readonly runs: number;
  readonly seed: number;
  readonly aTier?: TierName;
  readonly bTier?: TierName;
}

/** What came of a simulation; also what `--json` prints. */
export interface SimulationResult {
  /** As it was given. */
  readonly file: string;
  readonly pipeline: string;
  readonly seed: number;
  readonly runs: number;
  readonly sides: Readonly<Record<Side, { readonly label: string; readonly tier: TierName }>>;
  readonly fields: readonly FieldResult[];
  /** Everything that is promised was kept, and everything that the file asks for is promised. */
  readonly kept: boolean;
  readonly tried: Readonly<Record<string, number>>;
  /** Runs in which something was violated. */
  readonly violated: number;
  /** Property → runs in which it was violated, and where. */
  readonly violations: Readonly<
    Record<string, { readonly runs: number; readonly at: Readonly<Record<string, number>> }>
  >;
  /** Deletions, and records made again: how often, and how often a person was asked. */
  readonly existence: Pick<FieldResult, 'edits' | 'asked'>;
  /** The first violation; a lost edit before anything else. */
  readonly story: Story | null;
  readonly notSimulated: readonly Remark[];
}

export interface FieldResult {
  readonly field: string;
  readonly policy: string;
  /** Why the lint refuses it under these tiers; empty: what the policy says is promised. */
  readonly refused: readonly string[];
  readonly runs: number;
  readonly edits: number;
  /** How often a person was asked, by why. */
  readonly asked: Readonly<Record<string, number>>;
  /** Runs in which something was violated there. */
  readonly violated: number;
}

/** A value that was replaced in silence is what people ask about first. */
const MOST_TELLING = ['P2', 'P4', 'P3', 'P1', 'P5'];

/** Plays the histories and says what came of them. */
export async function simulation(
  { spec }: PipelineSource,
  { file, runs, seed, aTier, bTier }: Wanted,
  onProgress: (done: number) => void,
): Promise<SimulationResult> {
  const { a, b } = spec.connections;
  const tier = (mode: string | undefined): TierName => ((mode ?? 'log') === 'log' ? 'T0-log' : 'T0');
  const job: SimulationJob = {
    spec: withoutReferences(spec),
    tiers: { A: aTier ?? tier(a.capture?.mode), B: bTier ?? tier(b.capture?.mode) },
    labels: { A: a.label ?? a.ref, B: b.label ?? b.ref },
    now: Date.now(),
  };
  const scenario = scenarioOf(job);
  const tally = await play(job, seed, runs, onProgress);
  const sides = sideFactsOf(job);
  const schemas = { A: undefined, B: undefined };
  const refused = refusals(spec, lint(spec, { schemas, sides, now: job.now }));
  const first = firstOf(tally);
  const fields = fieldResults(scenario, job, tally, refused);
  return {
    file,
    pipeline: spec.metadata.name,
    seed,
    runs,
    sides: {
      A: { label: job.labels.A, tier: job.tiers.A },
      B: { label: job.labels.B, tier: job.tiers.B },
    },
    fields,
    kept: tally.violated === 0 && fields.every((field) => field.refused.length === 0),
    tried: tally.tried,
    violated: tally.violated,
    violations: Object.fromEntries(
      Object.entries(tally.broken).map(([name, n]) => [name, { runs: n, at: tally.violations[name] ?? {} }]),
    ),
    existence: { edits: tally.units[LIFE]?.edits ?? 0, asked: tally.units[LIFE]?.asked ?? {} },
    story: first === null ? null : smallestStory(scenario, first.seed, first.property),
    notSimulated: notSimulated(spec, scenario, job),
  };
}

/** There is one record, and nobody to point to: what is a reference is played as the text that it is. */
function withoutReferences(spec: PipelineSpec): PipelineSpec {
  const fields = Object.entries(spec.fields).map(([name, { reference, ...field }]) => [
    name,
    reference === undefined ? field : { ...field, type: 'text' as const },
  ]);
  return { ...spec, fields: Object.fromEntries(fields) as PipelineSpec['fields'] };
}

function firstOf({ firstSeed, plainSeed }: PipelineTally): { property: string; seed: number } | null {
  const property = [...MOST_TELLING, ...Object.keys(firstSeed).sort()].find((name) => name in firstSeed);
  if (property === undefined) return null;
  return { property, seed: plainSeed[property] ?? firstSeed[property] ?? 0 };
}

function fieldResults(
  { whole }: PipelineScenario,
  { labels }: SimulationJob,
  { units, violations }: PipelineTally,
  refused: ReadonlyMap<string, readonly string[]>,
): readonly FieldResult[] {
  return whole.units
    .filter(({ contextOnly }) => !contextOnly)
    .map((unit) => {
      const { key } = unit;
      const { runs = 0, edits = 0, asked = {} } = units[key] ?? {};
      const violated = Object.values(violations).map((of) => of[key] ?? 0);
      return {
        field: key,
        policy: policyInWords(unit, labels),
        refused: refused.get(key) ?? [],
        runs,
        edits,
        asked,
        violated: Math.max(0, ...violated),
      };
    });
}
