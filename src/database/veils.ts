import type { Clock } from '../common/clock.js';
import { AppError } from '../common/errors.js';
import { Veil, type Sight } from '../common/veil.js';
import { PlanError } from '../core/errors.js';
import { personalData, type PersonalData } from '../core/pipeline/personal-data.js';
import { titleUnit } from '../core/title.js';
import { appendAudit } from './audit.js';
import { Look, maySee, type Seen } from './look.js';
import type { PlanStore } from './plan-store.js';
import type { HubPools } from './pools.js';
import { personalSpecs, revisionsInForce } from './sql/personal-specs.js';
import { run } from './sql/statement.js';
import { inTransaction } from './transaction.js';

interface Known extends Seen {
  readonly revision: number;
}

/**
 * Decides who gets to see personal data: nobody who did not ask for it, and nobody without `personal:read` on the pipeline. Every answer
 * with values of records goes through a veil from here.
 */
export class Veils {
  readonly #known = new Map<number, Known>();

  constructor(
    private readonly pools: HubPools,
    private readonly clock: Clock,
    private readonly plans: PlanStore,
  ) {}

  /** Of what is answered without personal data, whoever asks. */
  async over(pipelineId: number): Promise<Veil> {
    return (await this.overAll([pipelineId])).get(pipelineId) ?? new Veil(personalData(null));
  }

  /** Of what is answered without personal data, whoever asks. */
  async overAll(pipelineIds: readonly number[]): Promise<ReadonlyMap<number, Veil>> {
    return new Map(
      [...(await this.#read(pipelineIds))].map(([id, { personal }]) => [id, new Veil(personal)]),
    );
  }

  /** What cannot be searched for by the caller: whoever may not see a value may not find it out by asking for records that have it. */
  async unsearchable(
    pipelineIds: readonly number[],
    sight: Sight,
  ): Promise<ReadonlyMap<number, PersonalData>> {
    const known = await this.#read(pipelineIds);
    return new Map(
      [...known].flatMap(([id, { name, personal }]) =>
        maySee(sight, name) ? [] : [[id, personal] as const],
      ),
    );
  }

  /** One request that may show personal data. Every veil of its answer comes from the same look. */
  look(sight: Sight): Look {
    return new Look(
      sight,
      (ids) => this.#read(ids),
      (lines) =>
        inTransaction(this.pools.general, async (client) => {
          for (const line of lines) await appendAudit(client, this.clock.now(), line);
        }),
    );
  }

  /** A revision never changes, so each is read once. */
  async #read(ids: readonly number[]): Promise<ReadonlyMap<number, Known>> {
    if (ids.length === 0) return new Map();
    const rows = await run(this.pools.general, revisionsInForce, [[...new Set(ids)]]);
    const news = rows.filter(({ id, revision }) => this.#known.get(id)?.revision !== revision);
    if (news.length > 0) {
      const specs = await run(this.pools.general, personalSpecs, [
        news.map(({ id }) => id),
        news.map(({ revision }) => revision),
      ]);
      for (const { id, name, revision } of news) {
        const spec = specs.find((one) => one.pipeline_id === id);
        const {
          fields = null,
          groups = null,
          had_more: hadMore = false,
          other_up_to: otherUpTo = 0,
        } = spec ?? {};
        const personal = personalData(
          fields === null ? null : { fields, ...(groups !== null && { groups }) },
          await this.#named(id, revision),
          { hadMore, otherUpTo },
        );
        this.#known.set(id, { name, revision, personal });
      }
    }
    return new Map(rows.map(({ id }) => [id, this.#known.get(id) as Known]));
  }

  /** The unit that names records; `undefined` where the plan that says it cannot be had. */
  async #named(id: number, revision: number): Promise<string | null | undefined> {
    try {
      const plan = await this.plans.planOf(id);
      return plan.revision === revision ? (titleUnit(plan)?.key ?? null) : undefined;
    } catch (error) {
      if (error instanceof PlanError || (error instanceof AppError && error.code === 'not-found'))
        return undefined;
      throw error;
    }
  }
}
