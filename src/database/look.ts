import { pipelinesWithin } from '../common/caller.js';
import { AppError } from '../common/errors.js';
import { rolesWith } from '../common/permissions.js';
import { Veil, type Sight } from '../common/veil.js';
import { personalData, type PersonalData } from '../core/pipeline/personal-data.js';
import type { Json } from '../core/value.js';
import { actorOf, type AuditEntry } from './audit.js';

/** A pipeline whose records are looked at. */
export interface Seen {
  readonly name: string;
  readonly personal: PersonalData;
}

/**
 * What one request gets to see. It hands out the veils of its answer and knows what they showed, also of records that others only point to:
 * `note` puts all of it into the audit log, before the answer goes out.
 */
export class Look {
  readonly #veils = new Map<string, Veil>();

  constructor(
    readonly sight: Sight,
    private readonly read: (pipelineIds: readonly number[]) => Promise<ReadonlyMap<number, Seen>>,
    private readonly append: (lines: readonly AuditEntry[]) => Promise<void>,
  ) {}

  /** @throws AppError `forbidden` for whoever asks without the permission */
  async over(pipelineId: number): Promise<Veil> {
    const seen = (await this.read([pipelineId])).get(pipelineId);
    if (seen === undefined) return new Veil(personalData(null));
    const { name, personal } = seen;
    if (this.sight.asked && personal.any && !maySee(this.sight, name)) throw refusal(this.sight, name);
    return this.#veil(seen);
  }

  /** The names of records that others point to: shown where they may be, covered where not, without a refusal. */
  async named(pipelineIds: readonly number[]): Promise<ReadonlyMap<number, Veil>> {
    return new Map([...(await this.read(pipelineIds))].map(([id, seen]) => [id, this.#veil(seen)]));
  }

  /**
   * Notes who was shown personal data of what: a line for each pipeline whose data it is, not for each value. Nothing where nothing was.
   *
   * @param object public id of the record or item, or the pipeline's name
   */
  async note(object: string, more: Readonly<Record<string, Json>> = {}): Promise<void> {
    const shown = [...this.#veils].filter(([, veil]) => veil.shown.length > 0);
    if (shown.length === 0) return;
    const { caller } = this.sight;
    if (caller === null) throw new Error('personal data is shown to nobody');
    await this.append(
      shown.map(([pipeline, veil]) => ({
        actor: actorOf(caller),
        action: 'personal-data.shown',
        object,
        pipeline,
        detail: { units: veil.shown, ...more },
      })),
    );
  }

  /** One for each pipeline: what it showed is noted once, as a whole. */
  #veil({ name, personal }: Seen): Veil {
    const veil = this.#veils.get(name) ?? new Veil(personal, this.sight.asked && maySee(this.sight, name));
    this.#veils.set(name, veil);
    return veil;
  }
}

/** Whether the caller may see personal data of the pipeline. */
export function maySee({ caller }: Sight, pipeline: string): boolean {
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
