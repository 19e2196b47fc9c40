import type { PoolClient } from 'pg';
import { failpoint } from '../common/failpoint.js';
import { takesPart, takingPartColumns } from '../core/archive.js';
import { otherSide, type Side } from '../core/clock.js';
import { explain, inWords } from '../core/matching/explain.js';
import { scoredRules } from '../core/matching/scored-rule.js';
import type { HubPools } from '../database/pools.js';
import { ambiguousByRule, pairsByRule } from '../database/sql/load/match.js';
import {
  acceptReport,
  analyzeLoad,
  clearLoad,
  countLoad,
  insertReport,
  sampleLoad,
  setLoadState,
} from '../database/sql/load/report.js';
import { forgetPairs, forgetSettledPairs } from '../database/sql/matching/candidates.js';
import { forgetPairedUnmatched } from '../database/sql/matching/questions.js';
import { run } from '../database/sql/statement.js';
import { keyColumns, mayCreate } from './match-keys.js';
import { compareFields } from './matching/compare-fields.js';
import { askAfterComparison } from './matching/load-questions.js';
import { scoreSides, type LeftOutKey } from './matching/score-sides.js';
import { storeKeys } from './matching/stored-keys.js';
import { inOurTransaction, type AssertOurs } from './our-transaction.js';
import type { RunningPipeline } from './running-pipeline.js';

const PAGE = 5000;

/** What rules that score compare takes longer to make out. A transaction holds the lease, which must be renewed in between. */
const SCORED_PAGE = 1000;

type Ours = (work: (client: PoolClient) => Promise<void>) => Promise<void>;

/** With nothing to compare them with, the keys of so many records are kept, for the samples of the report. */
const SAMPLED = 5;

/**
 * Compares the two sides by their match keys and stores the report: what would be linked, created, or asked about. Writes nothing on
 * the sides. Run again it starts anew.
 */
export async function compareSides(
  pipeline: RunningPipeline,
  pools: HubPools,
  assertOurs: AssertOurs,
  signal: AbortSignal,
): Promise<void> {
  const { id, revision } = pipeline;
  const ours: Ours = (work) => inOurTransaction(pools.general, assertOurs, work);
  await ours(async (client) => {
    for (const statement of clearLoad) await run(client, statement, [id]);
  });
  const counts = { A: 0, B: 0 };
  const excluded = { A: 0, B: 0 };
  const first: Side = (await isEmpty(pipeline, 'B')) ? 'B' : 'A';
  const second = otherSide(first);
  const collect = async (side: Side, keep: number): Promise<void> => {
    const found = await collectKeys(pipeline, ours, signal, side, keep);
    counts[side] = found.inScope;
    excluded[side] = found.excluded;
  };
  await collect(first, Infinity);
  // What is going to be created is matched with nothing: its keys would be stored only to be thrown away.
  const keep = counts[first] === 0 && mayCreate(pipeline, second) ? SAMPLED : Infinity;
  await collect(second, keep);
  for (const sql of analyzeLoad) await pools.general.query(sql);
  const leftOut =
    counts.A === 0 || counts.B === 0 ? [] : await pairUpByRules(pipeline, pools, ours, assertOurs, signal);
  await ours(async (client) => {
    await run(client, forgetPairedUnmatched, [id]);
    await run(client, forgetSettledPairs, [id]);
  });
  await askAfterComparison(pipeline, pools, ours, signal);
  const fields = await compareFields(pipeline, pools);
  await ours(async (client) => {
    const [found] = await run(client, countLoad, [id]);
    await failpoint('load.pairs-found');
    if (found === undefined) throw new RangeError('the comparison counted nothing');
    const onlyA = counts.A - found.linked - found.ambiguous_a;
    const onlyB = counts.B - found.linked - found.ambiguous_b;
    const samples = await run(client, sampleLoad, [id]);
    const total =
      found.linked + (mayCreate(pipeline, 'A') ? onlyA : 0) + (mayCreate(pipeline, 'B') ? onlyB : 0);
    await run(client, insertReport, [
      id,
      revision,
      found.linked,
      onlyA,
      onlyB,
      found.ambiguous_a + found.ambiguous_b,
      JSON.stringify(samples.map((sample) => explained(pipeline, sample))),
      total,
      found.scored,
      JSON.stringify(leftOut),
      JSON.stringify(fields),
      excluded.A,
      excluded.B,
      pipeline.spec.load?.rate?.a ?? null,
      pipeline.spec.load?.rate?.b ?? null,
    ]);
    await run(client, forgetPairs, [id]);
    await run(client, setLoadState, [id, 'report']);
    if (pipeline.spec.load?.accept === 'automatic')
      await run(client, acceptReport, [id, 'the pipeline file']);
  });
}

