import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { AppError } from '../common/errors.js';
import { cursorSecret, PageCursors } from '../common/page-cursor.js';
import { publicId, recordKey } from '../common/public-ids.js';
import type { Sight, Veil } from '../common/veil.js';
import type { Plan } from '../core/plan.js';
import { recordTitle, titleUnit } from '../core/title.js';
import type { Json } from '../core/value.js';
import { PlanStore } from '../database/plan-store.js';
import { HubPools } from '../database/pools.js';
import { Veils } from '../database/veils.js';
import {
  linksByExternalId,
  linksByTitle,
  linksInState,
  pipelineIds,
  recordsById,
  recordSummaries,
  type RecordSummaryRow,
} from '../database/sql/lineage/records.js';
import { run } from '../database/sql/statement.js';
import { excludedBecause, presentNow } from './record-now.js';
import type { RecordPageDto, RecordQueryDto, RecordState, RecordSummaryDto } from './record.dto.js';

/** Records whose name is compared in one request. */
const STRETCH = 20_000;
const MOST_BY_ID = 50;

interface Found {
  readonly ids: readonly number[];
  /** Go on after this record; `null`: there is no more. */
  readonly after: number | null;
  readonly searched: string | null;
}

interface Titles {
  readonly plans: ReadonlyMap<number, Plan>;
  readonly pipelines: readonly number[];
  readonly units: readonly string[];
}

/** Lists and finds records. */
@Injectable()
export class RecordListService {
  readonly #cursors: PageCursors;

  constructor(
    private readonly pools: HubPools,
    private readonly plans: PlanStore,
    private readonly clock: Clock,
    private readonly veils: Veils,
  ) {
    this.#cursors = new PageCursors(cursorSecret(pools.url));
  }

  /**
   * @param visible names of the pipelines that may be seen; `null`: all
   * @throws AppError `malformed` for a cursor of another filter, `not-found` for an unknown pipeline, or one that may not be seen
   */
  async list(query: RecordQueryDto, visible: readonly string[] | null, sight: Sight): Promise<RecordPageDto> {
    const filter = ['records', query.pipeline ?? null, query.q ?? null, query.state ?? null];
    const after = query.cursor === undefined ? 0 : Number(this.#cursors.read(filter, query.cursor)[0]);
    const titles = await this.#titles(query.pipeline, visible);
    const only = query.pipeline === undefined && visible === null ? null : titles.pipelines;
    const found =
      query.q === undefined
        ? await this.#listed(query, only, after)
        : await this.#searched(query, query.q, await this.#searchable(titles, sight), only, after);
    const items = await this.#summaries(found.ids, titles);
    return {
      // A search finds first and filters then; a list was filtered already.
      items:
        query.q === undefined || query.state === undefined
          ? items
          : items.filter(({ state }) => state === query.state),
      next: found.after === null ? null : this.#cursors.write(filter, [found.after]),
      searched: found.searched,
    };
  }

  async #listed(
    { state, limit }: RecordQueryDto,
    only: readonly number[] | null,
    after: number,
  ): Promise<Found> {
    const rows = await run(this.pools.general, linksInState(state ?? 'any'), [only, after, limit + 1]);
    const ids = rows.slice(0, limit).map(({ id }) => id);
    return { ids, after: rows.length > limit ? (ids.at(-1) ?? null) : null, searched: null };
  }

