import type { Statement } from '../statement.js';

/**
 * Moves a side's cursor together with what was read up to it; by compare-and-set, so a worker that lost its lease cannot move it back.
 * Parameters: pipeline, side, expected version, cursor.
 */
export const moveCursor: Statement<{ version: number }> = {
  name: 'lane_move_cursor',
  text: `
  update side_state set cursor = $4, version = version + 1, read_at = clock_timestamp()
  where pipeline_id = $1 and side = $2 and version = $3
  returning version`,
};
