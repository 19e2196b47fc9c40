import type { ClientBase } from 'pg';
import { otherSide, type Side } from '../../core/clock.js';
import type { PipelineSpec } from '../../core/pipeline/spec.js';
import type { Plan } from '../../core/plan.js';
import { recordTitle, titleUnit } from '../../core/title.js';
import { readCandidates, readQuestion } from '../../database/sql/matching/questions.js';
import { run, type Statement } from '../../database/sql/statement.js';
import type { MatchDto, VerdictDto } from './match.dto.js';

const matchRules: Statement<{ match: PipelineSpec['match'] | null }> = {
  name: 'review_match_rules',
  text: `
  select r.spec #> '{spec,match}' as match
  from pipeline p left join pipeline_revision r on r.pipeline_id = p.id and r.revision = p.revision where p.id = $1`,
};

/** What a person is asked about a record that is not linked; `null` when it was forgotten. */
export async function readMatch(
  client: Pick<ClientBase, 'query'>,
  pipelineId: number,
  conflictId: string,
  plan: Plan,
): Promise<MatchDto | null> {
  const [question] = await run(client, readQuestion, [conflictId]);
  if (question === undefined) return null;
  const candidates = await run(client, readCandidates, [conflictId]);
  const label = plan.sides[otherSide(question.side)].label;
  const title = titleUnit(plan)?.key ?? '';
  return {
    side: question.side,
    id: question.ext_id,
    values: question.shown,
    candidates: candidates.map((row) => ({
      n: row.n,
      id: row.ext_id,
      title: recordTitle(row.shown[title], `${label} ${row.ext_id}`),
      rule: row.rule,
      points: row.points === null ? null : Math.round(row.points * 100) / 100,
      verdicts: row.verdicts as unknown as VerdictDto[],
      values: row.shown,
      gone: row.gone,
    })),
    mayCreate: await mayCreateFrom(client, pipelineId, question.side),
  };
}

async function mayCreateFrom(
  client: Pick<ClientBase, 'query'>,
  pipelineId: number,
  side: Side,
): Promise<boolean> {
  const [row] = await run(client, matchRules, [pipelineId]);
  const rule = row?.match?.find(({ action }) => action === 'create');
  const direction = rule === undefined ? null : (rule.direction ?? 'both');
  return direction === 'both' || direction === (side === 'A' ? 'aToB' : 'bToA');
}
