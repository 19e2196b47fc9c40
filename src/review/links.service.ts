import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { Clock } from '../common/clock.js';
import { AppError } from '../common/errors.js';
import { uuidv7 } from '../common/ids.js';
import { linkOrderKey, noSuch, publicId, recordKey } from '../common/public-ids.js';
import { SIDES } from '../core/clock.js';
import type { Json } from '../core/value.js';
import { appendAudit, type AuditActor, authorOf } from '../database/audit.js';
import { endLink, mergeRecord, showEnded } from '../database/merge-records.js';
import { HubPools } from '../database/pools.js';
import { linkOrder } from '../database/sql/matching/order-ends.js';
import { insertOrder, keepApart } from '../database/sql/matching/orders.js';
import { linkOf, lockLink, lockShadow, pipelineByName, type LinkRow } from '../database/sql/review/links.js';
import { run } from '../database/sql/statement.js';
import {
  inTransaction,
  isWorthAnotherTry,
  retryingDeadlocks,
  wasForestalled,
} from '../database/transaction.js';
import type {
  LinkDto,
  LinkOrderDto,
  LinkOrderedDto,
  MergedAnswerDto,
  MergedDto,
  UnlinkDto,
  UnlinkedDto,
} from './links.dto.js';

const ATTEMPTS = 5;

/** Which records are the same, said by people outside of any question. Nothing on the sides is deleted by any of it. */
@Injectable()
export class LinksService {
  constructor(
    private readonly pools: HubPools,
    private readonly clock: Clock,
  ) {}

  /**
   * Ends a link: both records stay as they are, and no rule links the two again. What was on its way to a side still arrives there.
   *
   * @throws AppError `not-found`; `not-linked` where the two are not linked any more
   */
  async unlink(id: string, { note }: UnlinkDto, by: AuditActor): Promise<UnlinkedDto> {
    const key = recordKey(id);
    return retryingDeadlocks(() =>
      inTransaction(this.pools.general, async (client) => {
        const link = await this.#live(client, key, id);
        const why = `${by.name} ended the link`;
        await endLink(client, link, actorJson(by), why);
        await run(client, keepApart, [
          link.pipeline_id,
          [link.a_id],
          [link.b_id],
          by.name,
          note ?? null,
          true,
        ]);
        for (const side of SIDES) await showEnded(client, link, side, `${why}; the two go their own ways`);
        await this.#audit(client, by, 'record.unlinked', link, {
          a: link.a_id,
          b: link.b_id,
          note: note ?? null,
        });
        return { record: id, pipeline: link.pipeline, a: link.a_id, b: link.b_id };
      }),
    );
  }

  /**
   * Orders two records to be linked, also two that a person had said are not the same. Whoever runs the pipeline does so in a moment:
   * what is equal agrees, a blank is filled, the rest is for the fields' policies, for the two share no past.
   *
   * @throws AppError `not-found`; `linked-already` where one of them has a link: it must be ended first
   */
  async link(name: string, { a, b, note }: LinkDto, by: AuditActor): Promise<LinkOrderedDto> {
    return inTransaction(this.pools.general, async (client) => {
      const [pipeline] = await run(client, pipelineByName, [name]);
      if (pipeline === undefined) throw noSuch('pipeline', name);
      const ids = { A: a, B: b };
      for (const side of SIDES) {
        const [link] = await run(client, linkOf, [pipeline.id, side, ids[side]]);
        if (link === undefined) continue;
        const record = publicId.record(link.id);
        throw new AppError(
          'linked-already',
          `${ids[side]} on ${side} is linked, as ${record}: end that link first.`,
          {
            details: { record, a: link.a_id, b: link.b_id },
          },
        );
      }
      const now = this.clock.now();
      const id = uuidv7(now);
      const order = [id, pipeline.id, 'link', null, a, b, null, by.name, now, by.personId];
      await run(client, insertOrder, order);
      await client.query(`select pg_notify('accord_wake', $1)`, [String(pipeline.id)]);
      await appendAudit(client, now, {
        actor: by,
        action: 'records.linked',
        object: name,
        pipeline: name,
        detail: { a, b, note: note ?? null },
      });
      return { order: publicId.linkOrder(id), pipeline: name, a, b };
    });
  }

  /** What has become of an order to link. @throws AppError `not-found`, also a month after it was carried out */
  async order(name: string, id: string): Promise<LinkOrderDto> {
    const [row] = await run(this.pools.general, linkOrder, [name, linkOrderKey(id)]);
    if (row === undefined) throw noSuch('order', id);
    const { a_id: a, b_id: b, by, state, why, link_id: link } = row;
    return {
      order: id,
      pipeline: name,
      a,
      b,
      by,
      state,
      why,
      record: link === null ? null : publicId.record(link),
    };
  }

  /**
   * A side has merged the record into another of its own. The link goes over to that one; where that one is linked itself, this link
   * ends and its record on the other side stays as it is. The old id is an alias of the record that goes on.
   *
   * @throws AppError `not-found`; `not-linked`; `invalid` for a record merged into itself
   */
  async merged(id: string, { side, into }: MergedDto, by: AuditActor): Promise<MergedAnswerDto> {
    const key = recordKey(id);
    return retryingDeadlocks(
      () =>
        inTransaction(this.pools.general, async (client) => {
          const link = await this.#live(client, key, id);
          const old = side === 'A' ? link.a_id : link.b_id;
          if (old === into) throw new AppError('invalid', 'into: expected the id of another record.');
          const { outcome, linkId } = await mergeRecord(client, link, {
            side,
            into,
            actor: actorJson(by),
            teller: by.name,
          });
          await this.#audit(client, by, 'record.merged', link, { side, from: old, into, outcome });
          return { outcome, record: publicId.record(linkId) };
        }),
      ATTEMPTS,
      // The engine linked the record that stays between our look and our writing.
      (error) => isWorthAnotherTry(error) || wasForestalled(error),
    );
  }

  async #live(client: PoolClient, key: number, id: string): Promise<LinkRow> {
    await run(client, lockShadow, [key]);
    const [link] = await run(client, lockLink, [key]);
    if (link === undefined) throw noSuch('record', id);
    if (link.state === 'live' || link.state === 'creating') return link;
    throw new AppError('not-linked', `The two records are not linked: ${link.state}.`);
  }

  async #audit(
    client: PoolClient,
    by: AuditActor,
    action: string,
    link: LinkRow,
    detail: Readonly<Record<string, string | null>>,
  ): Promise<void> {
    const object = publicId.record(link.id);
    await appendAudit(client, this.clock.now(), {
      actor: by,
      action,
      object,
      pipeline: link.pipeline,
      detail,
    });
  }
}

function actorJson(by: AuditActor): Json {
  return { ...authorOf(by), id: by.id };
}
