import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { Clock } from '../common/clock.js';
import { AppError } from '../common/errors.js';
import { noSuch, publicId, recordKey } from '../common/public-ids.js';
import { appendAudit, authorOf, type AuditActor } from '../database/audit.js';
import { HubPools } from '../database/pools.js';
import {
  askRecordLook,
  holdLink,
  keepOut,
  takeIn,
  type KeptOutRow,
} from '../database/sql/review/exclusion.js';
import { lookAgain, recordReview } from '../database/sql/review/registers.js';
import { run } from '../database/sql/statement.js';
import { inTransaction, retryingDeadlocks } from '../database/transaction.js';
import type { SyncAnswerDto } from './sync-record.dto.js';

/** What the lineage calls whether a record takes part. */
const SCOPE = '$scope';

interface Held {
  readonly client: PoolClient;
  readonly linkId: number;
  readonly row: KeptOutRow;
}

/** Keeps single records out of sync, takes them in again, and has them read once more on both sides. */
@Injectable()
export class SyncRecordService {
  constructor(
    private readonly pools: HubPools,
    private readonly clock: Clock,
  ) {}

  /**
   * Seen from now on, and never written: as if it were out of scope. Its conflicts are put away, and nothing is deleted. Said again, the
   * new reason counts.
   *
   * @throws AppError `not-found`; `not-linked` for a record that has ended or is being made
   */
  exclude(id: string, reason: string, by: AuditActor): Promise<SyncAnswerDto> {
    return this.#during(id, async (held) => {
      const { client, linkId, row } = held;
      await run(client, keepOut, [linkId, row.pipeline_id, reason, by.name, this.#now()]);
      await this.#note(held, by, { k: 'excluded', w: `${by.name} keeps it out of sync: ${reason}` });
      await this.#settle(held, 'kept-out');
      await this.#audit(held, by, 'record.excluded', { reason });
    });
  }

  /** Compares it and goes on: what was edited meanwhile is judged by its clocks. @throws AppError as `exclude`; `not-waiting` */
  include(id: string, note: string | undefined, by: AuditActor): Promise<SyncAnswerDto> {
    return this.#during(id, async (held) => {
      const { client, linkId, row } = held;
      if (!row.kept_out) throw new AppError('not-waiting', `${id} is not kept out of sync by anybody.`);
      await run(client, takeIn, [linkId]);
      const said = note === undefined ? '' : `: ${note}`;
      await this.#note(held, by, { k: 'included', w: `${by.name} takes it back into sync${said}` });
      await run(client, askRecordLook, [row.pipeline_id, by.name, linkId]);
      await this.#settle(held, 'included');
      await this.#audit(held, by, 'record.included', { note: note ?? null });
    });
  }

  /** Both sides are read anew in the pipeline's turn; what nothing had told of is taken in as an edit. @throws AppError as `exclude` */
  resync(id: string, by: AuditActor): Promise<SyncAnswerDto> {
    return this.#during(id, async (held) => {
      await run(held.client, askRecordLook, [held.row.pipeline_id, by.name, held.linkId]);
      await this.#settle(held, 'resync');
      await this.#audit(held, by, 'record.resync-asked', {});
    });
  }

  #during(id: string, work: (held: Held) => Promise<void>): Promise<SyncAnswerDto> {
    const linkId = recordKey(id);
    return retryingDeadlocks(() =>
      inTransaction(this.pools.general, async (client) => {
        const [row] = await run(client, holdLink, [linkId]);
        if (row === undefined) throw noSuch('record', id);
        if (row.state !== 'live')
          throw new AppError(
            'not-linked',
            `${id} is ${row.state}: it is not kept in sync any more, or not yet.`,
          );
        await work({ client, linkId, row });
        return { record: publicId.record(linkId), pipeline: row.pipeline };
      }),
    );
  }

  async #note({ client, linkId, row }: Held, by: AuditActor, event: object): Promise<void> {
    const actor = JSON.stringify({ ...authorOf(by), id: by.id });
    const units = JSON.stringify({ [SCOPE]: event });
    const { pipeline_id, revision } = row;
    await run(client, recordReview, [linkId, pipeline_id, revision, 'scope', actor, null, null, units]);
  }

  async #settle({ client, linkId, row }: Held, reason: string): Promise<void> {
    await run(client, lookAgain, [linkId, row.pipeline_id, this.clock.now(), reason]);
    await client.query(`select pg_notify('accord_wake', $1)`, [String(row.pipeline_id)]);
  }

  async #audit(
    { client, linkId, row }: Held,
    actor: AuditActor,
    action: string,
    detail: Readonly<Record<string, string | null>>,
  ): Promise<void> {
    const object = publicId.record(linkId);
    await appendAudit(client, this.clock.now(), { actor, action, object, pipeline: row.pipeline, detail });
  }

  #now(): Date {
    return new Date(this.clock.now());
  }
}
