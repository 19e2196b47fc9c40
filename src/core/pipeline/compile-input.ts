import type { Side } from '../clock.js';
import type { SchemaFacts, SideFacts } from './facts.js';
import type { PipelineSpec } from './spec.js';

/** All that a revision is compiled from, as stored with it. */
export interface CompileInput {
  readonly spec: PipelineSpec;
  readonly schemas: SchemaFacts;
  readonly sides: Readonly<Record<Side, SideFacts>>;
}
