import { Injectable } from '@nestjs/common';
import type { Side } from '../../core/clock.js';
import type { PipelineSpec } from '../../core/pipeline/spec.js';
import { HubPools } from '../../database/pools.js';
import { run, type Statement } from '../../database/sql/statement.js';
import type { SeenPipeline } from './filter-context.js';

export type Rules = NonNullable<PipelineSpec['review']>;

/** Addresses of a record in each system, with `{id}` in them, as far as the file has them. */
export type RecordUrls = Readonly<Record<Side, string | null>>;

interface Read {
  readonly revision: number;
  readonly rules: Rules;
  readonly urls: RecordUrls;
}

interface RuleRow {
  readonly review: Rules | null;
  readonly url_a: string | null;
  readonly url_b: string | null;
}

const readRules: Statement<RuleRow> = {
  name: 'review_rules',
  text: `select spec #> '{spec,review}' as review, spec #>> '{spec,connections,a,recordUrl}' as url_a,
           spec #>> '{spec,connections,b,recordUrl}' as url_b
         from pipeline_revision where pipeline_id = $1 and revision = $2`,
};

const allPipelines: Statement<{ id: number; name: string; revision: number }> = {
  name: 'review_all_pipelines',
  text: `select id, name, revision from pipeline order by id`,
};

/** `review:` of the pipelines' files, and what else they say to people. A revision never changes, so each is read once. */
@Injectable()
export class ReviewRules {
  readonly #known = new Map<number, Read>();

  constructor(private readonly pools: HubPools) {}

  async of(pipelineId: number, revision: number): Promise<Rules> {
    return (await this.#read(pipelineId, revision)).rules;
  }

  async urls(pipelineId: number, revision: number): Promise<RecordUrls> {
    return (await this.#read(pipelineId, revision)).urls;
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

  async #read(pipelineId: number, revision: number): Promise<Read> {
    const known = this.#known.get(pipelineId);
    if (known?.revision === revision) return known;
    const [row] = await run(this.pools.general, readRules, [pipelineId, revision]);
    const urls = { A: row?.url_a ?? null, B: row?.url_b ?? null };
    const read = { revision, rules: row?.review ?? {}, urls };
    this.#known.set(pipelineId, read);
    return read;
  }
}
