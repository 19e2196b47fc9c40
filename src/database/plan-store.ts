import type { Plan } from '../core/plan.js';

/** The compiled plan of a pipeline's revision in force. */
export abstract class PlanStore {
  abstract planOf(pipelineId: number): Promise<Plan>;
}
