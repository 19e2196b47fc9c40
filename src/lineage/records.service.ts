import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { AppError } from '../common/errors.js';
import { noSuch, publicId, recordKey } from '../common/public-ids.js';
import { mentionedIn, withTargetNames } from '../common/target-names.js';
import type { Sight, Veil } from '../common/veil.js';
import { PlanStore } from '../database/plan-store.js';
import { HubPools } from '../database/pools.js';
import { Veils } from '../database/veils.js';
import {
  concernsAt,
  concernsOf,
  linksByExternalId,
  pipelineIds,
  recordsById,
  type RecordRow,
} from '../database/sql/lineage/records.js';
import { historyStart, lastWhy, registersAt } from '../database/sql/lineage/unit-events.js';
import { recordTargets } from '../database/record-targets.js';
import { run } from '../database/sql/statement.js';
import { presentAsOf } from './record-as-of.js';
import { presentNow } from './record-now.js';
import type { LookupQueryDto, RecordDto } from './record.dto.js';

/** How far back the answer to "why" is looked for; the explanation of a field looks further. */
const LATEST_EVENTS = 1_000;

type Presented = Omit<RecordDto, 'targets' | 'personal'>;

/** One record of two systems: what each holds, what both are to hold, and why. */
@Injectable()
export class RecordsService {
  constructor(
    private readonly pools: HubPools,
    private readonly plans: PlanStore,
    private readonly clock: Clock,
    private readonly veils: Veils,
  ) {}

  /**
   * @param visible names of the pipelines whose records may be named; `null`: all
   * @throws AppError `not-found`, also for a time before the record's history begins
   */
  async get(
    id: string,
    asOf: string | undefined,
    visible: readonly string[] | null,
    sight: Sight,
  ): Promise<RecordDto> {
    const key = recordKey(id);
    const [row] = await run(this.pools.general, recordsById, [[key]]);
    if (row === undefined) throw noSuch('record', id);
    const look = this.veils.look(sight);
    const veil = await look.over(row.pipeline_id);
    const record = await (asOf === undefined ? this.#now(row, veil) : this.#asOf(row, asOf, veil));
    const plan = await this.plans.planOf(row.pipeline_id);
    const references = record.fields.filter(({ field }) => plan.unit.get(field)?.reference !== undefined);
    const values = references.flatMap(({ value, A, B, why }) => [
      value,
      A?.value ?? null,
      B?.value ?? null,
      ...mentionedIn([why]),
    ]);
    const targets = await recordTargets(this.pools, this.plans, values, visible, look);
    await look.note(id);
    for (const one of references) one.why = withTargetNames(one.why, targets);
    const personal = veil.personal.title || record.fields.some((one) => one.personal);
    return { ...record, personal, targets: [...targets] };
  }

  /** @throws AppError `not-found` */
  async lookup(
    { pipeline, side, externalId }: LookupQueryDto,
    visible: readonly string[] | null,
    sight: Sight,
  ): Promise<RecordDto> {
    const id = await this.pipelineId(pipeline);
    const [link] = await run(this.pools.general, linksByExternalId, [externalId, side, [id], 1]);
    if (link === undefined)
      throw new AppError(
        'not-found',
        `No linked record of ${pipeline} has the id ${JSON.stringify(externalId)} on side ${side}.`,
      );
    return this.get(publicId.record(link.id), undefined, visible, sight);
  }

  /** @throws AppError `not-found` */
  async pipelineId(name: string): Promise<number> {
    const known = await run(this.pools.general, pipelineIds, []);
    const found = known.find((pipeline) => pipeline.name === name);
    if (found === undefined) throw new AppError('not-found', `There is no pipeline ${JSON.stringify(name)}.`);
    return found.id;
  }

  async #now(row: RecordRow, veil: Veil): Promise<Presented> {
    const [plan, concerns, whys] = await Promise.all([
      this.plans.planOf(row.pipeline_id),
      run(this.pools.general, concernsOf, [row.link_id]),
      run(this.pools.general, lastWhy, [row.link_id, LATEST_EVENTS]),
    ]);
    return presentNow({ row, plan, concerns, whys, now: this.clock.now(), veil });
  }

  async #asOf(row: RecordRow, asOf: string, veil: Veil): Promise<Presented> {
    const until = endOfMillisecond(asOf);
    const [plan, registers, concerns] = await Promise.all([
      this.plans.planOf(row.pipeline_id),
      run(this.pools.general, registersAt, [row.link_id, until]),
      run(this.pools.general, concernsAt, [row.link_id, until]),
    ]);
    if (registers.length > 0) return presentAsOf(row, plan, registers, concerns, asOf, veil);
    const [start] = await run(this.pools.general, historyStart, [row.link_id]);
    const begins =
      start === undefined
        ? 'There is no history of it.'
        : `Its history begins at ${start.recorded_at.toISOString()}.`;
    throw new AppError(
      'not-found',
      `Nothing was known of ${publicId.record(row.link_id)} at ${asOf}. ${begins}`,
    );
  }
}

/** The API tells times to the millisecond: the time of an entry includes the entry. */
function endOfMillisecond(time: string): string {
  const ms = Date.parse(time);
  if (!Number.isNaN(ms)) return new Date(ms).toISOString().replace('Z', '999Z');
  throw new AppError('invalid', 'asOf: expected a time that exists, such as 2026-01-12T09:00:00Z.', {
    faults: [{ pointer: '/asOf', code: 'time', detail: 'there is no such time' }],
  });
}
