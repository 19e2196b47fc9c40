import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { Clock } from '../common/clock.js';
import type { Veil } from '../common/veil.js';
import { AppError } from '../common/errors.js';
import { failpoint } from '../common/failpoint.js';
import { decisionKey, noSuch, publicId } from '../common/public-ids.js';
import type { Plain } from '../common/version-answer.js';
import { dotText, vectorText, type Side } from '../core/clock.js';
import { readCandidates, writeConflict } from '../core/conflict-at-rest.js';
import { undoHeld, undoWritten } from '../core/decide.js';
import { derive } from '../core/derive.js';
import type { SideUndone } from '../core/give-back.js';
import { writeHeld } from '../core/held-at-rest.js';
import { LIFE, type Plan, type UnitPlan } from '../core/plan.js';
import type { Unit } from '../core/unit.js';
import { appendAudit, type AuditActor, type AuditEntry, authorOf } from '../database/audit.js';
import { PlanStore } from '../database/plan-store.js';
import { HubPools } from '../database/pools.js';
import { Veils } from '../database/veils.js';
import {
  decisionById,
  decisionsOfSet,
  laterDecision,
  markUndone,
  type DecisionRow,
} from '../database/sql/review/decisions.js';
import {
  isLinked,
  endOfLink,
  lockConflict,
  lockOpenConflict,
  outdateConflict,
  recordReview,
  reopenConflict,
  reviveLink,
  setConflictState,
  successorOf,
  type Linked,
  type LockedConflictRow,
} from '../database/sql/review/registers.js';
import { run } from '../database/sql/statement.js';
import { inTransaction, retryingDeadlocks } from '../database/transaction.js';
import { announceStep } from './announce.js';
import type { DecisionDto, UndoneDecisionsDto } from './decision.dto.js';
import { once, type Answered } from './idempotent.js';
import { undoMatch } from './match/match-decisions.js';
import { presentDecision } from './present-decision.js';
import { readCarriedOut } from './carried-out.js';
import { lockUnit, lockUnitOfDeleted, writeLocked, type LockedUnit } from './registers.js';
import { undoneWords } from './undone-words.js';
import { unitPlanOf } from './unit-plan.js';

interface Undoing {
  readonly decision: Linked<DecisionRow>;
  readonly locked: LockedUnit;
  readonly row: Linked<LockedConflictRow>;
  readonly plan: Plan;
  readonly unitPlan: UnitPlan;
  readonly by: AuditActor;
  /** Lines for the audit log, to be appended when nothing else is locked any more. */
  readonly audits: AuditEntry[];
}

interface Answering {
  readonly plan: Plan;
  readonly veil: Veil;
  readonly by: AuditActor;
}

export interface UndoRequest {
  readonly decision: string;
  readonly by: AuditActor;
  readonly idempotencyKey: string | undefined;
}

/**
 * Takes decisions back. What decides between the two ways is the register, not the time: as long as it holds the decision, nothing
 * was written for it. Undoing twice is undoing once.
 */
@Injectable()
export class UndoService {
  constructor(
    private readonly pools: HubPools,
    private readonly plans: PlanStore,
    private readonly clock: Clock,
    private readonly veils: Veils,
  ) {}

