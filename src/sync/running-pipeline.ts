import type { Endpoint } from '../connectors/connector.js';
import type { Side } from '../core/clock.js';
import type { Plan, UnitPlan } from '../core/plan.js';
import type { PipelineSpec } from '../core/pipeline/spec.js';
import type { Crosswalk } from '../core/reference.js';
import type { RateBudget } from './rate-budget.js';

/** A pipeline as the engine runs it: the compiled plan with both ends open. */
export interface RunningPipeline {
  readonly id: number;
  readonly name: string;
  readonly revision: number;
  readonly spec: PipelineSpec;
  readonly plan: Plan;
  /** Unit key → keys to load with it (core/closure.ts). */
  readonly closure: ReadonlyMap<string, readonly string[]>;
  readonly ends: Readonly<Record<Side, End>>;
  /** The mapping has changed since records were last looked at: what is kept of them is to be understood anew. */
  readonly recast: RecastUnits | null;
  /** Units that point to records of another pipeline, or of this one. */
  readonly references: ReadonlyMap<string, ReferenceTo>;
  /** Some pipeline has references to records of this one. */
  readonly isReferredTo: boolean;
  /** What the references were looked up in; empty where they were not. */
  readonly crosswalks: ReadonlyMap<string, Crosswalk>;
  /** The unit whose value names a record for people. */
  readonly titleUnit: string | null;
}

export interface ReferenceTo {
  readonly pipeline: string;
  readonly targetId: number;
}

export interface RecastUnits {
  /** Unit → how it was mapped when what is kept was understood. */
  readonly changed: ReadonlyMap<string, UnitPlan>;
  /** Units that were not there before. */
  readonly added: ReadonlySet<string>;
  /** Sides whose records are chosen otherwise: they are read through afterwards. */
  readonly scopes: readonly Side[];
  /** The last link that is done. */
  readonly position: number;
}

export interface End {
  readonly side: Side;
  readonly label: string;
  readonly endpoint: Endpoint;
  /** As the endpoint does it; what it throws says on which side. */
  readonly install: () => Promise<void>;
  /** Member columns per unit on this side, as far as they are there: unit key → [field, column]. */
  readonly columns: ReadonlyMap<string, readonly (readonly [field: string, column: string])[]>;
  /** Units whose columns were gone, or are other columns than before: the side must be compared as a whole. */
  readonly returned: ReadonlySet<string>;
  /** Those of them that were made anew (core/relearn.ts). */
  readonly anew: ReadonlySet<string>;
  /** The side's clock minus ours and how wrong that may be, ms. */
  readonly clock: { readonly offsetMs: number; readonly errorMs: number };
  readonly staleFormMs: number;
  /** What the connection may write, shared by all pipelines of this process that use it; `null`: no limit. */
  readonly rate: RateBudget | null;
  /** Most items in one write transaction. */
  readonly batchSize: number;
}
