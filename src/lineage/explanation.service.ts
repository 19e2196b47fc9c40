import { Injectable } from '@nestjs/common';
import { AppError } from '../common/errors.js';
import { noSuch, recordKey } from '../common/public-ids.js';
import { mentionedIn } from '../common/target-names.js';
import type { Sight } from '../common/veil.js';
import { PlanStore } from '../database/plan-store.js';
import { HubPools } from '../database/pools.js';
import { Veils } from '../database/veils.js';
import { recordTargets } from '../database/record-targets.js';
import { concernsOf, recordsById } from '../database/sql/lineage/records.js';
import { historyStart, NEWEST, unitEvents } from '../database/sql/lineage/unit-events.js';
import { run } from '../database/sql/statement.js';
import { explain, valuesTold } from './explain.js';
import { planOfUnit } from './field-state.js';
import type { ExplanationDto } from './lineage.dto.js';
import { labelsOf } from './record-now.js';

/** How far back one answer reads. A chain that is longer is cut at its old end, and the answer says so. */
const MOST_EVENTS = 500;

@Injectable()
export class ExplanationService {
  constructor(
    private readonly pools: HubPools,
    private readonly plans: PlanStore,
    private readonly veils: Veils,
  ) {}

  /**
   * @param visible names of the pipelines whose records may be named; `null`: all
   * @throws AppError `not-found` for a record or field that there never was
   */
  async explain(
    id: string,
    field: string,
    visible: readonly string[] | null,
    sight: Sight,
  ): Promise<ExplanationDto> {
    const link = recordKey(id);
    const [row] = await run(this.pools.general, recordsById, [[link]]);
    if (row === undefined) throw noSuch('record', id);
    const [plan, rows, [start], concerns] = await Promise.all([
      this.plans.planOf(row.pipeline_id),
      run(this.pools.general, unitEvents, [link, field, ...NEWEST, MOST_EVENTS + 1]),
      run(this.pools.general, historyStart, [link]),
      run(this.pools.general, concernsOf, [link]),
    ]);
    const unitPlan = planOfUnit(plan, field);
    if (unitPlan === undefined && rows.length === 0) {
      throw new AppError(
        'not-found',
        `${JSON.stringify(field.slice(0, 80))} is no field of ${row.pipeline}; there are ${plan.units.map(({ key }) => key).join(', ')}.`,
      );
    }
    const isWhole =
      rows.length <= MOST_EVENTS &&
      start !== undefined &&
      (start.kind === 'linked' || start.kind === 'created');
    const labels = labelsOf(row, plan);
    const events = rows.slice(0, MOST_EVENTS).reverse();
    const look = this.veils.look(sight);
    const veil = await look.over(row.pipeline_id);
    const told =
      unitPlan?.reference === undefined
        ? []
        : [...valuesTold(events, labels, veil), ...mentionedIn(concerns.map(({ reason }) => reason))];
    const explanation = explain({
      linkId: link,
      field,
      plan: unitPlan,
      labels,
      events,
      targets: await recordTargets(this.pools, this.plans, told, visible, look),
      complete: isWhole,
      startsAt: start?.recorded_at ?? null,
      concerns,
      veil,
    });
    await look.note(id, { history: true });
    return explanation;
  }
}
