import type { RecordState } from '../../connectors/connector.js';
import { otherSide, SIDES, type Side } from '../../core/clock.js';
import { assign } from '../../core/matching/assign.js';
import { explain, type AttributeVerdict } from '../../core/matching/explain.js';
import { score } from '../../core/matching/score.js';
import { scoredRules, type ScoredRule } from '../../core/matching/scored-rule.js';
import type { HubPools } from '../../database/pools.js';
import { findByKey } from '../../database/sql/load/match.js';
import { candidatesOf, type ComparedRow } from '../../database/sql/matching/candidates.js';
import { keptApart } from '../../database/sql/matching/orders.js';
import { askedAbout } from '../../database/sql/matching/standing.js';
import { run } from '../../database/sql/statement.js';
import { keyRules } from '../match-keys.js';
import type { RunningPipeline } from '../running-pipeline.js';
import { KnownRecords } from './known-records.js';
import { exactCandidate } from './load-questions.js';
import { readProfile } from './profiles.js';
import { MOST_CANDIDATES, type Candidate, type Subject } from './questions.js';

/** A key that more records than this have is of no use for finding candidates. */
const MOST_OF_A_KEY = 200;

/** A record that no link knows. */
export interface Newcomer {
  readonly side: Side;
  readonly state: RecordState;
  /** Exact rule → key. */
  readonly keys: ReadonlyMap<number, string>;
}

export interface Judgement {
  readonly pairs: readonly Readonly<Record<Side, string>>[];
  readonly asking: readonly Subject[];
  /** Those that match nothing. */
  readonly alone: readonly Newcomer[];
  /** Those of whom a person has said what they are, which is carried out in a moment. */
  readonly answered: readonly Newcomer[];
  /** Those that stand among the candidates of others who are asked about. */
  readonly shown: readonly Subject[];
}

interface Found {
  readonly there: readonly string[];
  readonly here: readonly string[];
  /** There are more than were looked at. */
  readonly crowded: boolean;
}

/**
 * What becomes of newcomers, rule by rule in their order: one counterpart links, several are a question, none goes on to the next rule.
 * Records that are linked already are candidates only where Accord itself made them a short while ago: then the newcomer may be the
 * twin of one that was made at the same time, and a person says so. What a person has said of a record stands until it is carried out.
 */
export class Judge {
  readonly #scored: readonly ScoredRule[];
  readonly #known: KnownRecords;

  constructor(
    private readonly pipeline: RunningPipeline,
    private readonly pools: HubPools,
  ) {
    this.#scored = scoredRules(pipeline.spec.match);
    this.#known = new KnownRecords(pipeline.id, pools);
  }

  async judge(all: readonly Newcomer[]): Promise<Judgement> {
    for (const side of SIDES)
      await this.#known.learn(
        side,
        all.filter((one) => one.side === side).map(({ state }) => state.id),
      );
    const isAnswered = ({ side, state }: Newcomer): boolean =>
      this.#known.answered.has(`${side} ${state.id}`);
    const arrivals = all.filter((one) => !isAnswered(one));
    const pairs = new Map<string, Readonly<Record<Side, string>>>();
    const questions = new Map<Newcomer, readonly Candidate[]>();
    const paired: Record<Side, Set<string>> = { A: new Set(), B: new Set() };
    const known = await this.#byKey(arrivals);
    const add = (pair: Readonly<Record<Side, string>>): void => {
      for (const side of SIDES) paired[side].add(pair[side]);
      pairs.set(JSON.stringify([pair.A, pair.B]), pair);
    };
    let open = arrivals;
    for (const index of this.pipeline.spec.match.keys()) {
      const rule = this.#scored.find((one) => one.index === index);
      if (rule !== undefined) await this.#byScore(rule, open, paired, add, questions);
      else this.#byRule(index, open, known, paired, add, questions);
      open = open.filter((one) => !paired[one.side].has(one.state.id));
    }
    const asking = open.flatMap((one): Subject[] => {
      const all = questions.get(one) ?? [];
      const candidates = all.filter(({ id }) => !paired[otherSide(one.side)].has(id));
      return candidates.length === 0 ? [] : [{ side: one.side, id: one.state.id, candidates }];
    });
    const asked = new Set(asking.map(({ side, id }) => `${side} ${id}`));
    const alone = open.filter((one) => !asked.has(`${one.side} ${one.state.id}`));
    // Of two newcomers that may be the same one question is enough.
    const { once, shown } = onceEach(asking, await this.#askedAbout(asking));
    return { pairs: [...pairs.values()], asking: once, alone, answered: all.filter(isAnswered), shown };
  }

