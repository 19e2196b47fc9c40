import type { PoolClient } from 'pg';
import { AppError } from '../common/errors.js';
import { failpoint } from '../common/failpoint.js';
import { uuidv7 } from '../common/ids.js';
import { noSuch, publicId } from '../common/public-ids.js';
import { dotText, vectorText } from '../core/clock.js';
import { readCandidates, writeShown } from '../core/conflict-at-rest.js';
import { decide } from '../core/decide.js';
import { LIFE, type Plan, type UnitPlan } from '../core/plan.js';
import type { Unit } from '../core/unit.js';
import type { Canon } from '../core/value.js';
import { authorOf, type AuditActor, type AuditEntry } from '../database/audit.js';
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
import { readItem } from '../database/sql/review/work.js';
import { run } from '../database/sql/statement.js';
import { announceStep } from './announce.js';
import { choose, type Choice } from './choose.js';
import type { DecideDto } from './decision.dto.js';
import { mustNotBeHeldByAnother } from './queue/act-on-item.js';
import { etagOf } from './queue/present-item.js';
import { lockUnit, writeLocked, type LockedUnit } from './registers.js';
import { shownCandidates, shownVersions } from './shown-candidates.js';
import { mustBeLinked } from './typed-reference.js';
import { mustBeWritable } from './typed-value.js';
import { undoWindowMs } from './undo-window.js';
import { unitPlanOf } from './unit-plan.js';

/** Where a conflict is: never changes. */
export interface Place {
  readonly id: string;
  readonly pipeline_id: number;
  readonly link_id: number | null;
  readonly unit: string;
}

export interface UnitDecision {
  readonly at: Linked<Place>;
  readonly plan: Plan;
  /** Entity tags: the conflict as the person saw it. */
  readonly accepted: readonly string[];
  readonly input: DecideDto;
  readonly by: AuditActor;
  /** Hub time, ms. */
  readonly now: number;
  /** Shared by decisions that are made as one. */
  readonly setId?: string | undefined;
  /** An undone decision whose value is chosen again. */
  readonly redo?: DecisionRow | undefined;
}

export interface Decided {
  readonly decision: DecisionRow;
  /** To be appended when nothing else is locked any more. */
  readonly audit: AuditEntry;
}

/** What was seen is no longer what is there. Thrown inside the transaction; answered outside it with the conflict as it now is. */
export class Moved extends Error {
  constructor(readonly conflict: string) {
    super();
  }
}

/**
 * Decides on one unit, within a transaction that from here on holds its registers and its conflict.
 *
 * @throws Moved; AppError `already-decided`, `leased`, `invalid`
 */
export async function decideUnit(client: PoolClient, request: UnitDecision): Promise<Decided> {
  const { at, plan, by, now, setId = null } = request;
  const { locked, row } = await lockBoth(client, at);
  await mayDecide(client, row, request.accepted, by);
  const unitPlan = mustBePartOf(plan, row.unit);
  if (locked === null)
    throw new AppError('already-decided', 'The record is gone; there is nothing left to decide.');

  const labels = { A: plan.sides.A.label, B: plan.sides.B.label };
  const stored = readCandidates(row.candidates, row.base);
  const shown = shownCandidates(stored, locked.unit);
  const choice = { plan: unitPlan, input: request.input, base: row.base, stored, shown, labels };
  const { value, take } =
    request.redo === undefined
      ? { value: choose(choice), take: request.input.take }
      : chooseAgain(choice, request.redo);
  if (unitPlan.reference !== undefined) {
    if (take === 'value') await mustBeLinked(client, unitPlan, unitPlan.reference, value);
  } else if (row.unit !== LIFE) mustBeWritable(unitPlan, locked.unit, value, take === 'value', labels);

  const [settings] = await run(client, reviewSettings, [row.pipeline_id]);
  const dueAt = now + undoWindowMs(settings?.undo_window ?? null);
  const decisionId = uuidv7(now);
  const next = decide(locked.unit, {
    id: decisionId,
    value,
    shown: shownVersions(shown, locked.unit),
    by: authorOf(by),
    dueAt,
  });
  await writeLocked(client, locked, unitPlan, next);
  await failpoint('decide.registers-written');
  await run(client, setConflictState, [row.id, 'held']);
  await run(client, outdateDecisions, [row.id]);
  await failpoint('decide.conflict-held');
  const note = request.input.note ?? null;
  const [decision] = await run(client, insertDecision, [
    decisionId,
    row.id,
    row.rev,
    row.link_id,
    row.unit,
    JSON.stringify(writeShown(unitPlan, shown)),
    take,
    JSON.stringify(value),
    note,
    by.name,
    now,
    dueAt,
    by.personId,
    setId,
    request.redo?.id ?? null,
  ]);
  await record(client, row, {
    decisionId,
    by,
    take,
    before: locked.unit.head.value,
    unit: next,
    revision: settings?.revision ?? plan.revision,
  });
  await failpoint('decide.recorded');
  await announceStep(client, {
    pipelineId: row.pipeline_id,
    linkId: row.link_id,
    conflictId: row.id,
    decisionId,
    lookAt: dueAt,
    reason: 'decision',
  });
  return {
    decision: decision as DecisionRow,
    audit: {
      actor: by,
      action: 'decision.made',
      object: publicId.decision(decisionId),
      pipeline: plan.pipeline,
      detail: {
        conflict: publicId.conflict(row.id),
        record: publicId.record(row.link_id),
        unit: row.unit,
        take,
        note,
        ...(request.redo !== undefined && { redoOf: publicId.decision(request.redo.id) }),
      },
    },
  };
}

/**
 * Whether this person may decide on a conflict that is locked, as they saw it.
 *
 * @throws Moved; AppError `already-decided`, `leased`
 */
export async function mayDecide(
  client: PoolClient,
  row: LockedConflictRow,
  accepted: readonly string[],
  by: AuditActor,
): Promise<void> {
  if (!accepted.includes(etagOf(row))) throw new Moved(row.id);
  mustBeOpen(row);
  const [item] = await run(client, readItem, [row.id]);
  if (item !== undefined) await mustNotBeHeldByAnother(client, item, by.personId);
}

/** The same value as before, by the same choice where that still means it. */
function chooseAgain(
  choice: Choice,
  { take, value }: DecisionRow,
): { readonly value: Canon; readonly take: DecideDto['take'] } {
  const { plan } = choice;
  if (take !== 'value') {
    try {
      const chosen = choose({ ...choice, input: { take } });
      if (plan.equal(chosen, value)) return { value: chosen, take };
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'invalid') throw error;
    }
  }
  return { value: choose({ ...choice, input: { take: 'value', value } }), take: 'value' };
}

async function record(
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