  /**
   * 200: nothing had been written. 202: it had been; the question is put again, and each side gets back what it held before, unless it
   * was edited since. That is written by the engine under the same conditions as everything: what stands there must be what was read.
   *
   * @throws AppError `not-found`; `not-undoable` when a later decision stands, the record has ended, or it never took effect
   */
  async undo(request: UndoRequest): Promise<Answered<DecisionDto>> {
    const at = await this.#find(request.decision);
    return this.#once(request, 'undo', at.pipeline_id, async (client, plan, veil) => {
      const { status, bodies } = await this.#undoAll(client, [at], { plan, veil, by: request.by });
      return { status, body: bodies[0] as DecisionDto };
    });
  }

  /**
   * All that were made as one with a decision, or none of them.
   *
   * @throws AppError as of one; of which, says `decision`
   */
  async undoTogether(request: UndoRequest): Promise<Answered<UndoneDecisionsDto>> {
    const at = await this.#find(request.decision);
    const all = at.set_id === null ? [at] : await run(this.pools.general, decisionsOfSet, [at.set_id]);
    return this.#once(request, 'undo-all', at.pipeline_id, async (client, plan, veil) => {
      const { status, bodies } = await this.#undoAll(client, all, { plan, veil, by: request.by });
      return {
        status,
        body: { decisions: bodies.map((body: Plain<DecisionDto>) => ({ ...body, together: all.length })) },
      };
    });
  }

  async #find(id: string): Promise<DecisionRow & { readonly pipeline_id: number }> {
    const [at] = await run(this.pools.general, decisionById, [decisionKey(id)]);
    if (at === undefined) throw noSuch('decision', id);
    return at;
  }

  async #once<T>(
    { decision, by, idempotencyKey: key }: UndoRequest,
    what: string,
    pipelineId: number,
    work: (client: PoolClient, plan: Plan, veil: Veil) => Promise<Answered<T>>,
  ): Promise<Answered<T>> {
    // Before the transaction: it may need a connection of its own, and whoever waits for one must hold none.
    const plan = await this.plans.planOf(pipelineId);
    const veil = await this.veils.over(pipelineId);
    return retryingDeadlocks(() =>
      inTransaction(this.pools.general, (client) =>
        once(client, { key, principal: by.id ?? by.name, content: [what, decision] }, () =>
          work(client, plan, veil),
        ),
      ),
    );
  }

  async #undoAll(
    client: PoolClient,
    all: readonly DecisionRow[],
    { plan, veil, by }: Answering,
  ): Promise<{ readonly status: number; readonly bodies: readonly DecisionDto[] }> {
    const audits: AuditEntry[] = [];
    const answers: Answered<DecisionDto>[] = [];
    for (const at of all)
      answers.push(
        isLinked(at)
          ? await this.#undo(client, at, { plan, veil, by }, audits)
          : await this.#undoMatch(client, at, { plan, veil, by }),
      );
    for (const audit of audits) await appendAudit(client, this.clock.now(), audit);
    return {
      status: answers.some(({ status }) => status === 202) ? 202 : 200,
      bodies: answers.map(({ body }) => body),
    };
  }

  /** Which records are the same: no registers are concerned. */
  async #undoMatch(
    client: PoolClient,
    { id, conflict_id }: DecisionRow,
    { plan, veil, by }: Answering,
  ): Promise<Answered<DecisionDto>> {
    const [row] = await run(client, lockConflict, [conflict_id]);
    const [decision] = await run(client, decisionById, [id]);
    if (row === undefined || decision === undefined) throw noSuch('decision', publicId.decision(id));
    if (decision.outcome === 'undone') return { status: 200, body: presentDecision(decision, veil) };
    const undone = await undoMatch(client, decision, row, plan, by, this.clock.now());
    return { status: 200, body: presentDecision(undone, veil) };
  }

  async #undo(
    client: PoolClient,
    at: Linked<DecisionRow>,
    { plan, veil, by }: Answering,
    audits: AuditEntry[],
  ): Promise<Answered<DecisionDto>> {
    const { id } = at;
    const live = await lockUnit(client, at.link_id, at.unit);
    // Deleted on both sides by this very decision: its link begins again.
    const ended = live === null && at.unit === LIFE && at.value === 'deleted';
    const locked = ended ? await lockUnitOfDeleted(client, at.link_id, at.unit) : live;
    const [row] = await run(client, lockConflict, [at.conflict_id]);
    // Read again under the locks: the engine may have applied it meanwhile.
    const [decision] = await run(client, decisionById, [id]);
    if (row === undefined || !isLinked(row) || decision === undefined || !isLinked(decision))
      throw noSuch('decision', publicId.decision(id));
    if (decision.outcome === 'undone') return { status: 200, body: presentDecision(decision, veil) };

    const unitPlan = unitPlanOf(plan, row.unit);
    if (unitPlan === undefined)
      throw new AppError('not-undoable', `${row.unit} has left the pipeline: nothing can be written to it.`);
    if (locked === null) throw await this.#ended(client, at);
    const undoing: Undoing = { decision, locked, row, plan, unitPlan, by, audits };
    if (locked.unit.decision?.id === id)
      return { status: 200, body: presentDecision(await this.#takeBack(client, undoing), veil) };
    await this.#mustBeLast(client, decision);
    if (ended) await this.#revive(client, at.link_id, plan);
    const { undone, sides } = await this.#giveBack(client, undoing);
    return { status: 202, body: presentDecision(undone, veil, sides) };
  }

  /** Why nothing of a record can be undone any more. */
  async #ended(client: PoolClient, { link_id }: DecisionRow): Promise<AppError> {
    const [end] = await run(client, endOfLink, [link_id]);
    if (end?.state === 'unlinked')
      return new AppError(
        'not-undoable',
        'The two records are no longer linked: nothing is written to them.',
      );
    const by = end?.deletion ?? null;
    const deletion = by === null ? null : publicId.decision(by);
    return deletion === null
      ? new AppError('not-undoable', 'The record was deleted on both sides: there is nothing to put back.')
      : new AppError('not-undoable', `The record was deleted by a decision; undo ${deletion} first.`, {
          details: { decision: deletion },
        });
  }

  /** The link of a record that was deleted on both sides is there again; what becomes of the sides is written by the engine. */
  async #revive(client: PoolClient, linkId: number, plan: Plan): Promise<void> {
    const [other] = await run(client, successorOf, [linkId]);
    if (other !== undefined)
      throw new AppError(
        'not-undoable',
        `${plan.sides[other.side].label} has a record with this id again: ${publicId.record(other.id)}.`,
      );
    await run(client, reviveLink, [linkId]);
  }

  /** Nothing was written for it. The engine looks again at once: what came meanwhile may have settled the matter. */
  async #takeBack(client: PoolClient, undoing: Undoing): Promise<DecisionRow> {
    const { row, locked, unitPlan } = undoing;
    await writeLocked(client, locked, unitPlan, undoHeld(locked.unit));
    await failpoint('undo.registers-written');
    // Held: what is shown is what was decided on. Open: the decision itself was shown as a choice, which it is no more.
    if (row.state === 'held') await run(client, setConflictState, [row.id, 'open']);
    else await run(client, outdateConflict, [row.id]);
    return this.#finish(client, undoing, row.id, 'taken back before it was written');
  }

  /** It was written: the question is put again, with what each side gets back or has been edited to since. */
  async #giveBack(
    client: PoolClient,
    undoing: Undoing,
  ): Promise<{ readonly undone: DecisionRow; readonly sides: Readonly<Record<Side, SideUndone>> }> {
    const { decision, row, locked, plan, unitPlan, by } = undoing;
    const earlier = readCandidates(decision.shown, row.base);
    const { before, edited } = await readCarriedOut(client, decision, earlier, locked.unit);
    const labels = { A: plan.sides.A.label, B: plan.sides.B.label };
    const { unit: next, sides } = undoWritten(unitPlan, locked.unit, {
      decision: decision.id,
      before,
      earlier,
      base: row.base ?? undefined,
      edited,
      reason: (of) => undoneWords(by.name, decision.by, row.unit, of, labels),
    });
    const outcome = derive({
      plan: unitPlan,
      unit: next,
      now: this.clock.now(),
      sides: plan.sides,
      context: {},
    });
    if (outcome.kind !== 'conflict')
      throw new AppError('not-undoable', 'A newer decision has taken its place.');
    await writeLocked(client, locked, unitPlan, next);
    await failpoint('undo.registers-written');
    const doc = writeConflict(unitPlan, next, outcome.conflict);
    const [open] = await run(client, lockOpenConflict, [row.link_id, row.unit]);
    const shownIn = open?.id ?? row.id;
    await run(client, reopenConflict, [
      shownIn,
      doc.key,
      doc.kind,
      doc.reason,
      doc.base === null ? null : JSON.stringify(doc.base),
      JSON.stringify(doc.candidates),
    ]);
    const given = writeHeld(unitPlan, {
      A: next.contest?.undone?.A?.version ?? next.A,
      B: next.contest?.undone?.B?.version ?? next.B,
      tick: next.tick,
    });
    const told = { ...undoneEvent(locked.unit, decision, outcome.conflict.reason), g: given };
    const undone = await this.#finish(client, undoing, shownIn, 'taken back after it was written', told);
    return { undone, sides };
  }

  async #mustBeLast(client: PoolClient, decision: DecisionRow): Promise<void> {
    if (decision.outcome !== 'applied' && decision.outcome !== 'held') {
      throw new AppError('not-undoable', 'It never took effect: the values had moved first.');
    }
    const [later] = await run(client, laterDecision, [
      decision.link_id,
      decision.unit,
      decision.at,
      decision.id,
    ]);
    if (later !== undefined) {
      const last = publicId.decision(later.id);
      throw new AppError('not-undoable', `A later decision stands; undo ${last} first.`, {
        details: { decision: last },
      });
    }
  }

  async #finish(
    client: PoolClient,
    undoing: Undoing,
    conflictId: string,
    how: string,
    event = undoneEvent(undoing.locked.unit, undoing.decision, `${undoing.by.name}: ${how}`),
  ): Promise<DecisionRow> {
    const { decision, row, plan, by } = undoing;
    const [undone] = await run(client, markUndone, [decision.id]);
    const actor = JSON.stringify({ ...authorOf(by), id: by.id });
    const units = JSON.stringify({ [row.unit]: event });
    await run(client, recordReview, [
      row.link_id,
      row.pipeline_id,
      plan.revision,
      'undone',
      actor,
      conflictId,
      decision.id,
      units,
    ]);
    await failpoint('undo.recorded');
    await announceStep(client, {
      pipelineId: row.pipeline_id,
      linkId: row.link_id,
      conflictId,
      decisionId: decision.id,
      lookAt: this.clock.now(),
      reason: 'undo',
    });
    undoing.audits.push({
      actor: by,
      action: 'decision.undone',
      object: publicId.decision(decision.id),
      pipeline: plan.pipeline,
      detail: {
        conflict: publicId.conflict(conflictId),
        record: publicId.record(row.link_id),
        unit: row.unit,
        decidedBy: decision.by,
        how,
      },
    });
    return undone as DecisionRow;
  }
}

function undoneEvent(unit: Unit, decision: DecisionRow, why: string): Readonly<Record<string, unknown>> {
  const { head } = unit;
  return {
    o: decision.value,
    v: head.value,
    d: dotText(head.dot),
    c: vectorText(head.ctx),
    k: 'undone',
    w: why,
  };
}