/** Every rule that links, in their order, each for those that none before it has linked. */
async function pairUpByRules(
  pipeline: RunningPipeline,
  pools: HubPools,
  ours: Ours,
  assertOurs: AssertOurs,
  signal: AbortSignal,
): Promise<readonly LeftOutKey[]> {
  const scored = new Map(scoredRules(pipeline.spec.match).map((rule) => [rule.index, rule]));
  const leftOut: LeftOutKey[] = [];
  for (const [index, { action, by }] of pipeline.spec.match.entries()) {
    const rule = scored.get(index);
    if (rule !== undefined) leftOut.push(...(await scoreSides(pipeline, pools, assertOurs, signal, rule)));
    else if (action === 'link' && by !== undefined) {
      await ours(async (client) => {
        await run(client, pairsByRule, [pipeline.id, index]);
        await run(client, ambiguousByRule, [pipeline.id, index]);
      });
    }
  }
  return leftOut;
}

type Sample = Awaited<ReturnType<typeof run<NonNullable<(typeof sampleLoad)['row']>>>>[number];

/** With what speaks for and against it in place of bare numbers. */
function explained(pipeline: RunningPipeline, { rule, points, parts, ...sample }: Sample): object {
  if (points === null || rule === null) return sample;
  const of = scoredRules(pipeline.spec.match).find(({ index }) => index === rule);
  const verdicts =
    of === undefined
      ? []
      : explain(
          of,
          (parts ?? []).map((part) => part && { likeness: part[0], points: part[1] }),
        );
  return {
    ...sample,
    rule: pipeline.spec.match[rule]?.id ?? null,
    points: Math.round(points * 100) / 100,
    verdicts,
    detail: inWords(verdicts),
  };
}

async function isEmpty(pipeline: RunningPipeline, side: Side): Promise<boolean> {
  const options = { columns: [], pageSize: 1 };
  for await (const page of pipeline.ends[side].endpoint.snapshot(options)) if (page.length > 0) return false;
  return true;
}

async function collectKeys(
  pipeline: RunningPipeline,
  ours: Ours,
  signal: AbortSignal,
  side: Side,
  keep: number,
): Promise<{ readonly inScope: number; readonly excluded: number }> {
  let count = 0;
  let excluded = 0;
  const { plan } = pipeline;
  const deciding = takingPartColumns(plan, side);
  const columns = [...new Set([...keyColumns(pipeline, side), ...deciding])];
  const pageSize = scoredRules(pipeline.spec.match).length > 0 ? SCORED_PAGE : PAGE;
  for await (const read of pipeline.ends[side].endpoint.snapshot({ columns, pageSize })) {
    signal.throwIfAborted();
    const page = deciding.length === 0 ? read : read.filter(({ values }) => takesPart(plan, side, values));
    excluded += read.length - page.length;
    const kept = page.slice(0, Math.max(0, keep - count));
    if (kept.length > 0) await ours((client) => storeKeys(client, pipeline, side, kept));
    count += page.length;
    await failpoint('load.keys-stored');
  }
  return { inScope: count, excluded };
}
