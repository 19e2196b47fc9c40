import type { Target } from '../common/target-answer.js';
import { readUnit } from '../core/at-rest.js';
import type { Plan } from '../core/plan.js';
import { linkedTarget, targetOf } from '../core/reference.js';
import { recordTitle, titleUnit } from '../core/title.js';
import type { Canon } from '../core/value.js';
import type { Look } from './look.js';
import type { PlanStore } from './plan-store.js';
import type { HubPools } from './pools.js';
import { targetRecords } from './sql/references.js';
import { run } from './sql/statement.js';

/**
 * The records that these values of references point to, by name and ids, each once, in the order of their links.
 *
 * @param visible names of the pipelines that may be seen; `null`: all
 * @param look that of the request: names may be personal data
 */
export async function recordTargets(
  pools: HubPools,
  plans: PlanStore,
  values: readonly Canon[],
  visible: readonly string[] | null,
  look: Pick<Look, 'named'>,
): Promise<readonly Target[]> {
  const links = new Set(
    values.flatMap((value) => {
      const target = targetOf(value);
      return target?.kind === 'linked' ? [target.link] : [];
    }),
  );
  if (links.size === 0) return [];
  const rows = await run(pools.general, targetRecords, [[...links]]);
  const known = new Map<number, Plan>();
  const seen = rows.filter(({ pipeline }) => visible === null || visible.includes(pipeline));
  for (const id of new Set(seen.map((row) => row.pipeline_id))) known.set(id, await plans.planOf(id));
  const veils = await look.named([...known.keys()]);
  return seen.map(({ link_id, pipeline_id, pipeline, a_id, b_id, clock, fields, open }) => {
    const unit = titleUnit(known.get(pipeline_id) as Plan);
    const titled = unit === null ? undefined : readUnit(clock, fields[unit.key], open?.[unit.key]);
    const fallback = a_id ?? b_id ?? linkedTarget(link_id);
    return {
      id: linkedTarget(link_id),
      pipeline,
      title:
        veils
          .get(pipeline_id)
          ?.title(recordTitle(titled?.head.value ?? titled?.A.value, fallback), fallback) ?? fallback,
      ids: { A: a_id, B: b_id },
    };
  });
}
