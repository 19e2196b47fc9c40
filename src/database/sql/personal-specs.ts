import type { PipelineSpec } from '../../core/pipeline/spec.js';
import type { Statement } from './statement.js';

/** Parameters: pipeline ids[]. */
export const revisionsInForce: Statement<{ id: number; name: string; revision: number }> = {
  name: 'personal_revisions_in_force',
  text: `select id, name, revision from pipeline where id = any($1::int[])`,
};

interface PersonalSpecRow {
  readonly pipeline_id: number;
  readonly fields: PipelineSpec['fields'] | null;
  readonly groups: PipelineSpec['groups'] | null;
  /** Whether another revision had personal fields that this one has not. */
  readonly had_more: boolean;
  /** The last revision before it in which another field may have named records. */
  readonly other_up_to: number;
}

/** What the name of a record, and whether that is personal, depends on. */
const names = (revision: string): string =>
  `jsonb_build_array(${revision}.spec #> '{spec,fields}', ${revision}.spec #> '{spec,groups}', ${revision}.spec -> 'schemas')`;

/** What a revision's file says of its fields. Parameters: pipeline ids[], revisions[] (parallel). */
export const personalSpecs: Statement<PersonalSpecRow & Record<string, unknown>> = {
  name: 'personal_specs',
  text: `
  select r.pipeline_id, r.spec #> '{spec,fields}' as fields, r.spec #> '{spec,groups}' as groups,
         exists (select from pipeline_revision o cross join jsonb_each(o.spec #> '{spec,fields}') f
                 where o.pipeline_id = r.pipeline_id and f.value -> 'pii' = 'true'
                   and not (r.spec #> '{spec,fields}') ? f.key) as had_more,
         coalesce((select max(o.revision) from pipeline_revision o
                   where o.pipeline_id = r.pipeline_id and o.revision < r.revision
                     and ${names('o')} is distinct from ${names('r')}), 0) as other_up_to
  from unnest($1::int[], $2::int[]) as w(pipeline_id, revision)
  join pipeline_revision r on r.pipeline_id = w.pipeline_id and r.revision = w.revision`,
};
