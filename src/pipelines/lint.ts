import type { Side } from '../core/clock.js';
import { lint } from '../core/lint/lint.js';
import type { Duplicates } from '../core/lint/match-duplicates.js';
import type { Samples } from '../core/lint/samples.js';
import type { SchemaFacts, SideFacts } from '../core/pipeline/facts.js';
import { jsonPointer, type Diagnostic } from './diagnostic.js';
import type { PipelineSource } from './project.js';

/** What was found out about the two sides of a pipeline by looking at them. */
export interface PipelineFacts {
  readonly schemas: SchemaFacts;
  readonly sides?: Readonly<Record<Side, SideFacts>>;
  /** Values of real rows, to try transforms on. */
  readonly samples?: Samples;
  readonly duplicates?: readonly Duplicates[];
}

const OFFLINE: PipelineFacts = { schemas: { A: undefined, B: undefined } };

/** The lint of one pipeline, with the place of every message in its file. */
export function lintPipeline(
  pipeline: PipelineSource,
  facts: PipelineFacts = OFFLINE,
  now: number | null = null,
): readonly Diagnostic[] {
  return lint(pipeline.spec, { ...facts, now }).map(({ severity, code, message, path }) => ({
    severity,
    code,
    message,
    file: pipeline.file,
    ...pipeline.positionOf(path),
    path: jsonPointer(path),
  }));
}
