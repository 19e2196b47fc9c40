import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { Clock } from '../../common/clock.js';
import { pipelinesWithin, type Caller } from '../../common/caller.js';
import { actorOf, appendAudit } from '../../database/audit.js';
import { HubPools } from '../../database/pools.js';
import { announceItem, claimedBy, claimItem, readItem, takeFree } from '../../database/sql/review/work.js';
import { run } from '../../database/sql/statement.js';
import { inTransaction, retryingDeadlocks } from '../../database/transaction.js';
import type { ConflictDto } from '../conflict.dto.js';
import { ConflictsService } from '../conflicts.service.js';
import { once, type Answered } from '../idempotent.js';
import type { Condition } from './filter-conditions.js';
import { itemId } from './present-stopped.js';
import type { QueueFilter } from './queue-filter.js';
import type { SortKeys } from './scan-items.js';
import { scanItems } from './scan-items.js';
import { viewerOf } from './viewer.js';
import { LEASE_MS } from './work.service.js';

/** Candidates looked at in one go: whoever comes at the same time takes the one after. */
const CANDIDATES = 20;
const MOST_ROUNDS = 50;
/** So long what was skipped is not offered again, unless it changes. */
const SKIPPED_MS = 12 * 3_600_000;

export interface NextRequest {
  readonly filter: string;
  readonly caller: Caller;
  readonly idempotencyKey: string | undefined;
}

/** One item after another, each to one person alone. */
@Injectable()
export class NextService {
  constructor(
    private readonly pools: HubPools,
    private readonly conflicts: ConflictsService,
    private readonly clock: Clock,
  ) {}

  /**
   * The next item, claimed for the caller; what they are at work on already comes first. `null`: there is nothing for them.
   *
   * @throws AppError `filter-invalid`
   */
  async take({ filter: text, caller, idempotencyKey }: NextRequest): Promise<ConflictDto | null> {
    const filter = await this.#filter(text, caller);
    const by = actorOf(caller);
    const { body: key } = await retryingDeadlocks(() =>
      inTransaction(this.pools.general, (client) =>
        once(
          client,
          { key: idempotencyKey, principal: by.id ?? by.name, content: ['next', text] },
          async (): Promise<Answered<string | null>> => {
            const taken = await this.#take(client, filter, caller);
            return { status: taken === null ? 204 : 200, body: taken };
          },
        ),
      ),
    );
    return key === null
      ? null
      : ((await this.conflicts.whole([key], pipelinesWithin(caller, 'records:read')))[0] ?? null);
  }

  /** What would come next, in full, without a claim. */
  async ahead(text: string, caller: Caller, limit: number): Promise<ConflictDto[]> {
    const filter = await this.#filter(text, caller, free(caller.personId, this.clock.now(), 'others'));
    const { ids } = await this.#scan(this.pools.general, filter, null, limit);
    return this.conflicts.whole(ids, pipelinesWithin(caller, 'records:read'));
  }

  async #take(client: PoolClient, filter: QueueFilter, caller: Caller): Promise<string | null> {
    const own = (await run(client, claimedBy, [caller.personId])).map(({ id }) => id);
    const mine =
      own.length === 0 ? undefined : (await scanItems(client, { ...filter, ids: own }, null, 1)).ids[0];
    const key = mine ?? (await this.#firstFree(client, filter, caller.personId));
    if (key === null) return null;
    await run(client, claimItem, [key, caller.personId, LEASE_MS]);
    if (mine !== undefined) return key;
    const [row] = await run(client, readItem, [key]);
    if (row === undefined) return null;
    await run(client, announceItem, [JSON.stringify({ type: 'conflict', id: itemId(row) })]);
    await appendAudit(client, this.clock.now(), {
      actor: actorOf(caller),
      action: 'conflict.claimed',
      object: itemId(row),
      pipeline: row.pipeline,
      detail: { how: 'next' },
    });
    return key;
  }

  async #firstFree(client: PoolClient, filter: QueueFilter, me: string): Promise<string | null> {
    let after: SortKeys | null = null;
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const { ids, next } = await scanItems(client, filter, after, CANDIDATES);
      if (ids.length > 0) {
        const [taken] = await run(client, takeFree, [ids, me]);
        if (taken !== undefined) return taken.id;
      }
      if (next === null) return null;
      after = next;
    }
    return null;
  }

  async #scan(
    client: Pick<PoolClient, 'query'>,
    filter: QueueFilter,
    from: SortKeys | null,
    limit: number,
  ): Promise<{ readonly ids: readonly string[] }> {
    const ids: string[] = [];
    let after = from;
    for (let round = 0; round < MOST_ROUNDS && ids.length < limit; round += 1) {
      const page = await scanItems(client, filter, after, limit - ids.length);
      ids.push(...page.ids);
      if (page.next === null) break;
      after = page.next;
    }
    return { ids };
  }

  async #filter(text: string, caller: Caller, conditions?: readonly Condition[]): Promise<QueueFilter> {
    const viewer = viewerOf(caller, 'conflicts:resolve');
    const filter = await this.conflicts.filter({ filter: text }, viewer);
    const mayRun = pipelinesWithin(caller, 'ops:run');
    const runs = filter.pipelines.filter(({ name }) => mayRun === null || mayRun.includes(name));
    return {
      ...filter,
      conditions: [
        ...filter.conditions,
        ...(conditions ?? free(caller.personId, this.clock.now(), 'all')),
        ...unassigned(filter, caller.personId),
        answerable(runs.map(({ id }) => id)),
      ],
    };
  }
}

const condition = (text: string, ...values: readonly unknown[]): Condition => ({
  name: 'state',
  negated: false,
  text: `(${text})`,
  values,
  joined: false,
});

/** What waits, is nobody else's at the moment, and was not just skipped. */
function free(me: string, now: number, whose: 'all' | 'others'): readonly Condition[] {
  const at = new Date(now);
  return [
    condition(`i.state = 'open'`),
    whose === 'all'
      ? condition('i.lease_by is null or i.lease_by = ?::uuid or i.lease_until <= ?::timestamptz', me, at)
      : condition('i.lease_by is null or i.lease_until <= ?::timestamptz', at),
    condition('i.turn_id is null or i.turn_id = ?::uuid', me),
    condition(
      'not exists (select from review_skip s where s.item_id = i.id and s.person_id = ?::uuid and s.subject_rev = i.subject_rev and s.at > ?::timestamptz)',
      me,
      new Date(now - SKIPPED_MS),
    ),
  ];
}

/** What is another's is left to them, unless it is asked for. */
function unassigned({ conditions }: QueueFilter, me: string): readonly Condition[] {
  if (conditions.some(({ name }) => name === 'assignee')) return [];
  return [condition('i.assignee_id is null or i.assignee_id = ?::uuid', me)];
}

/** Guards and halts are for those who run the pipeline. */
function answerable(pipelines: readonly number[]): Condition {
  return condition(`i.subject = 'conflict' or i.pipeline_id = any(?::int[])`, pipelines);
}
