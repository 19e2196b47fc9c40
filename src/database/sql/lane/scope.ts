import type { Side } from '../../../core/clock.js';
import type { Statement } from '../statement.js';

/** Sides on which a record is out of scope, as stored. */
export type Excluded = 'A' | 'B' | 'AB';

/** Parameters: link ids[], sides[] (parallel; null: it takes part). */
export const setExcluded: Statement<Record<string, never>> = {
  name: 'lane_set_excluded',
  text: `
  update link l set excluded = r.excluded from unnest($1::bigint[], $2::text[]) as r(id, excluded)
  where l.id = r.id and l.excluded is distinct from r.excluded`,
};

/** The sides have to be read through: records that nothing knows may belong here now. Parameters: pipeline, sides[]. */
export const forgetPlaces: Statement<Record<string, never>> = {
  name: 'lane_forget_places',
  text: `update side_state set cursor = null, version = version + 1 where pipeline_id = $1 and side = any($2::text[])`,
};

export function excludedText(sides: readonly Side[]): Excluded | null {
  return sides.length === 0 ? null : (sides.join('') as Excluded);
}
