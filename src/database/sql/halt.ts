import type { Statement } from './statement.js';

/** Nothing goes on until a person resumes the pipeline. Parameters: pipeline, why. */
export const haltPipeline: Statement<Record<string, never>> = {
  name: 'sync_halt',
  text: `update pipeline set state = 'halted', state_detail = $2, halt_told_at = null, updated_at = clock_timestamp() where id = $1`,
};
