import { pipelinesWithin } from '../common/caller.js';
import type { Clock } from '../common/clock.js';
import { AppError } from '../common/errors.js';
import { rolesWith } from '../common/permissions.js';
import { Veil, type Sight } from '../common/veil.js';
import { personalData, type PersonalData } from '../core/pipeline/personal-data.js';
import type { Json } from '../core/value.js';
import { actorOf, appendAudit } from './audit.js';
import type { HubPools } from './pools.js';
import { personalSpecs, revisionsInForce } from './sql/personal-specs.js';
import { run } from './sql/statement.js';
import { inTransaction } from './transaction.js';

interface Known {
  readonly name: string;
  readonly revision: number;
  readonly personal: PersonalData;
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
  ) {}

  /** @throws AppError `forbidden` for whoever asks without the permission */
  async over(pipelineId: number, sight: Sight): Promise<Veil> {
    const [[, veil] = [0, null]] = await this.overAll([pipelineId], sight);
    return veil ?? new Veil(personalData(null));
  }

  /** @throws AppError `forbidden` for whoever asks without the permission */
  async overAll(pipelineIds: readonly number[], sight: Sight): Promise<ReadonlyMap<number, Veil>> {
    const known = await this.#read([...new Set(pipelineIds)]);
    return new Map(
      [...known].map(([id, { name, personal }]) => {
        if (sight.asked && personal.any && !maySee(sight, name)) throw refusal(sight, name);
        return [id, new Veil(personal, sight.asked)] as const;
      }),
    );
  }

  /** The names of records that others point to: shown where they may be, covered where not, without a refusal. */
  async named(pipelineIds: readonly number[], sight: Sight): Promise<ReadonlyMap<number, Veil>> {
    const known = await this.#read([...new Set(pipelineIds)]);
    return new Map(
      [...known].map(
        ([id, { name, personal }]) => [id, new Veil(personal, sight.asked && maySee(sight, name))] as const,
      ),
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
        personal.any && !maySee(sight, name) ? [[id, personal] as const] : [],
      ),
    );
  }

  /**
   * Notes who was shown personal data of what, before it is: once for a request, not for each value. Nothing where nothing was.
   *
   * @param object public id of the record or item, or the pipeline's name
   */
  async note(
    veil: Veil,
    { caller }: Sight,
    object: string,
    pipeline: string,
    more: Readonly<Record<string, Json>> = {},
  ): Promise<void> {
    if (veil.shown.length === 0) return;
    if (caller === null) throw new Error('personal data is shown to nobody');
    await inTransaction(this.pools.general, (client) =>
      appendAudit(client, this.clock.now(), {
        actor: actorOf(caller),
        action: 'personal-data.shown',
        object,
        pipeline,
        detail: { units: veil.shown, ...more },
      }),
    );
  }

  /** A revision never changes, so each is read once. */
  async #read(ids: readonly number[]): Promise<ReadonlyMap<number, Known>> {
    if (ids.length === 0) return new Map();
    const rows = await run(this.pools.general, revisionsInForce, [ids]);
    const news = rows.filter(({ id, revision }) => this.#known.get(id)?.revision !== revision);
    if (news.length > 0) {
      const specs = await run(this.pools.general, personalSpecs, [
        news.map(({ id }) => id),
        news.map(({ revision }) => revision),
      ]);
      for (const { id, name, revision } of news) {
        const spec = specs.find((one) => one.pipeline_id === id);
        const { fields = null, groups = null } = spec ?? {};
        const personal = personalData(
          fields === null ? null : { fields, ...(groups !== null && { groups }) },
        );
        this.#known.set(id, { name, revision, personal });
      }
    }
    return new Map(rows.map(({ id }) => [id, this.#known.get(id) as Known]));
  }
}

function maySee({ caller }: Sight, pipeline: string): boolean {
  if (caller === null) return false;
  const within = pipelinesWithin(caller, 'personal:read');
  return within === null || within.includes(pipeline);
}

function refusal({ caller }: Sight, pipeline: string): AppError {
  const roles = rolesWith('personal:read');
  const details = { requiredPermission: 'personal:read', requiredRoles: roles };
  const scoped = caller?.kind === 'token' && caller.scopes?.includes('personal:read') === false;
  return new AppError(
    'forbidden',
    scoped
      ? 'The token has no scope personal:read.'
      : `Personal data is for the role ${roles.join(' or ')} on ${pipeline}.`,
    { details },
  );
}
