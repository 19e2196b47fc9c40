import type { Side } from '../clock.js';
import type { SchemaFacts, SideFacts } from '../pipeline/facts.js';
import type { PipelineSpec } from '../pipeline/spec.js';
import { lintArchives } from './archive.js';
import { lintColumns } from './columns.js';
import { lintCompiled, lintExpressions } from './expressions.js';
import { lintDuplicates, type Duplicates } from './match-duplicates.js';
import { lintMatching } from './matching.js';
import type { LintMessage } from './message.js';
import { lintPolicies } from './policies.js';
import { lintReferences } from './references.js';
import { lintRoundTrips } from './round-trip.js';
import { lintSamples, NO_SAMPLES, type Samples } from './samples.js';
import { lintStructure } from './structure.js';

export interface LintFacts {
  readonly schemas: SchemaFacts;
  readonly sides?: Readonly<Record<Side, SideFacts>>;
  readonly samples?: Samples;
  readonly duplicates?: readonly Duplicates[];
  /** Time to judge expiries by, ms since the epoch. */
  readonly now: number | null;
}

/** Everything that can be said about a pipeline beyond its shape. Pure; says more the more facts it gets. */
export function lint(
  spec: PipelineSpec,
  { schemas, sides, samples, duplicates, now }: LintFacts,
): readonly LintMessage[] {
  const found = [
    ...lintStructure(spec),
    ...lintReferences(spec),
    ...lintPolicies(spec, schemas, sides, now),
    ...lintMatching(spec, schemas),
    ...lintExpressions(spec),
    ...lintArchives(spec, schemas),
    ...lintCompiled(spec, schemas),
    ...lintColumns(spec, schemas),
    ...lintRoundTrips(spec, schemas, samples ?? NO_SAMPLES),
    ...lintSamples(spec, schemas, samples ?? NO_SAMPLES),
    ...lintDuplicates(duplicates ?? []),
  ];
  const seen = new Set<string>();
  return found.filter(({ code, path }) => {
    const key = JSON.stringify([code, path]);
    return !seen.has(key) && seen.add(key).size > 0;
  });
}
