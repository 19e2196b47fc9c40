import type { PoolClient } from 'pg';
import { AppError } from '../../common/errors.js';
import { uuidv7 } from '../../common/ids.js';
import { publicId } from '../../common/public-ids.js';
import type { Plan } from '../../core/plan.js';
import { appendAudit, type AuditActor } from '../../database/audit.js';
import { addWaiting } from '../../database/sql/lane/links.js';
import { insertOrder, removeOrdersOf } from '../../database/sql/matching/orders.js';
import { insertDecision, markUndone, type DecisionRow } from '../../database/sql/review/decisions.js';
import {
  announce,
  reviewSettings,
  setConflictState,
  type LockedConflictRow,
} from '../../database/sql/review/registers.js';
import { run } from '../../database/sql/statement.js';
import type { DecideDto } from '../decision.dto.js';
import { undoWindowMs } from '../undo-window.js';
import type { MatchDto } from './match.dto.js';
import { readMatch } from './match-questions.js';

export interface MatchAnswer {
  readonly plan: Plan;
  readonly row: LockedConflictRow;
  readonly input: DecideDto;
  readonly by: AuditActor;
  /** ms since the epoch. */
  readonly now: number;
  /** The decision that is made again. */
  readonly redoOf?: string;
}

/**
 * Stores what a person says of a match that is open and locked. Whoever runs the pipeline carries it out once it cannot be taken back
 * without a trace any more.
 *
 * @throws AppError `invalid` for an answer that is none to a match, or names a candidate that cannot be chosen
 */
export async function decideMatch(client: PoolClient, answer: MatchAnswer): Promise<DecisionRow> {
  const { plan, row, input, by, now } = answer;
  const match = await readMatch(client, row.pipeline_id, row.id, plan);
  if (match === null)
    throw new AppError('already-decided', 'The question is not kept any more; there is nothing to answer.');
  const chosen = chosenIn(match, input);
  const [settings] = await run(client, reviewSettings, [row.pipeline_id]);
  const dueAt = now + undoWindowMs(settings?.undo_window ?? null);
  const decisionId = uuidv7(now);
  const shown = match.candidates.filter(({ gone }) => gone === null).map(({ n, id }) => ({ n, id }));
  const [decision] = await run(client, insertDecision, [
    decisionId,
    row.id,
    row.rev,
    null,
    row.unit,
    JSON.stringify(shown),
    input.take,
    JSON.stringify(chosen),
    input.note ?? null,
    by.name,
    now,
    dueAt,
    by.personId,
    null,
    answer.redoOf ?? null,
  ]);
  const own = match.side === 'A' ? [match.id, chosen] : [chosen, match.id];
  await run(client, insertOrder, [
    decisionId,
    row.pipeline_id,
    input.take,
    match.side,
    own[0],
    own[1],
    row.id,
    by.name,
    dueAt,
    null,
  ]);
  await run(client, setConflictState, [row.id, 'held']);
  await tell(client, row, decisionId);
  await appendAudit(client, now, {
    actor: by,
    action: 'decision.made',
    object: publicId.decision(decisionId),
    pipeline: plan.pipeline,
    detail: {
      conflict: publicId.conflict(row.id),
      side: match.side,
      record: match.id,
      unit: row.unit,
      take: input.take,
      with: chosen,
      note: input.note ?? null,
    },
  });
  return decision as DecisionRow;
}

/**
 * Takes an answer back that was not carried out yet.
 *
 * @throws AppError `not-undoable` when it was: a link is ended, and two records are linked, by requests of their own
 */
export async function undoMatch(
  client: PoolClient,
  decision: DecisionRow,
  row: LockedConflictRow,
  plan: Plan,
  by: AuditActor,
  now: number,
): Promise<DecisionRow> {
  const removed = await run(client, removeOrdersOf, [row.id]);
  if (removed.length === 0 || decision.outcome !== 'held')
    throw new AppError(
      'not-undoable',
      'It was carried out. End the link, or link the right two, to make up for it.',
    );
  const [undone] = await run(client, markUndone, [decision.id]);
  await run(client, setConflictState, [row.id, 'open']);
  // What was edited meanwhile was left for the answer to settle.
  for (const order of removed)
    for (const [side, id] of [
      ['A', order.a_id],
      ['B', order.b_id],
    ] as const)
      if (id !== null) await run(client, addWaiting, [row.pipeline_id, side, [id]]);
  await tell(client, row, decision.id);
  await appendAudit(client, now, {
    actor: by,
    action: 'decision.undone',
    object: publicId.decision(decision.id),
    pipeline: plan.pipeline,
    detail: { conflict: publicId.conflict(row.id), decidedBy: decision.by },
  });
  return undone as DecisionRow;
}

/** The id of the chosen candidate; `null` when none is. */
function chosenIn(match: MatchDto, { take, candidate }: DecideDto): string | null {
  if (take === 'create' && !match.mayCreate)
    throw new AppError('invalid', 'take: the pipeline does not make such records on the other side.');
  if (take === 'create' || take === 'apart') return null;
  if (take !== 'link')
    throw new AppError(
      'invalid',
      'take: expected link, create or apart; the conflict is about which records are the same.',
    );
  const choosable = match.candidates.filter(({ gone }) => gone === null);
  const chosen = choosable.find(({ n }) => n === candidate);
  if (chosen === undefined)
    throw new AppError(
      'invalid',
      `candidate: expected ${choosable.map(({ n }) => String(n)).join(', ')}: the number of the record to link with.`,
    );
  return chosen.id;
}

async function tell(client: PoolClient, row: LockedConflictRow, decisionId: string): Promise<void> {
  await run(client, announce, [
    String(row.pipeline_id),
    JSON.stringify({ type: 'conflict', id: publicId.conflict(row.id) }),
    JSON.stringify({ type: 'decision', id: publicId.decision(decisionId) }),
  ]);
}
