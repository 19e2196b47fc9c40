import type pg from 'pg';
import { messageOf } from '../../common/errors.js';
import { failpoint } from '../../common/failpoint.js';
import type { ItemException, WriteBatch, WriteReceipt } from '../connector.js';
import { applyCarefully } from './careful-write.js';
import { claim, settle } from './fence.js';
import { GroupRunner } from './group-runner.js';
import { quoteText } from './identifiers.js';
import { batchSetting, logNames, ownMark, ownSetting, schemaName } from './log-schema.js';
import { missingGrants } from './missing-grants.js';
import {
  isConnectionLoss,
  isContention,
  isForbidden,
  isRefusal,
  sqlState,
  translated,
} from './server-error.js';
import { planBatch, type PlannedBatch } from './write-groups.js';
import { permittedUpdates } from './write-rights.js';
import type { WriteScope } from './write-sql.js';

export interface WriterOptions extends WriteScope {
  readonly consumer: string;
  /** A table for fences exists: a lost answer can be settled. */
  readonly fences: boolean;
  /** There is a log, whose last position tells what precedes the write. */
  readonly logged: boolean;
  readonly maxItems: number;
}

/** How long a write waits for a row that someone else holds, before it does the others without it. */
const lockTimeoutMs = 3000;
const settleWaitMs = 4000;

/** Writes batches, each in one transaction. */
export class Writer {
  private readonly runner: GroupRunner;

  constructor(
    private readonly pool: pg.Pool,
    private readonly options: WriterOptions,
  ) {
    this.runner = new GroupRunner(options);
  }

  async write(batch: WriteBatch): Promise<WriteReceipt> {
    const { table, maxItems } = this.options;
    const plan = planBatch(batch, table, maxItems);
    let client: pg.PoolClient;
    try {
      client = await this.pool.connect();
    } catch (error) {
      throw translated(error, `writing to ${table.object}`);
    }
    const attempt = new Attempt(client, this.options, this.runner, batch, plan);
    try {
      const receipt = await attempt.run();
      if (receipt !== null) return receipt;
    } finally {
      client.release(attempt.broken);
    }
    return this.settle(batch.id);
  }

  async settle(batchId: string): Promise<WriteReceipt> {
    if (this.options.fences) return settle(this.pool, this.options.consumer, batchId, settleWaitMs);
    return {
      status: 'unknown',
      reason: 'The side keeps no fences: whether the batch was applied must be read from the records',
    };
  }
}

/** One run of one batch on one session. */
class Attempt {
  broken = false;
  private committing = false;
  private readonly exceptions: ItemException[];

  constructor(
    private readonly client: pg.PoolClient,
    private readonly options: WriterOptions,
    private readonly runner: GroupRunner,
    private readonly batch: WriteBatch,
    private plan: PlannedBatch,
  ) {
    this.exceptions = [...plan.refused];
  }

  /** `null`: the id was claimed before; settling tells how that ended. */
  async run(): Promise<WriteReceipt | null> {
    const { client, plan, runner } = this;
    try {
      // Sent together, so that a batch costs two round trips; each statement fails once an earlier one did.
      const begun = client.query(this.begin());
      const running = runner.start(client, plan.groups);
      await this.orClaimed(begun, running);
      await failpoint('write.claimed');
      const refused = await this.outcome(running);
      await failpoint('write.applied');
      if (refused === null) return await this.commit();
      if (isForbidden(refused)) await this.onlyPermitted(refused);
    } catch (error) {
      return await this.failed(error);
    }
    try {
      await this.carefully();
      return await this.commit(true);
    } catch (error) {
      return await this.failed(error);
    }
  }

  private async orClaimed(
    begun: Promise<unknown>,
    running: Promise<readonly ItemException[]>,
  ): Promise<void> {
    try {
      await begun;
    } catch (error) {
      await running.catch(() => undefined);
      throw sqlState(error) === '23505' ? new Claimed() : error;
    }
  }

  /** `null` when all went through; else what must be looked at item by item. */
  private async outcome(running: Promise<readonly ItemException[]>): Promise<unknown> {
    try {
      this.exceptions.push(...(await running));
      return null;
    } catch (error) {
      if (isRefusal(error) || isForbidden(error) || sqlState(error) === '55P03') return error;
      throw error;
    }
  }

