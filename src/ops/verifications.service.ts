import { Injectable } from '@nestjs/common';
import type { Caller } from '../common/caller.js';
import { Clock } from '../common/clock.js';
import { cursorSecret, PageCursors } from '../common/page-cursor.js';
import { noSuch, publicId, verificationKey } from '../common/public-ids.js';
import type { Sight } from '../common/veil.js';
import { actorOf, appendAudit } from '../database/audit.js';
import { HubPools } from '../database/pools.js';
import { Veils } from '../database/veils.js';
import { run } from '../database/sql/statement.js';
import {
  askVerification,
  listDifferences,
  listVerifications,
  readVerification,
  type ListedVerification,
} from '../database/sql/verification-rows.js';
import { inTransaction } from '../database/transaction.js';
import { pace, PipelinesService } from './pipelines.service.js';
import type {
  DifferencePageDto,
  DifferenceQueryDto,
  VerificationDto,
  VerificationPageDto,
} from './verification.dto.js';
import type { PageQueryDto } from '../common/page-query.js';

/** Verifications as people ask for and see them. They are made by the process that runs the pipeline. */
@Injectable()
export class VerificationsService {
  readonly #cursors: PageCursors;

  constructor(
    private readonly pools: HubPools,
    private readonly pipelines: PipelinesService,
    private readonly clock: Clock,
    private readonly veils: Veils,
  ) {
    this.#cursors = new PageCursors(cursorSecret(pools.url));
  }

  /** @throws AppError `not-found` */
  async ask(name: string, repair: boolean, by: Caller): Promise<VerificationDto> {
    const pipeline = await this.pipelines.get(name);
    const id = await inTransaction(this.pools.general, async (client) => {
      const [row] = await run(client, askVerification, [pipeline.id, by.name, repair]);
      if (row === undefined) throw new RangeError('a verification that was asked for is not there');
      await appendAudit(client, this.clock.now(), {
        actor: actorOf(by),
        action: 'verification.asked',
        object: publicId.verification(row.id),
        pipeline: name,
        detail: { repair },
      });
      return row.id;
    });
    await this.pipelines.announce(name);
    return this.get(name, publicId.verification(id));
  }

  /** @throws AppError `not-found`, `malformed` */
  async list(name: string, { limit, cursor }: PageQueryDto): Promise<VerificationPageDto> {
    const { id } = await this.pipelines.get(name);
    const filter = ['verifications', name];
    const before =
      cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(this.#cursors.read(filter, cursor)[0]);
    const rows = await run(this.pools.general, listVerifications, [id, before, limit + 1]);
    const shown = rows.slice(0, limit);
    return {
      items: shown.map((row) => answer(name, row)),
      next: rows.length > limit ? this.#cursors.write(filter, [shown[limit - 1]?.id ?? 0]) : null,
    };
  }

  /** @throws AppError `not-found` */
  async get(name: string, publicKey: string): Promise<VerificationDto> {
    return answer(name, await this.#row(name, publicKey));
  }

  /** In the order in which the certificate vouches for them. @throws AppError `not-found`, `malformed` */
  async differences(
    name: string,
    publicKey: string,
    { limit, cursor, reason }: DifferenceQueryDto,
    sight: Sight,
  ): Promise<DifferencePageDto> {
    const { id } = await this.#row(name, publicKey);
    const look = this.veils.look(sight);
    const veil = await look.over((await this.pipelines.get(name)).id);
    const filter = ['differences', id, reason ?? null];
    const after = cursor === undefined ? 0 : Number(this.#cursors.read(filter, cursor)[0]);
    const rows = await run(this.pools.general, listDifferences, [id, after, limit + 1, reason ?? null]);
    const shown = rows.slice(0, limit);
    const covered = (unit: string | null, value: unknown): unknown =>
      unit === null ? veil.overRecord(value) : veil.over(unit, value);
    const page = {
      items: shown.map(
        ({ kind, reason: why, link_id, side, ext_id, unit, held, seen, detail, repaired }) => ({
          kind,
          reason: why,
          record: link_id === null ? null : publicId.record(link_id),
          side,
          externalId: ext_id,
          unit,
          held: covered(unit, held),
          seen: covered(unit, seen),
          detail: why === 'blocked' ? veil.said(detail) : detail,
          repaired,
        }),
      ),
      next: rows.length > limit ? this.#cursors.write(filter, [shown[limit - 1]?.id ?? 0]) : null,
    };
    await look.note(publicKey, { shown: 'differences' });
    return page;
  }

  async #row(name: string, publicKey: string): Promise<ListedVerification> {
    const pipeline = await this.pipelines.get(name);
    const key = verificationKey(publicKey);
    const [row] = await run(this.pools.general, readVerification, [pipeline.id, key]);
    if (row === undefined) throw noSuch('verification', publicKey);
    return row;
  }
}

function answer(pipeline: string, row: ListedVerification): VerificationDto {
  const { state, repair, revision, phase, done, total, found, certificate, hash, error } = row;
  return {
    id: publicId.verification(row.id),
    pipeline,
    state,
    askedAt: row.asked_at.toISOString(),
    askedBy: row.asked_by,
    repair,
    revision,
    phase,
    done,
    total,
    secondsLeft: phase === 'records' ? pace(done, total, row.seconds).secondsLeft : null,
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
    differences: found,
    certificate,
    hash,
    error,
  };
}
