import { Injectable } from '@nestjs/common';
import { cursorSecret, PageCursors } from '../common/page-cursor.js';
import { noSuch, publicId, recordKey } from '../common/public-ids.js';
import { mentionedIn, withTargetNames } from '../common/target-names.js';
import type { Sight } from '../common/veil.js';
import { PlanStore } from '../database/plan-store.js';
import { HubPools } from '../database/pools.js';
import { Veils } from '../database/veils.js';
import { recordTargets } from '../database/record-targets.js';
import { recordsById, type RecordRow } from '../database/sql/lineage/records.js';
import { NEWEST, unitEvents } from '../database/sql/lineage/unit-events.js';
import { run } from '../database/sql/statement.js';
import type { LineagePageDto, LineageQueryDto } from './lineage.dto.js';
import { presentEvent } from './unit-event.js';

/** What happened to a record: every edit, decision and write, newest first. */
@Injectable()
export class LineageService {
  readonly #cursors: PageCursors;

  constructor(
    private readonly pools: HubPools,
    private readonly plans: PlanStore,
    private readonly veils: Veils,
  ) {
    this.#cursors = new PageCursors(cursorSecret(pools.url));
  }

  /**
   * @param visible names of the pipelines whose records may be named; `null`: all
   * @throws AppError `not-found`; `forbidden` for personal data that is not for the caller; `malformed` for a cursor of another list
   */
  async list(
    id: string,
    { field, limit, cursor }: LineageQueryDto,
    visible: readonly string[] | null,
    sight: Sight,
  ): Promise<LineagePageDto> {
    const row = await this.#record(id);
    const filter = ['lineage', row.link_id, field ?? null];
    const start = cursor === undefined ? NEWEST : this.#cursors.read(filter, cursor);
    const rows = await run(this.pools.general, unitEvents, [row.link_id, field ?? null, ...start, limit + 1]);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const labels = { A: row.label_a ?? 'A', B: row.label_b ?? 'B' };
    const look = this.veils.look(sight);
    const veil = await look.over(row.pipeline_id);
    const items = page.map((event) => presentEvent(event, labels, veil));
    const { unit } = await this.plans.planOf(row.pipeline_id);
    const references = items.filter((item) => unit.get(item.field)?.reference !== undefined);
    const values = references.flatMap(({ before, after, why }) => [
      before,
      after,
      ...mentionedIn(why === null ? [] : [why]),
    ]);
    const targets = await recordTargets(this.pools, this.plans, values, visible, look);
    await look.note(id, { history: true });
    for (const item of references) item.why = item.why === null ? null : withTargetNames(item.why, targets);
    return {
      items,
      targets: [...targets],
      next:
        rows.length > limit && last !== undefined
          ? this.#cursors.write(filter, [last.id, last.rank, last.unit])
          : null,
    };
  }

  async #record(id: string): Promise<RecordRow> {
    const key = recordKey(id);
    const [row] = await run(this.pools.general, recordsById, [[key]]);
    if (row === undefined) throw noSuch('record', publicId.record(key));
    return row;
  }
}
