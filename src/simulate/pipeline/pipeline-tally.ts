import { LIFE } from '../../core/plan.js';
import type { Evidence, Violation } from '../oracle/evidence.js';
import type { History, Verdict } from '../run.js';
import type { Action } from '../world/action.js';

/** What was tried in some runs, and what came of it. Plain numbers: those of several threads add up. */
export interface PipelineTally {
  runs: number;
  /** Names of what was done or went wrong → how often. */
  readonly tried: Record<string, number>;
  readonly units: Record<string, UnitTally>;
  /** Runs in which something was violated. */
  violated: number;
  /** Property → field → runs. */
  readonly violations: Record<string, Record<string, number>>;
  /** Property → runs in which it was violated anywhere. */
  readonly broken: Record<string, number>;
  /** The first run in which each property was violated, by its seed. */
  readonly firstSeed: Record<string, number>;
  /** The same among runs whose two records share a past: easier to follow. */
  readonly plainSeed: Record<string, number>;
}

export interface UnitTally {
  runs: number;
  /** In runs in which the policy stayed as it is. */
  edits: number;
  /** In the same runs: how often a person was asked, by why. */
  readonly asked: Record<string, number>;
}

/** When the two records are made. */
const BEGINNING = 1_000;

export function emptyTally(): PipelineTally {
  return {
    runs: 0,
    tried: {},
    units: {},
    violated: 0,
    violations: {},
    broken: {},
    firstSeed: {},
    plainSeed: {},
  };
}

/** Counts a run. */
export function count(tally: PipelineTally, { history, evidence, violations }: Verdict): void {
  tally.runs++;
  const { lives, stood, told } = evidence;
  const tried = (what: string, times: number): void => {
    if (times > 0) tally.tried[what] = (tally.tried[what] ?? 0) + times;
  };
  for (const action of history.actions) for (const what of namesOf(action)) tried(what, 1);
  const later = lives.filter(({ at, by }) => by === 'user' && at > BEGINNING);
  tried('edits', stood.filter(({ by, anew }) => by === 'user' && !anew).length);
  tried('writes by Accord', evidence.hubWrites);
  tried('deletions', later.filter(({ did }) => did === 'delete').length);
  tried('records made again', later.filter(({ did }) => did === 'insert').length);
  tried('decisions', told.filter(({ kind }) => kind === 'decided').length);
  tried('decisions taken back', told.filter(({ kind }) => kind === 'undone').length);
  tried('policies changed', told.filter(({ kind }) => kind === 'policy').length);
  countUnit(tally, LIFE, later.length, told);
  for (const { key } of evidence.units)
    countUnit(
      tally,
      key,
      stood.filter(({ unit, by, anew }) => unit === key && by === 'user' && !anew).length,
      told,
    );
  countViolations(tally, history, violations);
}

function countUnit(tally: PipelineTally, key: string, edits: number, told: Evidence['told']): void {
  const unit = (tally.units[key] ??= { runs: 0, edits: 0, asked: {} });
  unit.runs++;
  // Where its policy was edited on the way, what is asked says nothing about the policy in the file.
  if (told.some(({ kind, unit: of }) => kind === 'policy' && of === key)) return;
  unit.edits += edits;
  for (const row of told) {
    if (row.kind !== 'asked' || row.unit !== key) continue;
    const why = row.why ?? '';
    unit.asked[why] = (unit.asked[why] ?? 0) + 1;
  }
}

function countViolations(
  tally: PipelineTally,
  { seed, setup }: History,
  violations: readonly Violation[],
): void {
  if (violations.length > 0) tally.violated++;
  for (const property of new Set(violations.map((one) => one.property))) {
    const units = new Set(violations.flatMap((one) => (one.property === property ? [one.unit] : [])));
    const of = (tally.violations[property] ??= {});
    for (const unit of units) of[unit] = (of[unit] ?? 0) + 1;
    tally.broken[property] = (tally.broken[property] ?? 0) + 1;
    earlier(tally.firstSeed, property, seed);
    if (!setup.linked) earlier(tally.plainSeed, property, seed);
  }
}

/** What others counted, added. */
export function add(tally: PipelineTally, more: PipelineTally): void {
  tally.runs += more.runs;
  tally.violated += more.violated;
  addAll(tally.tried, more.tried);
  addAll(tally.broken, more.broken);
  for (const [key, unit] of Object.entries(more.units)) {
    const mine = (tally.units[key] ??= { runs: 0, edits: 0, asked: {} });
    mine.runs += unit.runs;
    mine.edits += unit.edits;
    addAll(mine.asked, unit.asked);
  }
  for (const [property, units] of Object.entries(more.violations))
    addAll((tally.violations[property] ??= {}), units);
  for (const [property, seed] of Object.entries(more.firstSeed)) earlier(tally.firstSeed, property, seed);
  for (const [property, seed] of Object.entries(more.plainSeed)) earlier(tally.plainSeed, property, seed);
}

function addAll(into: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [key, n] of Object.entries(more)) into[key] = (into[key] ?? 0) + n;
}

function earlier(seeds: Record<string, number>, property: string, seed: number): void {
  seeds[property] = Math.min(seeds[property] ?? Infinity, seed);
}

function namesOf(action: Action): readonly string[] {
  switch (action.do) {
    case 'crash':
      return ['crashes of Accord'];
    case 'hint':
      return action.lost ? ['lost notifications'] : [];
    case 'serve':
      return action.lagMs > 0 ? ['late reads'] : [];
    case 'arrive':
      return fault(action.fault, 'lost answers to reads', 'answers to reads that came twice');
    case 'carry':
      return fault(action.fault, 'lost writes', 'writes that came twice');
    case 'answer':
      return fault(action.fault, 'lost answers to writes', 'answers to writes that came twice');
    case 'timeout':
      return ['answers not waited for'];
    case 'again':
      return ['writes sent again'];
    case 'pause':
      return ['pauses'];
    default:
      return [];
  }
}

function fault(kind: 'none' | 'lost' | 'twice', lost: string, twice: string): readonly string[] {
  return kind === 'none' ? [] : [kind === 'lost' ? lost : twice];
}
