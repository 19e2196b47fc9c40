import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import { uuidv7 } from '../../common/ids.js';
import type { RecordState } from '../../connectors/connector.js';
import { otherSide, type Side } from '../../core/clock.js';
import { CanonError } from '../../core/errors.js';
import { inWords, type AttributeVerdict } from '../../core/matching/explain.js';
import { recordTitle } from '../../core/title.js';
import type { Json } from '../../core/value.js';
import {
  closeQuestions,
  insertCandidates,
  insertMatchConflict,
  insertQuestion,
  openQuestions,
  renewMatchConflict,
  renewQuestion,
} from '../../database/sql/matching/questions.js';
import { addWaiting } from '../../database/sql/lane/links.js';
import { freeCandidates } from '../../database/sql/matching/orders.js';
import { announceConflict } from '../../database/sql/matching/announce.js';
import { run } from '../../database/sql/statement.js';
import { fetchAll } from '../fetch-all.js';
import { rawFrom } from '../new-links.js';
import type { RunningPipeline } from '../running-pipeline.js';

/** So many candidates of a record are shown; a person does not compare more. */
export const MOST_CANDIDATES = 20;

const PRIORITIES = { urgent: 0, high: 1, normal: 2, low: 3 } as const;

/** A record, and those of the other side that it may be the same as, the most likely first. */
export interface Subject {
  readonly side: Side;
  readonly id: string;
  readonly candidates: readonly Candidate[];
}

export interface Candidate {
  readonly id: string;
  readonly rule: string;
  /** `null`: they share the key of an exact rule. */
  readonly points: number | null;
  readonly verdicts: readonly AttributeVerdict[];
  /** It is linked with a record that Accord made for it a short while ago. */
  readonly isTwin?: boolean;
}

/** A subject with what people are shown of all that it is about. */
export interface Question extends Subject {
  readonly shown: Shown;
  readonly candidates: readonly (Candidate & { readonly shown: Shown })[];
}

type Shown = Readonly<Record<string, Json>>;

/** What can be asked, and who was to be asked about and is gone: nothing that the gone were part of is a question yet. */
export interface ReadQuestions {
  readonly questions: readonly Question[];
  readonly gone: Readonly<Record<Side, readonly string[]>>;
}

/** Reads what is to be shown, before any transaction. Records that are gone are no candidates, and ask nothing. */
export async function readQuestions(
  pipeline: RunningPipeline,
  subjects: readonly Subject[],
): Promise<ReadQuestions> {
  const gone: Record<Side, readonly string[]> = { A: [], B: [] };
  const states: Record<Side, ReadonlyMap<string, RecordState>> = { A: new Map(), B: new Map() };
  for (const side of ['A', 'B'] as const) {
    const ids = subjects.flatMap((one) =>
      one.side === side ? [one.id] : one.candidates.slice(0, MOST_CANDIDATES).map(({ id }) => id),
    );
    states[side] = await fetchAll(pipeline.ends[side].endpoint, [...new Set(ids)]);
    gone[side] = [...new Set(ids)].filter((id) => !states[side].has(id));
  }
  const questions = subjects.flatMap((subject): Question[] => {
    const own = states[subject.side].get(subject.id);
    const other = otherSide(subject.side);
    const candidates = subject.candidates.slice(0, MOST_CANDIDATES).flatMap((candidate) => {
      const state = states[other].get(candidate.id);
      return state === undefined ? [] : [{ ...candidate, shown: shownOf(pipeline, other, state) }];
    });
    if (own === undefined || candidates.length === 0) return [];
    return [{ ...subject, shown: shownOf(pipeline, subject.side, own), candidates }];
  });
  return { questions, gone };
}

/** Asks, or asks anew where what can be chosen has changed. A question that somebody has just answered stands as it is. */
export async function storeQuestions(
  client: ClientBase,
  pipeline: RunningPipeline,
  questions: readonly Question[],
): Promise<void> {
  for (const side of ['A', 'B'] as const) {
    const ofSide = questions.filter((one) => one.side === side);
    if (ofSide.length === 0) continue;
    const open = await run(client, openQuestions, [pipeline.id, side, ofSide.map(({ id }) => id)]);
    const known = new Map(open.map((row) => [row.ext_id, row]));
    for (const question of ofSide) {
      const asked = known.get(question.id);
      const key = keyOf(question);
      if (asked?.key === key || asked?.state === 'held') continue;
      const id = asked?.conflict_id ?? uuidv7();
      if (asked === undefined) await ask(client, pipeline, id, key, question);
      else await askAnew(client, pipeline, id, key, question);
      await run(client, insertCandidates, [
        id,
        question.candidates.map((one) => one.id),
        question.candidates.map((one) => one.rule),
        question.candidates.map((one) => one.points),
        question.candidates.map((one) => JSON.stringify(one.verdicts)),
        question.candidates.map((one) => JSON.stringify(one.shown)),
      ]);
      await announceConflict(client, id);
    }
  }
}

