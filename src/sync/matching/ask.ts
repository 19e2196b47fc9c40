import type { PoolClient } from 'pg';
import { otherSide, SIDES, type Side } from '../../core/clock.js';
import { addWaiting } from '../../database/sql/lane/links.js';
import { setUnmatched } from '../../database/sql/load/match.js';
import { doubtToo } from '../../database/sql/matching/questions.js';
import { run } from '../../database/sql/statement.js';
import type { RunningPipeline } from '../running-pipeline.js';
import { forgetRecords } from './housekeeping.js';
import type { Judgement, Newcomer } from './judge.js';
import { storeQuestions, withdrawQuestions, type ReadQuestions, type Subject } from './questions.js';

/** Those in doubt are shown and asked about; whoever is not in doubt any more is no question. */
export async function ask(
  client: PoolClient,
  pipeline: RunningPipeline,
  verdict: Judgement,
  arrivals: readonly Newcomer[],
  { questions, gone }: ReadQuestions,
): Promise<void> {
  const other = (side: Side): string => pipeline.ends[otherSide(side)].label;
  // What resembles one that is gone is looked at again without it.
  const isWhole = ({ side, id, candidates }: Subject): boolean =>
    !gone[side].includes(id) && !candidates.some((one) => gone[otherSide(side)].includes(one.id));
  for (const side of SIDES) {
    await forgetRecords(client, pipeline, side, gone[side], 'it is gone');
    const answered = verdict.answered.filter((one) => one.side === side).map(({ state }) => state.id);
    if (answered.length > 0)
      await run(client, setUnmatched, [
        pipeline.id,
        side,
        answered,
        answered.map(() => 'ambiguous'),
        answered.map(() => 'a person has said what it is'),
      ]);
    const again = verdict.asking.filter(
      (one) => one.side === side && !isWhole(one) && !gone[side].includes(one.id),
    );
    if (again.length > 0) await run(client, addWaiting, [pipeline.id, side, again.map(({ id }) => id)]);
    const doubtful = verdict.asking.filter((one) => one.side === side && isWhole(one));
    if (doubtful.length === 0) continue;
    await run(client, setUnmatched, [
      pipeline.id,
      side,
      doubtful.map(({ id }) => id),
      doubtful.map(() => 'ambiguous'),
      doubtful.map(({ candidates: { length: n } }) =>
        n === 1
          ? `one record in ${other(side)} may be the same`
          : `${String(n)} records in ${other(side)} may be the same`,
      ),
    ]);
    const candidates = new Set(doubtful.flatMap((one) => one.candidates.map(({ id }) => id)));
    const arrived = arrivals.filter((one) => one.side !== side && candidates.has(one.state.id));
    await run(client, doubtToo, [pipeline.id, otherSide(side), arrived.map(({ state }) => state.id)]);
  }
  if (pipeline.spec.onAmbiguous !== 'ignore')
    await storeQuestions(client, pipeline, questions.filter(isWhole));
  for (const side of SIDES) {
    const shown = verdict.shown.filter((one) => one.side === side).map(({ id }) => id);
    await withdrawQuestions(client, pipeline, side, shown, 'it is asked the other way round');
    const alone = verdict.alone.filter((one) => one.side === side).map(({ state }) => state.id);
    await withdrawQuestions(client, pipeline, side, alone, 'nothing resembles it any more');
  }
}
