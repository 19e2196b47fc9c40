import { Injectable } from '@nestjs/common';
import { AppError } from '../common/errors.js';
import { cursorSecret, PageCursors } from '../common/page-cursor.js';
import { conflictKeyOf, noSuch, recordKey } from '../common/public-ids.js';
import type { Plan } from '../core/plan.js';
import { PlanStore } from '../database/plan-store.js';
import { HubPools } from '../database/pools.js';
import {
  CLOSED_START,
  closedConflicts,
  conflictById,
  conflictQueue,
  QUEUE_START,
  siblingConflicts,
  type ConflictRow,
} from '../database/sql/review/conflict-rows.js';
import { decisionsOfConflict } from '../database/sql/review/decisions.js';
import { isLinked } from '../database/sql/review/registers.js';
import { run } from '../database/sql/statement.js';
import type { ConflictDto, ConflictPageDto, ConflictQueryDto } from './conflict.dto.js';
import { readMatch } from './match/match-questions.js';
import { presentMatch } from './match/present-match.js';
import { presentConflict, presentSummary } from './present-conflict.js';

/** The queue of conflicts, and each with all that a person needs to decide. */
@Injectable()
export class ConflictsService {
  readonly #cursors: PageCursors;

  constructor(
    private readonly pools: HubPools,
    private readonly plans: PlanStore,
  ) {
    this.#cursors = new PageCursors(cursorSecret(pools.url));
  }

  /**
   * @param visible names of the pipelines that may be seen; `null`: all
   * @throws AppError `malformed` for a cursor of another filter, `not-found` for an unknown pipeline, or one that may not be seen
   */
  async list(query: ConflictQueryDto, visible: readonly string[] | null = null): Promise<ConflictPageDto> {
    if (query.pipeline !== undefined) await this.#mustExist(query.pipeline, visible);
    const within = query.pipeline === undefined ? visible : [query.pipeline];
    const rows =
      query.state === 'closed' ? await this.#closed(query, within) : await this.#queue(query, within);
    const page = rows.slice(0, query.limit);
    const last = page.at(-1);
    const plans = await this.#plansOf(page);
    return {
      items: page.map((row) => presentSummary(row, plans.get(row.pipeline_id) as Plan)),
      next:
        rows.length > page.length && last !== undefined
          ? this.#cursors.write(filterOf(query), sortKeys(last))
          : null,
    };
  }

  /** @throws AppError `not-found` */
  async get(id: string): Promise<ConflictDto> {
    const key = conflictKeyOf(id);
    const [row] = await run(this.pools.general, conflictById, [key]);
    if (row === undefined) throw noSuch('conflict', id);
    if (!isLinked(row)) return this.#match(row);
    const [plan, decisions, others] = await Promise.all([
      this.plans.planOf(row.pipeline_id),
      run(this.pools.general, decisionsOfConflict, [key]),
      run(this.pools.general, siblingConflicts, [row.link_id, key]),
    ]);
    return presentConflict(row, plan, decisions, others);
  }

  async #match(row: ConflictRow): Promise<ConflictDto> {
    const plan = await this.plans.planOf(row.pipeline_id);
    const [match, decisions] = await Promise.all([
      readMatch(this.pools.general, row.pipeline_id, row.id, plan),
      run(this.pools.general, decisionsOfConflict, [row.id]),
    ]);
    return presentMatch(row, plan, match, decisions);
  }

  #queue(query: ConflictQueryDto, within: readonly string[] | null): Promise<ConflictRow[]> {
    const start =
      query.cursor === undefined ? QUEUE_START : this.#cursors.read(filterOf(query), query.cursor);
    const { state, unit } = query;
    return run(this.pools.general, conflictQueue, [
      within,
      state ?? null,
      unit ?? null,
      linkOf(query),
      ...start,
      query.limit + 1,
    ]);
  }

  #closed(query: ConflictQueryDto, within: readonly string[] | null): Promise<ConflictRow[]> {
    const start =
      query.cursor === undefined ? CLOSED_START : this.#cursors.read(filterOf(query), query.cursor);
    return run(this.pools.general, closedConflicts, [
      within,
      query.unit ?? null,
      linkOf(query),
      ...start,
      query.limit + 1,
    ]);
  }

  async #plansOf(rows: readonly ConflictRow[]): Promise<ReadonlyMap<number, Plan>> {
    const ids = [...new Set(rows.map((row) => row.pipeline_id))];
    return new Map(await Promise.all(ids.map(async (id) => [id, await this.plans.planOf(id)] as const)));
  }

  async #mustExist(pipeline: string, visible: readonly string[] | null): Promise<void> {
    const { rowCount } = await this.pools.general.query('select from pipeline where name = $1', [pipeline]);
    if (rowCount === 0 || visible?.includes(pipeline) === false)
      throw new AppError('not-found', `There is no pipeline ${JSON.stringify(pipeline)}.`);
  }
}

function filterOf({ state, pipeline, unit, record }: ConflictQueryDto): unknown {
  return ['conflicts', state ?? null, pipeline ?? null, unit ?? null, record ?? null];
}

function sortKeys(row: ConflictRow): readonly (string | number)[] {
  return row.state === 'closed' ? [row.sort_at, row.id] : [row.priority, row.sort_at, row.id];
}

function linkOf({ record }: ConflictQueryDto): number | null {
  return record === undefined ? null : recordKey(record);
}