/**
 * These records are no longer in question: they were linked, made on the other side, or are gone. Whoever was shown beside them and is in
 * no other question is looked at anew.
 */
export async function withdrawQuestions(
  client: ClientBase,
  pipeline: RunningPipeline,
  side: Side,
  ids: readonly string[],
  why: string,
): Promise<void> {
  if (ids.length === 0) return;
  const open = await run(client, openQuestions, [pipeline.id, side, ids]);
  if (open.length === 0) return;
  const free = await run(client, freeCandidates, [open.map((row) => row.conflict_id)]);
  await run(client, closeQuestions, [open.map((row) => row.conflict_id), why]);
  if (free.length > 0)
    await run(client, addWaiting, [pipeline.id, otherSide(side), free.map((row) => row.ext_id)]);
  for (const row of open) await announceConflict(client, row.conflict_id);
}

async function ask(
  client: ClientBase,
  pipeline: RunningPipeline,
  id: string,
  key: string,
  question: Question,
): Promise<void> {
  const { title, reason, mailed } = wordsOf(pipeline, question);
  const priority = PRIORITIES[pipeline.spec.review?.priority?.default ?? 'normal'];
  const policy = JSON.stringify({ strategy: 'match', rule: question.candidates[0]?.rule ?? '' });
  await run(client, insertMatchConflict, [
    id,
    pipeline.id,
    pipeline.revision,
    key,
    reason,
    title,
    mailed,
    policy,
    priority,
  ]);
  await run(client, insertQuestion, [
    id,
    pipeline.id,
    question.side,
    question.id,
    JSON.stringify(question.shown),
  ]);
}

async function askAnew(
  client: ClientBase,
  pipeline: RunningPipeline,
  id: string,
  key: string,
  question: Question,
): Promise<void> {
  const { title, reason, mailed } = wordsOf(pipeline, question);
  await run(client, renewMatchConflict, [id, key, reason, title, mailed, pipeline.revision]);
  await run(client, renewQuestion, [id, JSON.stringify(question.shown)]);
}

function wordsOf(
  pipeline: RunningPipeline,
  { side, id, shown, candidates }: Question,
): { readonly title: string; readonly reason: string; readonly mailed: string } {
  const other = otherSide(side);
  const titleOf = (of: Side, record: string, values: Shown): string =>
    recordTitle(values[pipeline.titleUnit ?? ''], `${pipeline.ends[of].label} ${record}`);
  const n = candidates.length;
  const best = candidates[0];
  const twin = candidates.some(({ isTwin }) => isTwin === true)
    ? '; Accord has just made a counterpart for it'
    : '';
  const why = (best === undefined || best.points === null ? '' : `: ${inWords(best.verdicts)}`) + twin;
  const title = titleOf(side, id, shown);
  return {
    title,
    reason: `${n === 1 ? 'one record' : `${String(n)} records`} in ${pipeline.ends[other].label} may be the same as this one in ${pipeline.ends[side].label}${why}`,
    mailed: JSON.stringify([
      { key: side.toLowerCase(), side, v: title },
      ...candidates.slice(0, 3).map((one) => ({
        key: other.toLowerCase(),
        side: other,
        v: titleOf(other, one.id, one.shown),
      })),
    ]),
  };
}

/** Equal exactly while the same can be chosen from. */
function keyOf({ candidates }: Question): string {
  const text = candidates.map(({ id, points }) => JSON.stringify([id, points])).sort();
  return createHash('sha256').update(text.join('\n')).digest('hex');
}

/** A record's values by unit, as both sides would have them; what cannot be read is shown as the side has it. */
function shownOf(pipeline: RunningPipeline, side: Side, state: RecordState): Shown {
  const shown: Record<string, Json> = {};
  for (const plan of pipeline.plan.units) {
    if (!pipeline.ends[side].columns.has(plan.key)) continue;
    const raw = rawFrom(pipeline, side, plan, state.values);
    try {
      shown[plan.key] = plan.get(side, raw);
    } catch (error) {
      if (!(error instanceof CanonError)) throw error;
      shown[plan.key] = raw;
    }
  }
  return shown;
}
