import type { ClientBase } from 'pg';
import { publicId } from '../common/public-ids.js';
import { announce, lookAgain } from '../database/sql/review/registers.js';
import { run } from '../database/sql/statement.js';

export interface ReviewStep {
  readonly pipelineId: number;
  readonly linkId: number;
  readonly conflictId: string;
  readonly decisionId: string;
  /** Hub time, ms, at which the engine is to look at the record. */
  readonly lookAt: number;
  readonly reason: string;
}

/** Tells the engine and the screens, once the transaction commits. */
export async function announceStep(client: Pick<ClientBase, 'query'>, step: ReviewStep): Promise<void> {
  await run(client, lookAgain, [step.linkId, step.pipelineId, step.lookAt, step.reason]);
  await run(client, announce, [
    String(step.pipelineId),
    JSON.stringify({ type: 'conflict', id: publicId.conflict(step.conflictId) }),
    JSON.stringify({ type: 'decision', id: publicId.decision(step.decisionId) }),
  ]);
}