  async #askedAbout(subjects: readonly Subject[]): Promise<ReadonlySet<string>> {
    const asked = new Set<string>();
    for (const side of SIDES) {
      const ids = subjects.filter((one) => one.side === side).map(({ id }) => id);
      if (ids.length === 0) continue;
      for (const row of await run(this.pools.general, askedAbout, [this.pipeline.id, side, ids]))
        asked.add(`${side} ${row.ext_id}`);
    }
    return asked;
  }

  #byRule(
    index: number,
    open: readonly Newcomer[],
    known: ReadonlyMap<string, Found>,
    paired: Readonly<Record<Side, ReadonlySet<string>>>,
    add: (pair: Readonly<Record<Side, string>>) => void,
    questions: Map<Newcomer, readonly Candidate[]>,
  ): void {
    for (const one of open) {
      const found = known.get(foundKey(one, index));
      if (found === undefined || paired[one.side].has(one.state.id)) continue;
      const other = otherSide(one.side);
      const there = found.there.filter((id) => !paired[other].has(id));
      const here = found.here.filter((id) => !paired[one.side].has(id));
      const [only] = there;
      if (only === undefined) continue;
      const isFree = this.#known.isFree(other, only);
      if (there.length === 1 && here.length <= 1 && isFree && !found.crowded)
        add(one.side === 'A' ? { A: one.state.id, B: only } : { A: only, B: one.state.id });
      else
        append(
          questions,
          one,
          there
            .slice(0, MOST_CANDIDATES)
            .map((id) => this.#marked(other, exactCandidate(this.pipeline, index, id))),
        );
    }
  }

  /** Candidates of the newcomers and whom those might be linked with instead are weighed together. */
  async #byScore(
    rule: ScoredRule,
    open: readonly Newcomer[],
    paired: Readonly<Record<Side, ReadonlySet<string>>>,
    add: (pair: Readonly<Record<Side, string>>) => void,
    questions: Map<Newcomer, readonly Candidate[]>,
  ): Promise<void> {
    const rows = new Map<string, ComparedRow>();
    for (const side of SIDES) {
      const ids = open.filter((one) => one.side === side).map((one) => one.state.id);
      for (const row of await this.#candidates(rule, side, ids))
        rows.set(JSON.stringify([row.a_id, row.b_id]), row);
    }
    const alike = this.#alike(rule, [...rows.values()]);
    if (alike.length === 0) return;
    const met = { A: new Set(alike.map(({ a }) => a)), B: new Set(alike.map(({ b }) => b)) };
    for (const side of SIDES)
      for (const row of await this.#candidates(rule, side, [...met[side]]))
        rows.set(JSON.stringify([row.a_id, row.b_id]), row);
    const known = this.#known;
    const likely = this.#alike(rule, [...rows.values()]).filter(
      ({ a, b }) => !paired.A.has(a) && !paired.B.has(b),
    );
    await known.learn(
      'A',
      likely.map(({ a }) => a),
    );
    await known.learn(
      'B',
      likely.map(({ b }) => b),
    );
    const all = likely.filter(({ a, b }) => !known.ended.has(`A ${a}`) && !known.ended.has(`B ${b}`));
    const isFree = ({ a, b }: Alike): boolean => known.isFree('A', a) && known.isFree('B', b);
    const isAnswered = ({ a, b }: Alike): boolean =>
      known.answered.has(`A ${a}`) || known.answered.has(`B ${b}`);
    const { links, questions: doubtful } = assign(rule, all.filter(isFree));
    const arrived = new Map(open.map((one) => [`${one.side} ${one.state.id}`, one]));
    for (const { a, b } of links) if (arrived.has(`A ${a}`) || arrived.has(`B ${b}`)) add({ A: a, B: b });
    // The twin of one that was made: only where it would have been linked with it.
    const twins = all.filter((pair) => isAnswered(pair) || (!isFree(pair) && pair.points >= rule.auto));
    for (const { a, b, points, verdicts } of [...doubtful, ...twins]) {
      for (const [side, own, id] of [
        ['A', a, b],
        ['B', b, a],
      ] as const) {
        const one = arrived.get(`${side} ${own}`);
        const candidate = { id, rule: rule.id, points: Math.round(points * 100) / 100, verdicts };
        if (one !== undefined) append(questions, one, [this.#marked(otherSide(side), candidate)]);
      }
    }
  }

  async #candidates(rule: ScoredRule, side: Side, ids: readonly string[]): Promise<readonly ComparedRow[]> {
    if (ids.length === 0) return [];
    return run(this.pools.general, candidatesOf[side], [this.pipeline.id, rule.index, ids, MOST_OF_A_KEY]);
  }

  #alike(rule: ScoredRule, rows: readonly ComparedRow[]): readonly Alike[] {
    return rows.flatMap((row): Alike[] => {
      const { points, parts } = score(rule, readProfile(row.a), readProfile(row.b));
      if (points < rule.review) return [];
      return [{ a: row.a_id, b: row.b_id, points, verdicts: explain(rule, parts) }];
    });
  }

  /** Records of both sides by exact rule and key. */
  async #byKey(arrivals: readonly Newcomer[]): Promise<ReadonlyMap<string, Found>> {
    const keys = keyRules(this.pipeline).flatMap(({ index }) =>
      [...new Set(arrivals.flatMap((one) => one.keys.get(index) ?? []))].map((key) => [index, key] as const),
    );
    const ids: Record<Side, Map<string, string[]>> = { A: new Map(), B: new Map() };
    const most = MOST_OF_A_KEY + 1;
    for (const side of SIDES) {
      const rows = await run(this.pools.general, findByKey, [
        this.pipeline.id,
        side,
        keys.map(([index]) => index),
        keys.map(([, key]) => key),
        most,
      ]);
      for (const { rule, match_key: key, ext_id: id } of rows) {
        const at = `${String(rule)} ${key}`;
        ids[side].set(at, [...(ids[side].get(at) ?? []), id]);
      }
      await this.#known.learn(
        side,
        rows.map((row) => row.ext_id),
      );
    }
    const apart = await this.#apart(arrivals, ids);
    const found = new Map<string, Found>();
    for (const one of arrivals) {
      for (const [index, key] of one.keys) {
        const at = `${String(index)} ${key}`;
        const isApart = (id: string): boolean =>
          apart.has(JSON.stringify(one.side === 'A' ? [one.state.id, id] : [id, one.state.id]));
        const [here, there] = [one.side, otherSide(one.side)].map((side) =>
          (ids[side].get(at) ?? []).filter((id) => !this.#known.ended.has(`${side} ${id}`)),
        ) as [string[], string[]];
        found.set(foundKey(one, index), {
          here: here.filter((id) => !this.#known.twins.has(`${one.side} ${id}`)),
          there: there.filter((id) => !isApart(id)),
          crowded: SIDES.some((side) => (ids[side].get(at)?.length ?? 0) === most),
        });
      }
    }
    return found;
  }

  async #apart(
    arrivals: readonly Newcomer[],
    ids: Readonly<Record<Side, ReadonlyMap<string, readonly string[]>>>,
  ): Promise<ReadonlySet<string>> {
    const pairs = arrivals.flatMap((one) =>
      [...one.keys].flatMap(([index, key]) =>
        (ids[otherSide(one.side)].get(`${String(index)} ${key}`) ?? []).map((id) =>
          one.side === 'A' ? [one.state.id, id] : [id, one.state.id],
        ),
      ),
    );
    if (pairs.length === 0) return new Set();
    const rows = await run(this.pools.general, keptApart, [
      this.pipeline.id,
      pairs.map(([a]) => a),
      pairs.map(([, b]) => b),
    ]);
    return new Set(rows.map((row) => JSON.stringify([row.a_id, row.b_id])));
  }

  #marked(side: Side, candidate: Candidate): Candidate {
    return this.#known.twins.has(`${side} ${candidate.id}`) ? { ...candidate, isTwin: true } : candidate;
  }
}

