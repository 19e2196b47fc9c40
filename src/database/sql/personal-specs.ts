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
}

/** What a revision's file says of its fields. Parameters: pipeline ids[], revisions[] (parallel). */
export const personalSpecs: Statement<PersonalSpecRow & Record<string, unknown>> = {
  name: 'personal_specs',
  text: `
  select r.pipeline_id, r.spec #> '{spec,fields}' as fields, r.spec #> '{spec,groups}' as groups
  from unnest($1::int[], $2::int[]) as w(pipeline_id, revision)
  join pipeline_revision r on r.pipeline_id = w.pipeline_id and r.revision = w.revision`,
};