  /** A right was revoked: what it concerns is left out. */
  private async onlyPermitted(forbidden: unknown): Promise<void> {
    await this.client.query('rollback to savepoint batch');
    const permitted = await permittedUpdates(this.client, this.options.table, this.plan.groups);
    if (permitted === null) throw forbidden;
    this.plan = { groups: permitted.groups, refused: [...this.plan.refused, ...permitted.refused] };
  }

  /** From the savepoint again: halving until the refused items stand alone, leaving out rows that someone holds. */
  private async carefully(): Promise<void> {
    const { client, options, runner, plan } = this;
    await client.query('rollback to savepoint batch; set constraints all immediate');
    this.exceptions.length = 0;
    this.exceptions.push(...plan.refused, ...(await applyCarefully(client, options, runner, plan.groups)));
    await failpoint('write.carefully');
  }

  private begin(): string {
    const { table, consumer, fences } = this.options;
    return [
      'begin isolation level read committed',
      `set local lock_timeout = ${lockTimeoutMs}`,
      // The estimate of a generic plan (a handful of rows) leads to a nested loop over the key's index, in the order of the items.
      'set local plan_cache_mode = force_generic_plan',
      `set local ${ownSetting} = ${quoteText(ownMark(table.oid, consumer))}`,
      `set local ${batchSetting} = ${quoteText(this.batch.id)}`,
      ...(fences ? [claim(consumer, this.batch.id)] : []),
      'savepoint batch',
    ].join(';');
  }

  /**
   * Deferred constraints are checked while something can still be done about them. The position is read last: the rows of the
   * batch are locked, so whatever others did to them is in the log below it.
   */
  private async commit(last = false): Promise<WriteReceipt> {
    const { table, consumer, fences, logged } = this.options;
    const exceptions = this.exceptions.sort((x, y) => x.index - y.index);
    const position = logged ? `(select last_value from ${logNames(table.oid).sequence})` : '0';
    const stored = exceptions.length === 0 ? '' : `, exceptions = ${quoteText(JSON.stringify(exceptions))}`;
    const record = fences
      ? `update ${schemaName}.applied set position = ${position}${stored} where consumer = ${quoteText(consumer)} and batch_id = ${this.batch.id} returning position::text, xid::text`
      : `select ${position}::text as position, pg_current_xact_id()::text as xid`;
    this.committing = true;
    let results: pg.QueryResult<{ position: string; xid: string }>[];
    try {
      const committed = this.client.query(`set constraints all immediate; ${record}; commit`);
      committed.catch(() => undefined);
      await failpoint('write.commit-sent');
      results = (await committed) as unknown as typeof results;
    } catch (error) {
      if (last || !isRefusal(error)) throw error;
      this.committing = false;
      await this.carefully();
      return await this.commit(true);
    }
    await failpoint('write.committed');
    const row = results[1]?.rows[0];
    if (row === undefined || results[2]?.command !== 'COMMIT')
      throw new Error('the server answered COMMIT with something else');
    return { status: 'committed', position: Number(row.position), mark: row.xid, exceptions };
  }

  private async failed(error: unknown): Promise<WriteReceipt | null> {
    if (!(error instanceof Claimed) && isConnectionLoss(error)) {
      this.broken = true;
      if (this.committing) return { status: 'unknown', reason: messageOf(error) };
      return {
        status: 'dead',
        reason: `The connection was lost before COMMIT was sent: ${messageOf(error)}`,
        retryAfterMs: 1000,
      };
    }
    try {
      await this.client.query('rollback');
    } catch {
      this.broken = true;
    }
    if (error instanceof Claimed) return null;
    if (isContention(error)) return { status: 'dead', reason: messageOf(error), retryAfterMs: 200 };
    const fault = translated(error, `writing to ${this.options.table.object}`);
    if (fault.code !== 'permission-missing' || this.broken) throw fault;
    throw await missingGrants(this.client, this.options.table, this.plan.groups, fault).catch(() => fault);
  }
}

/** Somebody wrote or settled this batch before. */
class Claimed extends Error {}
