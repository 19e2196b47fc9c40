import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { Clock } from '../common/clock.js';
import { AppError, type Fault } from '../common/errors.js';
import { uuidv7 } from '../common/ids.js';
import { conflictKeyOf, noSuch, recordKey } from '../common/public-ids.js';
import type { Veil } from '../common/veil.js';
import { LIFE, type Plan } from '../core/plan.js';
import type { Json } from '../core/value.js';
import { appendAudit, type AuditActor } from '../database/audit.js';
import { PlanStore } from '../database/plan-store.js';
import { HubPools } from '../database/pools.js';
import { Veils } from '../database/veils.js';
import { lockShadow } from '../database/sql/review/links.js';
import { isLinked, lockConflictsOf } from '../database/sql/review/registers.js';
import { run } from '../database/sql/statement.js';
import { inTransaction, retryingDeadlocks } from '../database/transaction.js';
import { ConflictsService } from './conflicts.service.js';
import { decideUnit, Moved, type Decided } from './decide-unit.js';
import type { DecideRecordDto, DecisionDto, RecordDecisionDto, RecordDecisionsDto } from './decision.dto.js';
import { once, type Answered } from './idempotent.js';
import { presentDecision } from './present-decision.js';

export interface DecideRecordRequest {
  readonly record: string;
  readonly input: DecideRecordDto;
  readonly by: AuditActor;
  readonly idempotencyKey: string | undefined;
}

/** Decides on everything of a record that waits, in one transaction: all of it, or nothing. */
@Injectable()
export class DecideRecordService {
  constructor(
    private readonly pools: HubPools,
    private readonly plans: PlanStore,
    private readonly clock: Clock,
    private readonly conflicts: ConflictsService,
    private readonly veils: Veils,
  ) {}

  /**
   * @throws AppError `not-found`; `stale` with the conflicts as they now are, also for one that was not named: it was not seen;
   * `already-decided`; `leased`; `invalid` naming the decision that cannot be made; `key-reused`
   */
  async decide(request: DecideRecordRequest): Promise<Answered<RecordDecisionsDto>> {
    const { record, input, by } = request;
    const link = recordKey(record);
    const { rows } = await this.pools.general.query<{ pipeline_id: number }>(
      'select pipeline_id from link where id = $1',
      [link],
    );
    if (rows[0] === undefined) throw noSuch('record', record);
    const plan = await this.plans.planOf(rows[0].pipeline_id);
    const veil = await this.veils.over(rows[0].pipeline_id);
    const content = ['decide-record', record, input as unknown as Json];
    try {
      return await retryingDeadlocks(() =>
        inTransaction(this.pools.general, (client) =>
          once(client, { key: request.idempotencyKey, principal: by.id ?? by.name, content }, async () => ({
            status: 201,
            body: answerOf(await this.#decide(client, link, plan, request), veil),
          })),
        ),
      );
    } catch (error) {
      if (!(error instanceof Moved)) throw error;
      throw await this.#stale(link, input);
    }
  }

  async #decide(
    client: PoolClient,
    link: number,
    plan: Plan,
    { input, by }: DecideRecordRequest,
  ): Promise<readonly Decided[]> {
    const now = this.clock.now();
    await run(client, lockShadow, [link]);
    const open = await run(client, lockConflictsOf, [link]);
    const named = new Map(input.decisions.map((one) => [conflictKeyOf(one.conflict), one]));
    if (named.size !== input.decisions.length)
      throw new AppError('invalid', '/decisions: expected each conflict once.');
    // Whether the record exists is a question of its own: it may be among them, and need not be.
    const unseen = open.find(({ id, state, unit }) => state === 'open' && unit !== LIFE && !named.has(id));
    if (unseen !== undefined) throw new Moved(unseen.id);
    const setId = uuidv7(now);
    const decided: Decided[] = [];
    for (const [index, one] of input.decisions.entries()) {
      const at = open.find(({ id }) => id === conflictKeyOf(one.conflict));
      if (at === undefined || !isLinked(at)) throw new Moved(conflictKeyOf(one.conflict));
      const request = { at, plan, accepted: [one.etag], by, now, setId };
      decided.push(
        await decideUnit(client, { ...request, input: inputOf(one, input.note) }).catch((error: unknown) => {
          throw located(error, index, at.unit);
        }),
      );
    }
    for (const { audit } of decided) await appendAudit(client, now, audit);
    return decided;
  }

  async #stale(link: number, { decisions }: DecideRecordDto): Promise<AppError> {
    const { rows } = await this.pools.general.query<{ id: string }>(
      `select id from conflict where link_id = $1 and state <> 'closed' order by id`,
      [link],
    );
    const current = await this.conflicts.whole(
      rows.map(({ id }) => id),
      [],
    );
    const seen = new Map(decisions.map(({ conflict, etag }) => [conflict, etag]));
    const there = new Set(current.map(({ id }) => id));
    const moved = [
      ...current
        .filter(({ id, etag, unit }) => (seen.has(id) || unit !== LIFE) && seen.get(id) !== etag)
        .map(({ id }) => id),
      ...[...seen.keys()].filter((id) => !there.has(id)),
    ];
    return new AppError('stale', 'The record is not what was shown any more: nothing was decided.', {
      details: { current, moved },
    });
  }
}

function inputOf(
  { take, value }: RecordDecisionDto,
  note: string | undefined,
): {
  take: RecordDecisionDto['take'];
  value?: Json;
  note?: string;
} {
  return { take, ...(value !== undefined && { value }), ...(note !== undefined && { note }) };
}

/** A fault of one decision, with its place among all. */
function located(error: unknown, index: number, unit: string): unknown {
  if (!(error instanceof AppError) || error.code === 'leased') return error;
  const faults = error.faults.map((fault): Fault => ({
    ...fault,
    pointer: `/decisions/${String(index)}${fault.pointer}`,
  }));
  const pointer = `/decisions/${String(index)}`;
  return new AppError(error.code, `${unit}: ${error.message}`, {
    details: { ...error.details, unit },
    faults: faults.length > 0 ? faults : [{ pointer, detail: error.message, code: error.code }],
  });
}

function answerOf(decided: readonly Decided[], veil: Veil): RecordDecisionsDto {
  const decisions = decided.map(({ decision }): DecisionDto => ({
    ...presentDecision(decision, veil),
    together: decided.length,
  }));
  return { decisions, undoUntil: decisions[0]?.undoUntil ?? '' };
}
