import type { Statement } from '../statement.js';

/**
 * The one write to the registers: compare-and-set on `rev`, so whoever read first and writes second loses and computes anew. `fields`
 * is patched with whole units (`||`), never path by path. No index covers the changed columns: nearly all updates stay on their page.
 * Rows are updated in the order given (ascending ids), so two writers cannot deadlock.
 * The JSON texts come joined by the unit separator, which JSON never holds as such: quoting and reading them as arrays took longer than
 * the update itself. Parameters: link ids[], revs[], patches, opens (joined; empty: null), att_a[], att_b[] (parallel).
 */
export const writeShadows: Statement<{ link_id: number }> = {
  name: 'lane_write_shadows',
  text: `
  update shadow s
  set rev = s.rev + 1,
      fields = case when w.patch is null then s.fields else s.fields || w.patch end,
      open = w.open,
      att_a = w.att_a,
      att_b = w.att_b
  from (
    select r.link_id, r.rev, r.patch::jsonb as patch, r.open::jsonb as open, r.att_a, r.att_b
    from unnest($1::bigint[], $2::int[], string_to_array($3, E'\\x1f', ''), string_to_array($4, E'\\x1f', ''), $5::bigint[], $6::bigint[])
      as r(link_id, rev, patch, open, att_a, att_b)
  ) w
  where s.link_id = w.link_id and s.rev = w.rev
  returning s.link_id`,
};