  /** By id at once; by name a stretch of records at a time. */
  async #searched(
    { limit }: RecordQueryDto,
    q: string,
    titles: Titles,
    only: readonly number[] | null,
    after: number,
  ): Promise<Found> {
    const byId = await this.#byId(q, only);
    const rows = await run(this.pools.general, linksByTitle, [
      q,
      titles.pipelines,
      titles.units,
      after,
      STRETCH,
    ]);
    const named = rows.flatMap(({ id }) => (id === null || byId.includes(id) ? [] : [id]));
    const room = after === 0 ? Math.max(limit - byId.length, 0) : limit;
    const ids = after === 0 ? [...byId.slice(0, limit), ...named.slice(0, room)] : named.slice(0, room);
    const cut = named.length > room;
    const [extent] = rows;
    const more = extent?.looked === STRETCH;
    const names = [...new Set(titles.units)].join(', ');
    return {
      ids,
      after: cut ? (named[room - 1] ?? after) : more ? extent.last : null,
      searched:
        `our ids, the ids of both systems (earlier ones too), and records whose ${names === '' ? 'name' : names} is exactly this, ` +
        (more ? `among ${STRETCH} records; the next page goes on` : 'to the last record'),
    };
  }

  async #byId(q: string, only: readonly number[] | null): Promise<readonly number[]> {
    const ids = (await run(this.pools.general, linksByExternalId, [q, null, only, MOST_BY_ID])).map(
      ({ id }) => id,
    );
    if (!/^rec_[1-9]\d{0,15}$/.test(q)) return ids;
    const rows = await run(this.pools.general, recordsById, [[recordKey(q)]]);
    const own = rows
      .filter((row) => only === null || only.includes(row.pipeline_id))
      .map((row) => row.link_id);
    return [...new Set([...own, ...ids])];
  }

  async #titles(pipeline: string | undefined, visible: readonly string[] | null): Promise<Titles> {
    const known = await run(this.pools.general, pipelineIds, []);
    const asked = known.filter(
      ({ name }) => (pipeline === undefined || name === pipeline) && visible?.includes(name) !== false,
    );
    if (asked.length === 0 && pipeline !== undefined)
      throw new AppError('not-found', `There is no pipeline ${JSON.stringify(pipeline)}.`);
    const plans = new Map<number, Plan>();
    for (const { id } of asked) {
      const plan = await this.plans.planOf(id).catch(notYetCompiled);
      if (plan !== null) plans.set(id, plan);
    }
    const ids = asked.map(({ id }) => id);
    return {
      plans,
      pipelines: ids,
      units: ids.map((id) => (plans.has(id) ? (titleUnit(plans.get(id) as Plan)?.key ?? '') : '')),
    };
  }

  /** Without names that are not for the caller: a search would tell who has one. */
  async #searchable(titles: Titles, sight: Sight): Promise<Titles> {
    const hidden = await this.veils.unsearchable(titles.pipelines, sight);
    const kept = titles.pipelines
      .map((id, i) => ({ id, unit: titles.units[i] ?? '' }))
      .filter(({ id }) => hidden.get(id)?.title !== true);
    return {
      ...titles,
      pipelines: kept.map(({ id }) => id),
      units: kept.map(({ unit }) => unit),
    };
  }

  async #summaries(ids: readonly number[], titles: Titles): Promise<RecordSummaryDto[]> {
    const rows = await run(this.pools.general, recordSummaries, [ids, titles.pipelines, titles.units]);
    const veils = await this.veils.overAll(titles.pipelines);
    const precise = await this.#preciseStates(rows, titles.plans, veils);
    return rows.map((row): RecordSummaryDto => ({
      id: publicId.record(row.link_id),
      pipeline: row.pipeline,
      title: titleOf(row, veils.get(row.pipeline_id)),
      ids: { A: row.a_id, B: row.b_id },
      systems: { A: row.label_a ?? 'A', B: row.label_b ?? 'B' },
      state: precise.get(row.link_id) ?? plainState(row),
      excluded: excludedBecause(row, titles.plans.get(row.pipeline_id)),
      conflicts: row.conflicts.map(publicId.conflict),
    }));
  }

  /** Records that are open without a conflict: only their registers say whether something is on its way or differs by policy. */
  async #preciseStates(
    rows: readonly RecordSummaryRow[],
    plans: ReadonlyMap<number, Plan>,
    veils: ReadonlyMap<number, Veil>,
  ): Promise<ReadonlyMap<number, RecordState>> {
    const unclear = rows.filter(
      (row) =>
        row.state === 'live' &&
        row.excluded === null &&
        row.kept_out_by === null &&
        row.is_open &&
        row.conflict_states.length === 0 &&
        !row.blocked,
    );
    if (unclear.length === 0) return new Map();
    const records = await run(this.pools.general, recordsById, [unclear.map((row) => row.link_id)]);
    const now = this.clock.now();
    return new Map(
      records.flatMap((row) => {
        const plan = plans.get(row.pipeline_id);
        const veil = veils.get(row.pipeline_id);
        return plan === undefined || veil === undefined
          ? []
          : [[row.link_id, presentNow({ row, plan, concerns: [], whys: [], now, veil }).state] as const];
      }),
    );
  }
}

function titleOf(row: RecordSummaryRow, veil: Veil | undefined): string {
  const id = row.a_id ?? row.b_id ?? publicId.record(row.link_id);
  return veil?.title(recordTitle(storedValue(row.title), id), id) ?? id;
}

function plainState(row: RecordSummaryRow): RecordState {
  if (row.state !== 'live') return row.state;
  if (row.excluded !== null || row.kept_out_by !== null) return 'excluded';
  if (row.conflict_states.includes('open')) return 'conflict';
  if (row.blocked) return 'blocked';
  return row.conflict_states.includes('held') ? 'held' : 'in-sync';
}

/** The value of a unit in its stored form (core/at-rest.ts). */
function storedValue(text: string | null): Json {
  if (text === null) return null;
  const stored = JSON.parse(text) as Json;
  return stored !== null && typeof stored === 'object' && !Array.isArray(stored)
    ? ((stored as { readonly v?: Json }).v ?? null)
    : stored;
}

function notYetCompiled(error: unknown): null {
  if (error instanceof AppError && error.code === 'not-found') return null;
  throw error;
}
