import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { AppError } from '../common/errors.js';
import { PageCursors } from '../common/page-cursor.js';
import { itemKey, noSuch } from '../common/public-ids.js';
import { UNSEEN, Veil, type Sight } from '../common/veil.js';
import type { Plan } from '../core/plan.js';
import type { Canon } from '../core/value.js';
import { installationKey } from '../database/installation-key.js';
import type { Look } from '../database/look.js';
import { PlanStore } from '../database/plan-store.js';
import { HubPools } from '../database/pools.js';
import { Veils } from '../database/veils.js';
import { recordTargets } from '../database/record-targets.js';
import { guardTrip } from '../database/sql/guards.js';
import { itemsByIds, siblingConflicts, type ConflictRow } from '../database/sql/review/conflict-rows.js';
import { decisionsOfConflict } from '../database/sql/review/decisions.js';
import { namesOf, notesOfItem } from '../database/sql/review/notes.js';
import { isLinked } from '../database/sql/review/registers.js';
import { readItem } from '../database/sql/review/work.js';
import { run } from '../database/sql/statement.js';
import type { ConflictDto, ConflictPageDto, ConflictQueryDto, ConflictSummaryDto } from './conflict.dto.js';
import { readMatch } from './match/match-questions.js';
import { presentMatch } from './match/present-match.js';
import { presentConflict, presentSummary } from './present-conflict.js';
import { presentActivity } from './queue/present-activity.js';
import { itemId, presentStopped, presentStoppedSummary } from './queue/present-stopped.js';
import { peopleIn, presentWork, type Names } from './queue/present-work.js';
import { readQueueFilter, type QueueFilter } from './queue/queue-filter.js';
import { ReviewRules } from './queue/review-rules.js';
import { scanItems } from './queue/scan-items.js';
import { isPersonal, type PlainConflict, type PlainSummary } from './personal-item.js';
import { recordLinks } from './record-links.js';
import type { ActivityDto, ActivityPageDto, WorkDto } from './queue/work.dto.js';

const LATEST_ACTIVITY = 50;
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Names of pipelines; `null`: all. */
export type Visible = readonly string[] | null;

/** Who looks, and what they may see. */
export interface Viewer {
  /** The person's key in the database. */
  readonly me: string;
  /** Names of the pipelines that may be seen; `null`: all. */
  readonly visible: Visible;
  /** Of those whose records may be named. */
  readonly named: Visible;
  readonly sight: Sight;
}

export type Looking = Pick<Viewer, 'named' | 'sight'>;

interface Presenting extends Pick<Viewer, 'named'> {
  readonly look: Look;
}

/** The queue, and each item with all that a person needs to answer it. */
@Injectable()
export class ConflictsService {
  constructor(
    private readonly pools: HubPools,
    private readonly plans: PlanStore,
    private readonly rules: ReviewRules,
    private readonly clock: Clock,
    private readonly veils: Veils,
  ) {}

  /**
   * @throws AppError `malformed` for a cursor of another filter, `filter-invalid`, `not-found` for an unknown pipeline, or one that may
   * not be seen
   */
  async list(query: ConflictQueryDto, viewer: Viewer): Promise<ConflictPageDto> {
    const filter = await this.filter(query, viewer);
    const cursors = await this.#cursors();
    const signed = [
      'conflicts',
      viewer.me,
      query.filter ?? '',
      query.state ?? null,
      query.pipeline ?? null,
      query.unit ?? null,
      query.record ?? null,
    ];
    const after = query.cursor === undefined ? null : cursors.read(signed, query.cursor);
    const { ids, next } = await scanItems(this.pools.general, filter, after, query.limit);
    return {
      items: await this.summaries(ids, viewer),
      next: next === null ? null : cursors.write(signed, next),
    };
  }

  /** What a request asks for, within what its caller may see. */
  async filter(
    query: Partial<Pick<ConflictQueryDto, 'filter' | 'state' | 'pipeline' | 'unit' | 'record'>>,
    { me, visible, sight }: Pick<Viewer, 'me' | 'visible' | 'sight'>,
  ): Promise<QueueFilter> {
    const pipelines = await this.rules.seen(visible);
    const { pipeline } = query;
    if (pipeline !== undefined && !pipelines.some(({ name }) => name === pipeline))
      throw new AppError('not-found', `There is no pipeline ${JSON.stringify(pipeline)}.`);
    const unsearchable = await this.veils.unsearchable(
      pipelines.map(({ id }) => id),
      sight,
    );
    const context = { me, now: this.clock.now(), pipelines, unsearchable };
    return readQueueFilter(query.filter ?? '', context, query);
  }

