import type { PoolClient } from 'pg';
import { explain } from '../../core/matching/explain.js';
import { scoredRules } from '../../core/matching/scored-rule.js';
import type { HubPools } from '../../database/pools.js';
import {
  nextInQuestion,
  rivalsOfLoad,
  unmatchedByScore,
  type RivalRow,
} from '../../database/sql/matching/questions.js';
import { run } from '../../database/sql/statement.js';
import { keyRules } from '../match-keys.js';
import type { RunningPipeline } from '../running-pipeline.js';
import { MOST_CANDIDATES, readQuestions, storeQuestions, type Candidate } from './questions.js';

const PAGE = 200;

/** Asks people about every record of A that the comparison found in doubt; those of B stand among the candidates. */
export async function askAfterComparison(
  pipeline: RunningPipeline,
  pools: HubPools,
  ours: (work: (client: PoolClient) => Promise<void>) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  await ours(async (client) => {
    await run(client, unmatchedByScore, [pipeline.id]);
  });
  if (pipeline.spec.onAmbiguous === 'ignore') return;
  for (let after = ''; ;) {
    signal.throwIfAborted();
    const rows = await run(pools.general, nextInQuestion, [pipeline.id, after, PAGE]);
    const last = rows[rows.length - 1];
    if (last === undefined) return;
    const ids = rows.map((row) => row.ext_id);
    const rivals = await run(pools.general, rivalsOfLoad, [pipeline.id, ids, MOST_CANDIDATES]);
    const { questions } = await readQuestions(
      pipeline,
      ids.map((id) => ({
        side: 'A',
        id,
        candidates: rivals.filter((row) => row.a_id === id).map((row) => candidate(pipeline, row)),
      })),
    );
    await ours((client) => storeQuestions(client, pipeline, questions));
    after = last.ext_id;
  }
}

function candidate(pipeline: RunningPipeline, { b_id: id, rule, points, parts }: RivalRow): Candidate {
  if (points === null) return exactCandidate(pipeline, rule, id);
  const of = scoredRules(pipeline.spec.match).find(({ index }) => index === rule);
  return {
    id,
    rule: pipeline.spec.match[rule]?.id ?? '',
    points: Math.round(points * 100) / 100,
    verdicts:
      of === undefined
        ? []
        : explain(
            of,
            (parts ?? []).map((part) => part && { likeness: part[0], points: part[1] }),
          ),
  };
}

/** They have the same key; so have others. */
export function exactCandidate(pipeline: RunningPipeline, rule: number, id: string): Candidate {
  const of = keyRules(pipeline).find(({ index }) => index === rule);
  const verdicts = (of?.fields ?? []).map(
    (field) =>
      ({ field, as: of?.forms[field] ?? 'exact', likeness: 1, points: 0, verdict: 'agrees' }) as const,
  );
  return { id, rule: of?.id ?? '', points: null, verdicts };
}
