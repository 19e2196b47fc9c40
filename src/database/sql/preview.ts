import type { Statement } from './statement.js';

/** Live links behind a position; with `$4` only those with anything open. Parameters: pipeline, position, limit, only open. */
export const linksToPreview: Statement<{ id: number }> = {
  name: 'preview_links',
  text: `
  select l.id from link l join shadow s on s.link_id = l.id
  where l.pipeline_id = $1 and l.id > $2 and l.state in ('live', 'creating') and (not $4 or s.open is not null)
  order by l.id limit $3`,
};
