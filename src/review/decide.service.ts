import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { Clock } from '../common/clock.js';
import { AppError } from '../common/errors.js';
import { conflictKeyOf, decisionKey, noSuch, publicId } from '../common/public-ids.js';
import { UNSEEN } from '../common/veil.js';
import type { Plan } from '../core/plan.js';
import type { Json } from '../core/value.js';
import { appendAudit, type AuditActor } from '../database/audit.js';
import { PlanStore } from '../database/plan-store.js';
import { HubPools } from '../database/pools.js';
import { Veils } from '../database/veils.js';
import { decisionById, type DecisionRow } from '../database/sql/review/decisions.js';
import { isLinked, lockConflict } from '../database/sql/review/registers.js';
import { run } from '../database/sql/statement.js';
import { inTransaction, retryingDeadlocks } from '../database/transaction.js';
import { ConflictsService } from './conflicts.service.js';
import { decideUnit, mayDecide, Moved, type Place } from './decide-unit.js';
import type { DecideDto, DecisionDto } from './decision.dto.js';
import { once, type Answered } from './idempotent.js';
import { decideMatch } from './match/match-decisions.js';
import { readMatch } from './match/match-questions.js';
import { presentDecision } from './present-decision.js';

export interface DecideRequest {
  readonly conflict: string;
  /** Entity tags from If-Match: the conflict as the person saw it. */
  readonly accepted: readonly string[];
  readonly input: DecideDto;
  readonly by: AuditActor;
  readonly idempotencyKey: string | undefined;
  /** Done in the same transaction, before and after: what was used up for the decision is used up with it or not at all. */
  readonly spending?: Spending;
}

export interface Spending {
  /** For the audit log: how the person came to decide. */
  readonly way: string;
  before(client: PoolClient): Promise<void>;
  after(client: PoolClient, decisionId: string): Promise<void>;
}

export interface RedoRequest {
  readonly decision: string;
  /** Entity tags of the conflict as it now is. */
  readonly accepted: readonly string[];
  readonly by: AuditActor;
  readonly idempotencyKey: string | undefined;
}

interface Deciding extends Omit<DecideRequest, 'conflict'> {
  readonly at: Place;
  readonly content: Json;
  readonly redo?: DecisionRow;
}

/**
 * Sets a steward's decision. Everything happens in one transaction that holds the registers and the conflict, so whatever the engine
 * does at the same time comes wholly before (then the tag no longer matches) or wholly after (then it finds the decision and sees
 * which values it was made on). Nothing is written to a side here.
 */
@Injectable()
export class DecideService {
  constructor(
    private readonly pools: HubPools,
    private readonly plans: PlanStore,
    private readonly clock: Clock,
    private readonly conflicts: ConflictsService,
    private readonly veils: Veils,
  ) {}

  /**
   * @throws AppError `not-found`; `stale` with the conflict as it now is; `already-decided` when it is held or closed; `leased` while
   * somebody else is at work on it; `invalid` for a choice that is not there or a value that a side cannot take; `key-reused`
   */
  async decide(request: DecideRequest): Promise<Answered<DecisionDto>> {
    const { conflict, input } = request;
    mustBeConflict(conflict);
    const id = conflictKeyOf(conflict);
    const content = ['decide', id, input.take, input.value ?? input.candidate ?? null, input.note ?? null];
    return this.#decide({ ...request, at: await this.#find(id), content });
  }

  /**
   * Makes a decision again that was taken back: the same value, of what is shown now.
   *
   * @throws AppError as of deciding; `already-decided` while it stands
   */
  async redo({ decision, ...request }: RedoRequest): Promise<Answered<DecisionDto>> {
    const [undone] = await run(this.pools.general, decisionById, [decisionKey(decision)]);
    if (undone === undefined) throw noSuch('decision', decision);
    if (undone.outcome !== 'undone')
      throw new AppError('already-decided', 'It was not taken back: there is nothing to make again.');
    const at = await this.#find(await this.#openConflict(undone));
    const input: DecideDto = { take: undone.take, ...(undone.note !== null && { note: undone.note }) };
    return this.#decide({ ...request, at, input, redo: undone, content: ['redo', decision] });
  }

