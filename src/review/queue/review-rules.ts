import { Injectable } from '@nestjs/common';
import type { PipelineSpec } from '../../core/pipeline/spec.js';
import { HubPools } from '../../database/pools.js';
import { run, type Statement } from '../../database/sql/statement.js';
import type { SeenPipeline } from './filter-context.js';

export type Rules = NonNullable<PipelineSpec['review']>;

const readRules: Statement<{ review: Rules | null }> = {
  name: 'review_rules',
  text: `select spec #> '{spec,review}' as review from pipeline_revision where pipeline_id = $1 and revision = $2`,
};

const allPipelines: Statement<{ id: number; name: string; revision: number }> = {
  name: 'review_all_pipelines',
  text: `select id, name, revision from pipeline order by id`,
};

/** `review:` of the pipelines' files. A revision never changes, so each is read once. */
@Injectable()
export class ReviewRules {
  readonly #known = new Map<number, { readonly revision: number; readonly rules: Rules }>();

  constructor(private readonly pools: HubPools) {}

  async of(pipelineId: number, revision: number): Promise<Rules> {
    const known = this.#known.get(pipelineId);
    if (known?.revision === revision) return known.rules;
    const [row] = await run(this.pools.general, readRules, [pipelineId, revision]);
    const rules = row?.review ?? {};
    this.#known.set(pipelineId, { revision, rules });
    return rules;
  }

  /** @param visible names of the pipelines that may be seen; `null`: all */
  async seen(visible: readonly string[] | null): Promise<readonly SeenPipeline[]> {
    const rows = await run(this.pools.general, allPipelines, []);
    const seen = rows.filter(({ name }) => visible === null || visible.includes(name));
    return Promise.all(
      seen.map(async ({ id, name, revision }) => ({
        id,
        name,
        queue: (await this.of(id, revision)).queue ?? null,
      })),
    );
  }
}
