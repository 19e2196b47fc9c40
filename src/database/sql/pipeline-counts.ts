import type { ClientBase, Pool } from 'pg';

export interface CountsRow {
  readonly pipeline_id: number;
  readonly linked: number;
  /** Of them, those that are out of scope. */
  readonly excluded: number;
  /** Linked records in scope with anything unsettled: in conflict, held, blocked, under way. */
  readonly unsettled: number;
  readonly conflicts: number;
  readonly held: number;
  readonly blocked: number;
  /** References that wait for the record that they point to. */
  readonly waiting: number;
  /** Guards that wait for an answer. */
  readonly guards: number;
  readonly unmatched: number;
  readonly changes_total: number;
  readonly writes_total: number;
}

/** Counts links, hence costs time that grows with them (about 15 ms for 100,000): ask seldom and keep the answer. */
export async function pipelineCounts(database: ClientBase | Pool): Promise<CountsRow[]> {
  const { rows } = await database.query<CountsRow>({
    name: 'pipeline-counts',
    text: `select p.id as pipeline_id,
                  (select count(*) from link where pipeline_id = p.id and state = 'live') as linked,
                  x.excluded,
                  (select count(*) from shadow where pipeline_id = p.id and open is not null) - x.waiting as unsettled,
                  (select count(*) from conflict where pipeline_id = p.id and state <> 'closed' and state = 'open') as conflicts,
                  (select count(*) from conflict where pipeline_id = p.id and state <> 'closed' and state = 'held') as held,
                  (select count(*) from blocked_unit where pipeline_id = p.id and code not like 'guard-%' and code <> 'waiting-for') as blocked,
                  (select count(*) from blocked_unit where pipeline_id = p.id and code = 'waiting-for') as waiting,
                  (select count(*) from guard_trip where pipeline_id = p.id and state = 'open') as guards,
                  (select count(*) from unmatched where pipeline_id = p.id) as unmatched,
                  c.changes_total, c.writes_total
           from pipeline p
           cross join lateral (
             select count(*) as excluded, count(*) filter (where s.open is not null) as waiting
             from link l join shadow s on s.link_id = l.id
             where l.pipeline_id = p.id and l.excluded is not null and l.state = 'live'
           ) x
           cross join lateral (
             select coalesce(sum(value) filter (where name = 'changes'), 0)::bigint as changes_total,
                    coalesce(sum(value) filter (where name = 'writes'), 0)::bigint as writes_total
             from counter where pipeline_id = p.id
           ) c
           order by p.id`,
  });
  return rows;
}