  async #decide(request: Deciding): Promise<Answered<DecisionDto>> {
    const { at, by, content } = request;
    // Before the transaction: it may need a connection of its own, and whoever waits for one must hold none.
    const plan = await this.plans.planOf(at.pipeline_id);
    const veil = await this.veils.over(at.pipeline_id);
    try {
      return await retryingDeadlocks(() =>
        inTransaction(this.pools.general, (client) =>
          once(client, { key: request.idempotencyKey, principal: by.id ?? by.name, content }, async () => ({
            status: 201,
            body: presentDecision(
              isLinked(at)
                ? await this.#decideUnit(client, plan, { ...request, at })
                : await this.#decideMatch(client, plan, request),
              veil,
            ),
          })),
        ),
      );
    } catch (error) {
      if (!(error instanceof Moved)) throw error;
      const current = await this.conflicts.get(publicId.conflict(at.id), { named: [], sight: UNSEEN });
      throw new AppError('stale', 'The conflict is not what was shown any more: look at it again.', {
        details: { current, changed: changedSince(request.accepted, current) },
      });
    }
  }

  async #find(id: string): Promise<Place> {
    const sql = 'select id, pipeline_id, link_id, unit from conflict where id = $1';
    const { rows } = await this.pools.general.query<Place>(sql, [id]);
    if (rows[0] === undefined) throw noSuch('conflict', publicId.conflict(id));
    return rows[0];
  }

  /** Undone after the write, the question may have been put in a younger conflict of the same unit. */
  async #openConflict({ link_id, unit, conflict_id }: DecisionRow): Promise<string> {
    if (link_id === null) return conflict_id;
    const { rows } = await this.pools.general.query<{ id: string }>(
      `select id from conflict where link_id = $1 and unit = $2 and state <> 'closed'`,
      [link_id, unit],
    );
    return rows[0]?.id ?? conflict_id;
  }

  async #decideUnit(
    client: PoolClient,
    plan: Plan,
    request: Deciding & { readonly at: Place & { readonly link_id: number } },
  ): Promise<DecisionRow> {
    const { spending } = request;
    const now = this.clock.now();
    await spending?.before(client);
    const { decision, audit } = await decideUnit(client, { ...request, plan, now });
    await spending?.after(client, decision.id);
    const detail = spending === undefined ? audit.detail : { ...audit.detail, way: spending.way };
    await appendAudit(client, now, { ...audit, detail });
    return decision;
  }

  /** Which records are the same: no registers are concerned. */
  async #decideMatch(client: PoolClient, plan: Plan, request: Deciding): Promise<DecisionRow> {
    const { at, by, redo } = request;
    const [row] = await run(client, lockConflict, [at.id]);
    if (row === undefined) throw noSuch('conflict', publicId.conflict(at.id));
    await mayDecide(client, row, request.accepted, by);
    const now = this.clock.now();
    if (redo === undefined) return decideMatch(client, { plan, row, input: request.input, by, now });
    const match = await readMatch(client, row.pipeline_id, row.id, plan);
    const candidate = match?.candidates.find(({ id }) => id === redo.value)?.n;
    const { take, note } = request.input;
    const input = {
      take,
      ...(note !== undefined && { note }),
      ...(candidate !== undefined && { candidate }),
    };
    return decideMatch(client, { plan, row, input, by, now, redoOf: redo.id });
  }
}

/** What is answered in another way is said to be. */
function mustBeConflict(id: string): void {
  if (id.startsWith('grd_'))
    throw new AppError('invalid', 'A guard is answered by release or discard: its actions say where.');
  if (id.startsWith('hlt_'))
    throw new AppError('invalid', 'A halt is answered by going on with the pipeline: its actions say how.');
}

/** Whether the values moved since a tag was given, or only what can be done with them. */
function changedSince(
  accepted: readonly string[],
  { rev, state }: { readonly rev: number; readonly state: string },
): readonly ('values' | 'state')[] {
  const seen = accepted.map((tag) => /^"(\d+)-(\w+)"$/.exec(tag)).find((found) => found !== null);
  const values = Number(seen?.[1]) !== rev;
  const moved = seen?.[2] !== (state === 'snoozed' ? 'open' : state);
  return [...(values ? (['values'] as const) : []), ...(moved ? (['state'] as const) : [])];
}
