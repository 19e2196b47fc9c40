import type { Statement } from '../statement.js';

export interface StandingRow {
  readonly ext_id: string;
  /** It has a link. */
  readonly linked: boolean;
  /** A link of it was ended on purpose, and it has no other. */
  readonly ended: boolean;
  /** A person has said what it is, and that is not carried out yet. */
  readonly answered: boolean;
}

/** Where records stand that a rule must not simply link; of the others nothing is answered. Parameters: pipeline, ids[]. */
export const standingOf: Readonly<Record<'A' | 'B', Statement<StandingRow>>> = {
  A: { name: 'match_standing_a', text: standing('a_id', 'B') },
  B: { name: 'match_standing_b', text: standing('b_id', 'A') },
};

function standing(id: 'a_id' | 'b_id', other: 'A' | 'B'): string {
  return `
  with named as (
    select ${id} as id from link_order where pipeline_id = $1 and ${id} is not null
    union
    select m.ext_id from link_order o
    join match_question q on q.conflict_id = o.conflict_id and q.side = '${other}'
    join match_candidate m on m.conflict_id = q.conflict_id and m.gone is null
    where o.pipeline_id = $1 and o.kind <> 'link')
  select ext_id, linked, ended and not linked as ended, answered
  from (
    select r.id as ext_id, r.id in (select id from named) as answered,
           exists (select from link l where l.pipeline_id = $1 and l.${id} = r.id and l.state in ('live', 'creating')) as linked,
           exists (select from link l where l.pipeline_id = $1 and l.${id} = r.id and l.state = 'unlinked') as ended
    from unnest($2::text[]) as r(id)) s
  where linked or ended or answered`;
}

/**
 * Records that are asked about and have one of these among their candidates. Parameters: pipeline, side of the records, ids[] of the
 * other side, limit.
 */
export const subjectsOf: Statement<{ ext_id: string }> = {
  name: 'match_subjects_of',
  text: `
  select distinct q.ext_id
  from match_candidate m join match_question q on q.conflict_id = m.conflict_id and q.pipeline_id = $1 and q.side = $2 and q.is_open
  where m.gone is null and m.ext_id = any($3::text[]) order by q.ext_id limit $4`,
};

/** Of these records, those that are asked about. Parameters: pipeline, side, ids[]. */
export const askedAbout: Statement<{ ext_id: string }> = {
  name: 'match_asked_about',
  text: `select ext_id from match_question where pipeline_id = $1 and side = $2 and ext_id = any($3::text[]) and is_open`,
};

/**
 * A record that no link knows goes by another id: what was said of it holds for it still. Parameters: pipeline, ids before[], ids after[]
 * (parallel).
 */
export const renameUnlinked: Readonly<Record<'A' | 'B', readonly Statement<Record<string, never>>[]>> = {
  A: renaming('A', 'a_id', 'b_id'),
  B: renaming('B', 'b_id', 'a_id'),
};

function renaming(
  side: 'A' | 'B',
  id: 'a_id' | 'b_id',
  other: 'a_id' | 'b_id',
): readonly Statement<Record<string, never>>[] {
  const renamed = 'unnest($2::text[], $3::text[]) as r(was, becomes)';
  return [
    {
      name: `match_rename_apart_${id}`,
      text: `
      with before as (
        delete from do_not_relink d using ${renamed} where d.pipeline_id = $1 and d.${id} = r.was
        returning d.${other} as other, r.becomes, d.by, d.note, d.stay, d.at)
      insert into do_not_relink (pipeline_id, ${id}, ${other}, by, note, stay, at)
      select $1, becomes, other, by, note, stay, at from before
      on conflict (pipeline_id, a_id, b_id) do nothing`,
    },
    {
      name: `match_rename_ended_${id}`,
      text: `
      with moved as (
        update link l set ${id} = r.becomes from ${renamed}
        where l.pipeline_id = $1 and l.${id} = r.was and l.state = 'unlinked' returning l.id, r.was)
      insert into link_alias (pipeline_id, side, ext_id, link_id) select $1, '${side}', was, id from moved on conflict do nothing`,
    },
  ];
}
