import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { Clock } from '../common/clock.js';
import { AppError } from '../common/errors.js';
import { failpoint } from '../common/failpoint.js';
import { uuidv7 } from '../common/ids.js';
import { conflictKeyOf, noSuch, publicId } from '../common/public-ids.js';
import { dotText, vectorText } from '../core/clock.js';
import { readCandidates, writeShown } from '../core/conflict-at-rest.js';
import { decide } from '../core/decide.js';
import { LIFE, type Plan, type UnitPlan } from '../core/plan.js';
import type { Unit } from '../core/unit.js';
import type { Canon, Json } from '../core/value.js';
import { appendAudit, type AuditActor } from '../database/audit.js';
import { PlanStore } from '../database/plan-store.js';
import { HubPools } from '../database/pools.js';
import { insertDecision, outdateDecisions, type DecisionRow } from '../database/sql/review/decisions.js';
import {
  isLinked,
  lockConflict,
  recordReview,
  reviewSettings,
  setConflictState,
  type Linked,
  type LockedConflictRow,
} from '../database/sql/review/registers.js';
import { run } from '../database/sql/statement.js';
import { inTransaction, retryingDeadlocks } from '../database/transaction.js';
import { announceStep } from './announce.js';
import { authorOf } from './author-of.js';
import { choose } from './choose.js';
import { ConflictsService } from './conflicts.service.js';
import type { DecideDto, DecisionDto } from './decision.dto.js';
import { once, type Answered } from './idempotent.js';
import { decideMatch } from './match/match-decisions.js';
import { presentDecision } from './present-decision.js';
import { etagOf } from './present-conflict.js';
import { lockUnit, writeLocked, type LockedUnit } from './registers.js';
import { shownCandidates, shownVersions } from './shown-candidates.js';
import { mustBeLinked } from './typed-reference.js';
import { mustBeWritable } from './typed-value.js';
import { undoWindowMs } from './undo-window.js';
import { unitPlanOf } from './unit-plan.js';

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

/** Where a conflict is: never changes. */
interface Place {
  readonly id: string;
  readonly pipeline_id: number;
  readonly link_id: number | null;
  readonly unit: string;
}

