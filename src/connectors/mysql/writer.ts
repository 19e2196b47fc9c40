import { messageOf } from '../../common/errors.js';
import { failpoint } from '../../common/failpoint.js';
import type { ItemException, WriteBatch, WriteReceipt } from '../connector.js';
import { applyCarefully } from './careful-write.js';
import { claim, settle } from './fence.js';
import { GroupRunner, type WriteScope } from './group-runner.js';
import { batchVariable, inSchema, logName, ownMark, ownVariable } from './log-schema.js';
import type { Session, SessionPool } from './pools.js';
import { isRefusal } from './refusal.js';
import {
  errorNumber,
  errors,
  isConnectionLoss,
  isContention,
  isForbidden,
  translated,
} from './server-error.js';
import { planBatch, type PlannedBatch } from './write-plan.js';
import { missingGrants, permittedUpdates } from './write-rights.js';

export interface WriterOptions extends WriteScope {
  readonly consumer: string;
  /** A table for fences exists: a lost answer can be settled. */
  readonly fences: boolean;
  /** There is a log, in which a write notes its end. */
  readonly logged: boolean;
  readonly maxItems: number;
}

/** Writes batches, each in one transaction. */
export class Writer {
  private readonly runner: GroupRunner;

  constructor(
    private readonly pool: SessionPool,
    private readonly options: WriterOptions,
  ) {
    this.runner = new GroupRunner(options);
  }

  async write(batch: WriteBatch): Promise<WriteReceipt> {
    const { table, maxItems } = this.options;
    const plan = planBatch(batch, table, maxItems);
    const doing = `writing to ${table.object}`;
    let session: Session;
    let capture: number | null;
    try {
      capture = await this.capture();
      session = await this.pool.acquire();
    } catch (error) {
      throw translated(error, doing);
    }
    const attempt = new Attempt(session, this.options, this.runner, batch, plan, capture);
    try {
      const receipt = await attempt.run();
      if (receipt !== null) return receipt;
    } finally {
      session.release(attempt.broken);
    }
    return this.settle(batch.id);
  }

  async settle(batchId: string): Promise<WriteReceipt> {
    if (this.options.fences)
      return settle(this.pool, this.options.table.database, this.options.consumer, batchId);
    return {
      status: 'unknown',
      reason: 'The side keeps no fences: whether the batch was applied must be read from the records',
    };
  }

  private async capture(): Promise<number | null> {
    const { logged, table } = this.options;
    if (!logged) return null;
    const [row] = await this.pool.rows(
      `select cast(id as char) from ${inSchema(table.database, 'capture')} where table_schema = ? and table_name = ?`,
      [table.database, table.name],
    );
    return row === undefined ? null : Number(row[0]);
  }
}

/** One run of one batch on one session. */
class Attempt {
  broken = false;
  private committing = false;
  private exceptions: ItemException[] = [];

  constructor(
    private readonly db: Session,
    private readonly options: WriterOptions,
    private readonly runner: GroupRunner,
    private readonly batch: WriteBatch,
    private plan: PlannedBatch,
    private readonly capture: number | null,
  ) {}

  /** `null`: the id was claimed before; settling tells how that ended. */
  async run(): Promise<WriteReceipt | null> {
    const { db, runner } = this;
    try {
      await this.begin();
      await failpoint('write.claimed');
      try {
        this.exceptions = [...this.plan.refused];
        for (const group of this.plan.groups)
          this.exceptions.push(...(await runner.run(db, group, group.items)));
      } catch (error) {
        if (isForbidden(error)) await this.onlyPermitted(error);
        else if (!isRefusal(error) && errorNumber(error) !== errors.lockWait) throw error;
        await this.carefully();
      }
      await failpoint('write.applied');
      return await this.commit();
    } catch (error) {
      return await this.failed(error);
    }
  }

  private async begin(): Promise<void> {
    const { consumer, fences, table } = this.options;
    const { db, capture, batch } = this;
    await db.run(`set ${ownVariable} = ?, ${batchVariable} = ?`, [
      capture === null ? `:${consumer}` : ownMark(capture, consumer),
      batch.id,
    ]);
    await db.run('start transaction');
    if (fences) {
      try {
        await claim(db, table.database, consumer, batch.id);
      } catch (error) {
        throw errorNumber(error) === errors.duplicate ? new Claimed() : error;
      }
    }
    await db.run('savepoint batch');
  }

  /** A right was revoked: what it concerns is left out. */
  private async onlyPermitted(forbidden: unknown): Promise<void> {
    const permitted = await permittedUpdates(this.db, this.options.table, this.plan.groups);
    if (permitted === null) throw forbidden;
    this.plan = { groups: permitted.groups, refused: [...this.plan.refused, ...permitted.refused] };
  }

  /** From the savepoint again: halving until the refused items stand alone, leaving out rows that someone holds. */
  private async carefully(): Promise<void> {
    const { db, options, runner, plan } = this;
    await db.run('rollback to savepoint batch');
    this.exceptions = [...plan.refused, ...(await applyCarefully(db, options, runner, plan.groups))];
    await failpoint('write.carefully');
  }

  /**
   * The write's own entry is made last: the rows of the batch are locked, so whatever others did to them is in the log below it. Whoever
   * sees it sees all that was committed before.
   */
  private async commit(): Promise<WriteReceipt> {
    const { db, capture } = this;
    const { consumer, fences, table } = this.options;
    const exceptions = this.exceptions.sort((x, y) => x.index - y.index);
    let position = 0;
    if (capture !== null) {
      await db.run(
        `insert into ${logName(table.database, capture)} (op, writer, batch, own) values ('W', ${ownVariable}, ${batchVariable}, true)`,
      );
      const [row] = await db.rows('select cast(last_insert_id() as char)');
      position = Number(row?.[0]);
    }
    if (fences && (position > 0 || exceptions.length > 0))
      await db.run(
        `update ${inSchema(table.database, 'applied')} set position = ?, exceptions = ? where consumer = ? and batch_id = ?`,
        [position, exceptions.length === 0 ? null : JSON.stringify(exceptions), consumer, this.batch.id],
      );
    this.committing = true;
    const committed = db.run('commit');
    committed.catch(() => undefined);
    await failpoint('write.commit-sent');
    await committed;
    await failpoint('write.committed');
    await db.run(`set ${ownVariable} = null, ${batchVariable} = null`).catch(() => (this.broken = true));
    return { status: 'committed', position, mark: String(position), exceptions };
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
      await this.db.run('rollback');
      await this.db.run(`set ${ownVariable} = null, ${batchVariable} = null`);
    } catch {
      this.broken = true;
    }
    if (error instanceof Claimed) return null;
    if (isContention(error)) return { status: 'dead', reason: messageOf(error), retryAfterMs: 200 };
    const fault = translated(error, `writing to ${this.options.table.object}`);
    if (fault.code !== 'permission-missing' || this.broken) throw fault;
    throw await missingGrants(this.db, this.options.table, this.plan.groups, fault).catch(() => fault);
  }
}

/** Somebody wrote or settled this batch before. */
class Claimed extends Error {}