interface Alike {
  readonly a: string;
  readonly b: string;
  readonly points: number;
  readonly verdicts: readonly AttributeVerdict[];
}

function foundKey(one: Newcomer, rule: number): string {
  return `${one.side} ${String(rule)} ${one.state.id}`;
}

function append(
  questions: Map<Newcomer, readonly Candidate[]>,
  one: Newcomer,
  candidates: readonly Candidate[],
): void {
  const known = questions.get(one) ?? [];
  const fresh = candidates.filter(({ id }) => !known.some((other) => other.id === id));
  questions.set(one, [...known, ...fresh]);
}

/**
 * Whoever stands among the candidates of one that is asked about asks nothing. First come those about whom there is a question already,
 * then those of A.
 */
function onceEach(
  asking: readonly Subject[],
  asked: ReadonlySet<string>,
): { readonly once: readonly Subject[]; readonly shown: readonly Subject[] } {
  const place = ({ side, id }: Subject): number =>
    (asked.has(`${side} ${id}`) ? 0 : 2) + (side === 'A' ? 0 : 1);
  const beside = new Set<string>();
  const once: Subject[] = [];
  const shown: Subject[] = [];
  for (const one of [...asking].sort((x, y) => place(x) - place(y))) {
    if (beside.has(`${one.side} ${one.id}`)) shown.push(one);
    else {
      once.push(one);
      for (const { id } of one.candidates.slice(0, MOST_CANDIDATES))
        beside.add(`${otherSide(one.side)} ${id}`);
    }
  }
  return { once, shown };
}
