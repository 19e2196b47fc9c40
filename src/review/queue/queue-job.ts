import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { PoolClient } from 'pg';
import { uuidv7 } from '../../common/ids.js';
import { Leases } from '../../database/lease.js';
import { HubPools } from '../../database/pools.js';
import {
  arrangeItems,
  noteAssigned,
  noteWoken,
  pipelinesToArrange,
  setLastAssigned,
  unarranged,
  wakeDue,
  type UnarrangedRow,
} from '../../database/sql/review/arrange.js';
import { reviewersOf } from '../../database/sql/review/notes.js';
import { dropEmptyTally, foldTally } from '../../database/sql/review/tally.js';
import { announceItem } from '../../database/sql/review/work.js';
import { run } from '../../database/sql/statement.js';
import { inTransaction } from '../../database/transaction.js';
import { itemId } from './present-stopped.js';
import { ReviewRules, type Rules } from './review-rules.js';
import { timingByRule, urgencyByRule, type Timing } from './timing.js';

const EVERY_MS = 1_000;
const LEASE_MS = 30_000;
const AT_ONCE = 1_000;
/** Rounds of one run: the lease is not held for longer than the work of some seconds. */
const MOST_ROUNDS = 20;

interface Turns {
  readonly people: readonly string[];
  next: number;
}

/** Gives new items their place, due date and assignee, brings back what was put off, and folds the counters. */
@Injectable()
export class QueueJob {
  readonly #logger = new Logger(QueueJob.name);
  readonly #leases: Leases;

  constructor(
    private readonly pools: HubPools,
    private readonly rules: ReviewRules,
  ) {
    this.#leases = new Leases(pools.general);
  }

  @Interval('review-queue', EVERY_MS)
  async run(): Promise<void> {
    try {
      await this.#leases.during('review-queue', LEASE_MS, () => this.look());
    } catch (error) {
      this.#logger.error({ msg: 'the queue was not put in order', err: error });
    }
  }

  /** One look, without a lease. */
  async look(): Promise<void> {
    for (let round = 0; round < MOST_ROUNDS && (await this.#wake()) === AT_ONCE; round += 1);
    for (const pipeline of await run(this.pools.general, pipelinesToArrange, []))
      for (let round = 0; round < MOST_ROUNDS && (await this.#arrange(pipeline)) === AT_ONCE; round += 1);
    const [folded] = await run(this.pools.general, foldTally, [10 * AT_ONCE]);
    if ((folded?.n ?? 0) > 0) await run(this.pools.general, dropEmptyTally, []);
  }

  #wake(): Promise<number> {
    return inTransaction(this.pools.general, async (client) => {
      const woken = await run(client, wakeDue, [AT_ONCE]);
      if (woken.length === 0) return 0;
      await run(client, noteWoken, [
        woken.map(() => uuidv7()),
        woken.map(({ id }) => id),
        woken.map(({ rev }) => rev),
        woken.map(({ overslept }) => overslept),
      ]);
      await announceAll(client, woken);
      return woken.length;
    });
  }

  async #arrange(pipeline: {
    readonly id: number;
    readonly name: string;
    readonly revision: number;
  }): Promise<number> {
    const rules = await this.rules.of(pipeline.id, pipeline.revision);
    return inTransaction(this.pools.general, async (client) => {
      const rows = await run(client, unarranged, [pipeline.id, pipeline.revision, AT_ONCE]);
      if (rows.length === 0) return 0;
      const turns = await this.#turns(client, pipeline, rules);
      const arranged = rows.map((row) => arrange(row, rules, turns));
      const column = <T>(pick: (one: Arranged) => T): T[] => arranged.map(pick);
      await run(client, arrangeItems, [
        pipeline.revision,
        column(({ row }) => row.id),
        column(({ urgency }) => urgency),
        column(({ timing }) => date(timing.dueAt)),
        column(({ dueBy }) => dueBy),
        column(({ timing }) => date(timing.riskAt)),
        column(({ timing }) => date(timing.escalateAt)),
        column(({ assignee }) => assignee),
      ]);
      const given = arranged.filter(({ row, assignee }) => assignee !== row.assignee_id);
      if (given.length > 0) {
        await run(client, noteAssigned, [
          given.map(() => uuidv7()),
          given.map(({ row }) => row.id),
          given.map(({ assignee }) => assignee),
          given.map(({ row }) => row.rev + 1),
        ]);
        await run(client, setLastAssigned, [pipeline.id, given.at(-1)?.assignee ?? null]);
      }
      await announceAll(client, rows);
      return rows.length;
    });
  }

  /** Whose turn it is: whoever comes after the last. */
  async #turns(
    client: PoolClient,
    { id, name }: { readonly id: number; readonly name: string },
    { assign }: Rules,
  ): Promise<Turns> {
    if (assign !== 'round-robin') return { people: [], next: 0 };
    const { rows } = await client.query<{ last_assigned: string | null }>(
      'select last_assigned from pipeline where id = $1 for no key update',
      [id],
    );
    const people = (await run(client, reviewersOf, [name, ['steward']])).map((one) => one.id).sort();
    const last = rows[0]?.last_assigned ?? '';
    return {
      people,
      next: Math.max(
        0,
        people.findIndex((key) => key > last),
      ),
    };
  }
}

interface Arranged {
  readonly row: UnarrangedRow;
  readonly urgency: number;
  readonly timing: Timing;
  readonly dueBy: 'rule' | 'person';
  readonly assignee: string | null;
}

/** What people have set stays; nobody is given again what they gave away. */
function arrange(row: UnarrangedRow, rules: Rules, turns: Turns): Arranged {
  const urgency = row.urgency_by_person ? row.urgency : urgencyByRule(rules, row);
  const byPerson = row.due_by === 'person';
  const timing = byPerson
    ? { dueAt: ms(row.due_at), riskAt: ms(row.risk_at), escalateAt: ms(row.escalate_at) }
    : timingByRule(rules, urgency, row.since.getTime());
  const gives =
    row.is_new && row.subject === 'conflict' && row.assignee_id === null && turns.people.length > 0;
  const assignee = gives ? (turns.people[turns.next % turns.people.length] ?? null) : row.assignee_id;
  if (gives) turns.next += 1;
  return { row, urgency, timing, dueBy: byPerson ? 'person' : 'rule', assignee };
}

const NAMED = 100;

async function announceAll(
  client: PoolClient,
  rows: readonly { readonly id: string; readonly subject: 'conflict' | 'guard' | 'halt' }[],
): Promise<void> {
  const ids = rows.length > NAMED ? [null] : rows.map(itemId);
  for (const id of ids) await run(client, announceItem, [JSON.stringify({ type: 'conflict', id })]);
}

function date(at: number | null): Date | null {
  return at === null ? null : new Date(at);
}

function ms(at: Date | null): number | null {
  return at?.getTime() ?? null;
}
