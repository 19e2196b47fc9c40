import type { RecordState } from '../../connectors/connector.js';
import { SIDES, type Side } from '../../core/clock.js';
import { CanonError } from '../../core/errors.js';
import type { UnitPlan } from '../../core/plan.js';
import { isBlank, type Canon, type Json } from '../../core/value.js';
import type { HubPools } from '../../database/pools.js';
import { somePairs } from '../../database/sql/matching/questions.js';
import { run } from '../../database/sql/statement.js';
import { fetchAll } from '../fetch-all.js';
import { rawFrom } from '../new-links.js';
import { boundToRecords } from '../references/crosswalk.js';
import type { RunningPipeline } from '../running-pipeline.js';

const LOOKED_AT = 2000;
const SAMPLES = 3;

/** What linking would mean, field by field. */
export interface FieldsReport {
  /** Pairs that were looked at, out of all. */
  readonly looked: number;
  readonly fields: Readonly<Record<string, FieldReport>>;
}

export interface FieldReport {
  equal: number;
  different: number;
  /** Blank on the other side, which would be filled. */
  onlyA: number;
  onlyB: number;
  unreadable: number;
  samples: { readonly a: string; readonly b: string; readonly A: Json; readonly B: Json }[];
}

/** Compares some of the pairs that would be linked, chosen from everywhere among them, as linking will. */
export async function compareFields(pipeline: RunningPipeline, pools: HubPools): Promise<FieldsReport> {
  const pairs = await run(pools.general, somePairs, [pipeline.id, LOOKED_AT]);
  const units = pipeline.plan.units.filter(
    (unit) => !unit.contextOnly && SIDES.every((side) => pipeline.ends[side].columns.has(unit.key)),
  );
  const fields: Record<string, FieldReport> = Object.fromEntries(
    units.map(({ key }) => [
      key,
      { equal: 0, different: 0, onlyA: 0, onlyB: 0, unreadable: 0, samples: [] } satisfies FieldReport,
    ]),
  );
  const { A, B } = pipeline.ends;
  const a = await fetchAll(
    A.endpoint,
    pairs.map((pair) => pair.a_id),
  );
  const b = await fetchAll(
    B.endpoint,
    pairs.map((pair) => pair.b_id),
  );
  const bound = await boundToRecords(pools.general, pipeline, { A: a.values(), B: b.values() });
  const compared = units.map(({ key }) => bound.plan.unit.get(key) as UnitPlan);
  let looked = 0;
  for (const pair of pairs) {
    const [one, other] = [a.get(pair.a_id), b.get(pair.b_id)];
    if (one === undefined || other === undefined) continue;
    looked++;
    for (const unit of compared) count(fields[unit.key] as FieldReport, pipeline, unit, one, other);
  }
  return { looked, fields };
}

function count(
  report: FieldReport,
  pipeline: RunningPipeline,
  unit: UnitPlan,
  a: RecordState,
  b: RecordState,
): void {
  const A = read(pipeline, 'A', unit, a);
  const B = read(pipeline, 'B', unit, b);
  if (A === undefined || B === undefined) report.unreadable++;
  else if (unit.equal(A, B) || (isBlank(A) && isBlank(B))) report.equal++;
  else {
    if (isBlank(B)) report.onlyA++;
    else if (isBlank(A)) report.onlyB++;
    else report.different++;
    if (report.samples.length < SAMPLES) report.samples.push({ a: a.id, b: b.id, A, B });
  }
}

function read(pipeline: RunningPipeline, side: Side, unit: UnitPlan, state: RecordState): Canon | undefined {
  try {
    return unit.get(side, rawFrom(pipeline, side, unit, state.values));
  } catch (error) {
    if (error instanceof CanonError) return undefined;
    throw error;
  }
}
