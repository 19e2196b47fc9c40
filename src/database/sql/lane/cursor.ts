import type { Statement } from '../statement.js';

/**
 * Moves a side's cursor together with what was read up to it; by compare-and-set, so a worker that lost its lease cannot move it back.
 * Parameters: pipeline, side, expected version, cursor, whether it was read up to there just now (not so where states were read beside it).
 */
export const moveCursor: Statement<{ version: number }> = {
  name: 'lane_move_cursor',
  text: `
  update side_state set cursor = $4, version = version + 1, read_at = case when $5::boolean then clock_timestamp() else read_at end
  where pipeline_id = $1 and side = $2 and version = $3
  returning version`,
};