  /** Personal data is covered in lists. */
  async summaries(ids: readonly string[], { named }: Pick<Viewer, 'named'>): Promise<ConflictSummaryDto[]> {
    if (ids.length === 0) return [];
    const rows = await run(this.pools.general, itemsByIds, [ids]);
    const [plans, names, veils] = await Promise.all([
      this.#plansOf(rows),
      this.#names(rows),
      this.veils.overAll(rows.map((row) => row.pipeline_id)),
    ]);
    const items = await Promise.all(
      rows.map(async (row) => {
        const work = await this.#work(row, names);
        const veil = veils.get(row.pipeline_id) as Veil;
        const summary =
          row.subject === 'conflict'
            ? presentSummary(row, plans.get(row.pipeline_id) as Plan, work, veil)
            : presentStoppedSummary(row, work);
        return { ...summary, ...coverOf(row, veil) };
      }),
    );
    return this.#withTargets(
      items,
      (i) => plans.get(rows[i]?.pipeline_id ?? 0),
      named,
      this.veils.look(UNSEEN),
    );
  }

  /**
   * Personal data that was asked for is shown once that is in the audit log.
   *
   * @throws AppError `not-found`; `forbidden` for personal data that is not for the caller
   */
  async get(id: string, { named, sight }: Looking): Promise<ConflictDto> {
    const [row] = await run(this.pools.general, itemsByIds, [[itemKey(id)]]);
    if (row === undefined || itemId(row) !== id) throw noSuch('conflict', id);
    const look = this.veils.look(sight);
    const veil = await look.over(row.pipeline_id);
    const conflict = await this.#present(row, { named, look }, veil);
    await look.note(id, { unit: row.unit });
    return conflict;
  }

  /** In the order of the keys; what is gone is left out. Personal data is covered. */
  async whole(keys: readonly string[], named: Visible): Promise<ConflictDto[]> {
    const rows = await run(this.pools.general, itemsByIds, [keys]);
    const looking = { named, look: this.veils.look(UNSEEN) };
    const veils = await this.veils.overAll(rows.map((row) => row.pipeline_id));
    return Promise.all(rows.map((row) => this.#present(row, looking, veils.get(row.pipeline_id) as Veil)));
  }

  /** The values of what is asked now, whether or not they are personal: to compare, not to show. */
  async valuesNow(
    id: string,
  ): Promise<Pick<ConflictDto, 'rev' | 'state' | 'candidates' | 'unit'> & { readonly veil: Veil }> {
    const [row] = await run(this.pools.general, itemsByIds, [[itemKey(id)]]);
    if (row === undefined || itemId(row) !== id) throw noSuch('conflict', id);
    const veil = await this.veils.over(row.pipeline_id);
    const bare = new Veil(veil.personal, true);
    const now = await this.#present(row, { named: [], look: this.veils.look(UNSEEN) }, bare);
    return { rev: now.rev, state: now.state, candidates: now.candidates, unit: now.unit, veil };
  }

  /**
   * What moved meanwhile, as it is shown to whoever was too late: deciding knows nothing of which records they may see named.
   * @returns the conflict as it now is, where it is one
   */
  async nameStale(error: unknown, named: Visible): Promise<ConflictDto | null> {
    if (!(error instanceof AppError) || error.code !== 'stale') return null;
    const current = error.details.current as ConflictDto | ConflictDto[];
    const shown = await this.whole(
      [current].flat().map(({ id }) => itemKey(id)),
      named,
    );
    for (const one of [current].flat()) one.targets = shown.find(({ id }) => id === one.id)?.targets ?? [];
    return Array.isArray(current) ? null : current;
  }

  /** What was said of an item and done to it, newest first. */
  async activity(id: string, limit: number, cursor: string | undefined): Promise<ActivityPageDto> {
    const cursors = await this.#cursors();
    const key = itemKey(id);
    const [item] = await run(this.pools.general, readItem, [key]);
    if (item === undefined || itemId(item) !== id) throw noSuch('conflict', id);
    const [before] = cursor === undefined ? [LAST_ID] : cursors.read(['activity', key], cursor);
    const rows = await run(this.pools.general, notesOfItem, [key, before, limit + 1]);
    const veil = await this.veils.over(item.pipeline_id);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map((row) => presentActivity(row, item.unit, veil)),
      next: rows.length > limit && last !== undefined ? cursors.write(['activity', key], [last.id]) : null,
    };
  }

  async #present(row: ConflictRow, looking: Presenting, veil: Veil): Promise<ConflictDto> {
    const [conflict, urls] = await Promise.all([
      this.#plain(row, looking, veil),
      this.rules.urls(row.pipeline_id, row.pipeline_revision),
    ]);
    return { ...conflict, ...coverOf(row, veil), links: recordLinks(urls, conflict.recordIds) };
  }

  async #plain(row: ConflictRow, { named, look }: Presenting, veil: Veil): Promise<PlainConflict> {
    const [work, notes] = await Promise.all([
      this.#names([row]).then((names) => this.#work(row, names)),
      run(this.pools.general, notesOfItem, [row.id, LAST_ID, LATEST_ACTIVITY]),
    ]);
    const activity = notes.map((note) => presentActivity(note, row.unit, veil));
    if (row.subject !== 'conflict') return this.#stopped(row, work, activity, veil);
    const [plan, decisions] = await Promise.all([
      this.plans.planOf(row.pipeline_id),
      run(this.pools.general, decisionsOfConflict, [row.id]),
    ]);
    if (!isLinked(row)) {
      const match = await readMatch(this.pools.general, row.pipeline_id, row.id, plan);
      return presentMatch(row, plan, match, { decisions, work, activity, veil });
    }
    const others = await run(this.pools.general, siblingConflicts, [row.link_id, row.id]);
    const conflict = presentConflict(row, plan, { decisions, others, work, activity, veil });
    const [whole] = await this.#withTargets([conflict], () => plan, named, look);
    return whole ?? conflict;
  }

  /** Values of references name records: what those are called. */
  async #withTargets<Item extends PlainSummary>(
    items: Item[],
    planOf: (index: number) => Plan | undefined,
    named: Visible,
    look: Look,
  ): Promise<Item[]> {
    const values = items.map((item, i): readonly Canon[] =>
      planOf(i)?.unit.get(item.unit)?.reference === undefined ? [] : valuesOf(item),
    );
    const targets = await recordTargets(this.pools, this.plans, values.flat(), named, look);
    for (const [i, item] of items.entries())
      item.targets = targets.filter(({ id }) => values[i]?.includes(id) === true);
    return items;
  }

  async #stopped(
    row: ConflictRow,
    work: WorkDto,
    activity: readonly ActivityDto[],
    veil: Veil,
  ): Promise<PlainConflict> {
    const [trip] = row.subject === 'guard' ? await run(this.pools.general, guardTrip, [row.id]) : [];
    return presentStopped(row, work, trip ?? null, activity, veil);
  }

  async #work(row: ConflictRow, names: Names): Promise<WorkDto> {
    return presentWork(row, names, await this.rules.of(row.pipeline_id, row.pipeline_revision));
  }

  async #names(rows: readonly ConflictRow[]): Promise<Names> {
    const keys = peopleIn(rows);
    if (keys.length === 0) return new Map();
    return new Map((await run(this.pools.general, namesOf, [keys])).map(({ id, name }) => [id, name]));
  }

  async #plansOf(rows: readonly ConflictRow[]): Promise<ReadonlyMap<number, Plan>> {
    const conflicts = rows.filter(({ subject }) => subject === 'conflict');
    const ids = [...new Set(conflicts.map((row) => row.pipeline_id))];
    return new Map(await Promise.all(ids.map(async (id) => [id, await this.plans.planOf(id)] as const)));
  }

  async #cursors(): Promise<PageCursors> {
    return new PageCursors((await installationKey(this.pools.general)).toString('base64'));
  }
}

function valuesOf(item: PlainSummary & { readonly merged?: ConflictDto['merged'] }): readonly Canon[] {
  return [item.base, item.merged ?? null, ...item.candidates].flatMap((one) =>
    one === null ? [] : [one.value],
  );
}

function coverOf(row: ConflictRow, { personal, lifted }: Veil): Pick<ConflictDto, 'personal' | 'covered'> {
  const values = isPersonal(row, personal);
  return {
    personal: values,
    covered:
      !lifted &&
      (values || (row.subject === 'conflict' && (personal.title || row.revision <= personal.titlesUpTo))),
  };
}
