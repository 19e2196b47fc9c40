import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { Clock } from '../common/clock.js';
import { AppError } from '../common/errors.js';
import { uuidv7 } from '../common/ids.js';
import { noSuch, publicId, recordKey } from '../common/public-ids.js';
import { SIDES, type Side } from '../core/clock.js';
import { LIFE_UNIT } from '../core/life.js';
import { LIFE, type Plan } from '../core/plan.js';
import { restoreAlone, restoreEverywhere } from '../core/restore.js';
import { image, type Unit } from '../core/unit.js';
import { appendAudit, type AuditActor, authorOf } from '../database/audit.js';
import { PlanStore } from '../database/plan-store.js';
import { HubPools } from '../database/pools.js';
import { recordsById } from '../database/sql/lineage/records.js';
import { lookAgain, recordReview, successorOf } from '../database/sql/review/registers.js';
import { run } from '../database/sql/statement.js';
import { restoreLink, strangerUnder } from '../database/sql/tombstones.js';
import { inTransaction, retryingDeadlocks } from '../database/transaction.js';
import { lockUnit, lockUnitOfDeleted, writeLocked, type LockedUnit } from './registers.js';
import type { RestoredDto, RestoreDto } from './restore.dto.js';

interface Restoring {
  readonly linkId: number;
  readonly pipelineId: number;
  readonly plan: Plan;
  readonly locked: LockedUnit;
  /** Gone on both sides: its link had ended. */
  readonly ended: boolean;
  readonly by: AuditActor;
}

/** Makes a deleted record again from what is held of it: a new change, of whoever asks for it; history stays as it was. */
@Injectable()
export class RestoreService {
  constructor(
    private readonly pools: HubPools,
    private readonly plans: PlanStore,
    private readonly clock: Clock,
  ) {}

  /**
   * The engine makes it on the sides in a moment, under its old ids. On one side alone where it is gone on both: whether the other is to
   * have it again stays a question.
   *
   * @throws AppError `not-found`, also for a record whose tombstone was purged; `not-deleted`; `key-taken`; `excluded`
   */
  async restore(id: string, input: RestoreDto, by: AuditActor): Promise<RestoredDto> {
    const key = recordKey(id);
    const [known] = await run(this.pools.general, recordsById, [[key]]);
    if (known === undefined) throw noSuch('record', id);
    // Before the transaction: it may need a connection of its own, and whoever waits for one must hold none.
    const plan = await this.plans.planOf(known.pipeline_id);
    return retryingDeadlocks(() =>
      inTransaction(this.pools.general, async (client) => {
        const live = await lockUnit(client, key, LIFE);
        const locked = live ?? (await lockUnitOfDeleted(client, key, LIFE));
        const [now] = await run(client, recordsById, [[key]]);
        if (now === undefined) throw noSuch('record', id);
        if (locked === null)
          throw new AppError('not-deleted', `${id} is not deleted: its two records are not linked any more.`);
        if (now.excluded !== null)
          throw new AppError(
            'excluded',
            `${id} is out of the scope of the pipeline: nothing is written to it.`,
          );
        const ended = live === null;
        const pipelineId = now.pipeline_id;
        return this.#restore(client, { linkId: key, pipelineId, plan, locked, ended, by }, input);
      }),
    );
  }

  async #restore(client: PoolClient, restoring: Restoring, input: RestoreDto): Promise<RestoredDto> {
    const { linkId, plan, locked, ended, by } = restoring;
    const gone = goneOn(locked.unit);
    const record = publicId.record(linkId);
    if (gone.length === 0 || locked.unit.decision?.value === 'live')
      throw new AppError('not-deleted', `${record} is not deleted${gone.length === 0 ? '' : ' any more'}.`);
    const chosen = input.side === undefined ? gone : [input.side];
    const there = chosen.find((side) => !gone.includes(side));
    if (there !== undefined)
      throw new AppError('not-deleted', `${record} is not deleted in ${plan.sides[there].label}.`);
    if (ended) await this.#mustBeFree(client, linkId, plan);
    const now = this.clock.now();
    const restore = { id: uuidv7(now), by: authorOf(by), now };
    const alone = chosen.length < gone.length;
    const labels = chosen.map((side) => plan.sides[side].label).join(' and ');
    const why = `${by.name} restored it in ${labels}${alone ? ' alone' : ''}`;
    const next = alone
      ? restoreAlone(locked.unit, chosen[0] as Side, { ...restore, reason: why })
      : restoreEverywhere(locked.unit, restore);
    await writeLocked(client, locked, LIFE_UNIT, next);
    await run(client, restoreLink, [linkId]);
    await this.#tell(client, restoring, why, input);
    return { record, pipeline: plan.pipeline, sides: [...chosen] };
  }

  async #mustBeFree(client: PoolClient, linkId: number, plan: Plan): Promise<void> {
    const [other] = await run(client, successorOf, [linkId]);
    if (other !== undefined)
      throw new AppError(
        'key-taken',
        `${plan.sides[other.side].label} has a record with this id again: ${publicId.record(other.id)}.`,
        { details: { side: other.side, record: publicId.record(other.id) } },
      );
    const [stranger] = await run(client, strangerUnder, [linkId]);
    if (stranger !== undefined)
      throw new AppError(
        'key-taken',
        `${plan.sides[stranger.side].label} has a record ${stranger.ext_id} again, which is not linked.`,
        { details: { side: stranger.side, id: stranger.ext_id } },
      );
  }

  async #tell(
    client: PoolClient,
    { linkId, pipelineId, plan, by }: Restoring,
    why: string,
    { side, note }: RestoreDto,
  ): Promise<void> {
    const event = { o: 'deleted', v: 'live', k: 'restored', w: note === undefined ? why : `${why}: ${note}` };
    const actor = JSON.stringify({ ...authorOf(by), id: by.id });
    await run(client, recordReview, [
      linkId,
      pipelineId,
      plan.revision,
      'restored',
      actor,
      null,
      null,
      JSON.stringify({ [LIFE]: event }),
    ]);
    await run(client, lookAgain, [linkId, pipelineId, this.clock.now(), 'restored']);
    await client.query(`select pg_notify('accord_wake', $1)`, [String(pipelineId)]);
    await appendAudit(client, this.clock.now(), {
      actor: by,
      action: 'record.restored',
      object: publicId.record(linkId),
      pipeline: plan.pipeline,
      detail: { side: side ?? null, note: note ?? null },
    });
  }
}

function goneOn(life: Unit): readonly Side[] {
  return SIDES.filter((side) => image(life, side).value === 'deleted');
}