/** What was seen is no longer what is there. Thrown inside the transaction; answered outside it with the conflict as it now is. */
class Moved extends Error {}

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
  ) {}

  /**
   * @throws AppError `not-found`; `stale` with the conflict as it now is; `already-decided` when it is held or closed; `invalid` for a
   * choice that is not there or a value that a side cannot take; `key-reused`
   */
  async decide(request: DecideRequest): Promise<Answered<DecisionDto>> {
    const { conflict, input, by } = request;
    const id = conflictKeyOf(conflict);
    const content: Json = [
      'decide',
      id,
      input.take,
      input.value ?? input.candidate ?? null,
      input.note ?? null,
    ];
    const at = await this.#find(id);
    // Before the transaction: it may need a connection of its own, and whoever waits for one must hold none.
    const plan = await this.plans.planOf(at.pipeline_id);
    try {
      return await retryingDeadlocks(() =>
        inTransaction(this.pools.general, (client) =>
          once(client, { key: request.idempotencyKey, principal: by.id ?? by.name, content }, async () => ({
            status: 201,
            body: presentDecision(
              isLinked(at)
                ? await this.#decide(client, at, plan, request)
                : await this.#decideMatch(client, at, plan, request),
            ),
          })),
        ),
      );
    } catch (error) {
      if (!(error instanceof Moved)) throw error;
      const current = await this.conflicts.get(conflict);
      throw new AppError('stale', 'The conflict is not what was shown any more: look at it again.', {
        details: { current },
      });
    }
  }

  async #find(id: string): Promise<Place> {
    const sql = 'select id, pipeline_id, link_id, unit from conflict where id = $1';
    const { rows } = await this.pools.general.query<Place>(sql, [id]);
    if (rows[0] === undefined) throw noSuch('conflict', publicId.conflict(id));
    return rows[0];
  }

  async #decide(
    client: PoolClient,
    at: Linked<Place>,
    plan: Plan,
    request: DecideRequest,
  ): Promise<DecisionRow> {
    await request.spending?.before(client);
    const { locked, row } = await lockBoth(client, at);
    if (!request.accepted.includes(etagOf(row))) throw new Moved();
    mustBeOpen(row);
    const unitPlan = mustBePartOf(plan, row.unit);
    if (locked === null)
      throw new AppError('already-decided', 'The record is gone; there is nothing left to decide.');

    const labels = { A: plan.sides.A.label, B: plan.sides.B.label };
    const stored = readCandidates(row.candidates, row.base);
    const shown = shownCandidates(stored, locked.unit);
    const value = choose({ plan: unitPlan, input: request.input, base: row.base, stored, shown, labels });
    if (unitPlan.reference !== undefined) {
      if (request.input.take === 'value') await mustBeLinked(client, unitPlan, unitPlan.reference, value);
    } else if (row.unit !== LIFE)
      mustBeWritable(unitPlan, locked.unit, value, request.input.take === 'value', labels);

    const [settings] = await run(client, reviewSettings, [row.pipeline_id]);
    const now = this.clock.now();
    const dueAt = now + undoWindowMs(settings?.undo_window ?? null);
    const decisionId = uuidv7(now);
    const next = decide(locked.unit, {
      id: decisionId,
      value,
      shown: shownVersions(shown, locked.unit),
      by: authorOf(request.by),
      dueAt,
    });
    await writeLocked(client, locked, unitPlan, next);
    await failpoint('decide.registers-written');
    await run(client, setConflictState, [row.id, 'held']);
    await run(client, outdateDecisions, [row.id]);
    await failpoint('decide.conflict-held');
    const { take, note } = request.input;
    const [decision] = await run(client, insertDecision, [
      decisionId,
      row.id,
      row.rev,
      row.link_id,
      row.unit,
      JSON.stringify(writeShown(unitPlan, shown)),
      take,
      JSON.stringify(value),
      note ?? null,
      request.by.name,
      now,
      dueAt,
      request.by.personId,
    ]);
    await this.#record(client, row, {
      decisionId,
      by: request.by,
      take,
      before: locked.unit.head.value,
      unit: next,
      revision: settings?.revision ?? plan.revision,
    });
    await request.spending?.after(client, decisionId);
    await failpoint('decide.recorded');
    await announceStep(client, {
      pipelineId: row.pipeline_id,
      linkId: row.link_id,
      conflictId: row.id,
      decisionId,
      lookAt: dueAt,
      reason: 'decision',
    });
    await appendAudit(client, now, {
      actor: request.by,
      action: 'decision.made',
      object: publicId.decision(decisionId),
      pipeline: plan.pipeline,
      detail: {
        conflict: publicId.conflict(row.id),
        record: publicId.record(row.link_id),
        unit: row.unit,
        take,
        note: note ?? null,
        ...(request.spending !== undefined && { way: request.spending.way }),
      },
    });
    return decision as DecisionRow;
  }

  /** Which records are the same: no registers are concerned. */
  async #decideMatch(
    client: PoolClient,
    at: Place,
    plan: Plan,
    request: DecideRequest,
  ): Promise<DecisionRow> {
    const [row] = await run(client, lockConflict, [at.id]);
    if (row === undefined) throw noSuch('conflict', publicId.conflict(at.id));
    if (!request.accepted.includes(etagOf(row))) throw new Moved();
    mustBeOpen(row);
    const { input, by } = request;
    return decideMatch(client, { plan, row, input, by, now: this.clock.now() });
  }

  async #record(
    client: PoolClient,
    row: Linked<LockedConflictRow>,
    step: {
      readonly decisionId: string;
      readonly by: AuditActor;
      readonly take: string;
      readonly before: Canon;
      readonly unit: Unit;
      readonly revision: number;
    },
  ): Promise<void> {
    const decision = step.unit.decision as NonNullable<Unit['decision']>;
    const event = {
      o: step.before,
      v: decision.value,
      d: dotText(decision.dot),
      c: vectorText(decision.ctx),
      k: 'decided',
      w: `${step.by.name} decided: ${step.take}`,
    };
    const actor = JSON.stringify({ ...authorOf(step.by), id: step.by.id });
    const units = JSON.stringify({ [row.unit]: event });
    await run(client, recordReview, [
      row.link_id,
      row.pipeline_id,
      step.revision,
      'decided',
      actor,
      row.id,
      step.decisionId,
      units,
    ]);
  }
}

/** Registers first, then the conflict: the order in which the engine takes them. */
async function lockBoth(
  client: PoolClient,
  at: Linked<Place>,
): Promise<{ readonly locked: LockedUnit | null; readonly row: Linked<LockedConflictRow> }> {
  const locked = await lockUnit(client, at.link_id, at.unit);
  const [row] = await run(client, lockConflict, [at.id]);
  if (row === undefined || !isLinked(row)) throw noSuch('conflict', publicId.conflict(at.id));
  return { locked, row };
}

function mustBeOpen(row: LockedConflictRow): void {
  if (row.state === 'open') return;
  throw new AppError(
    'already-decided',
    row.state === 'held'
      ? 'It was decided; undo that decision to decide anew.'
      : `It is closed: ${row.close_reason ?? 'the values agree again'}.`,
  );
}

function mustBePartOf(plan: Plan, unit: string): UnitPlan {
  const unitPlan = unitPlanOf(plan, unit);
  if (unitPlan === undefined)
    throw new AppError('invalid', `${unit} is no longer part of the pipeline: nothing can be written to it.`);
  return unitPlan;
}
