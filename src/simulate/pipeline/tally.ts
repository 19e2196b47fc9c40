import type { Violation } from '../oracle/evidence.js';
import type { Verdict } from '../run.js';
import type { Action } from '../world/action.js';

/** What was tried in some runs, and what came of it. Plain numbers: those of several processes add up. */
export interface Tally {
  runs: number;
  /** Names of what was done or went wrong → how often. */
  readonly tried: Record<string, number>;
  readonly units: Record<string, UnitTally>;
  /** Runs in which something was violated. */
  violated: number;
  /** Property → field → runs. */
  readonly violations: Record<string, Record<string, number>>;
  /** The first run in which each property was violated, by its seed. */
  readonly firstSeed: Record<string, number>;
}

export interface UnitTally {
  runs: number;
  edits: number;
  /** How often a person was asked, by why. */
  readonly asked: Record<string, number>;
}

export function emptyTally(): Tally {
  return { runs: 0, tried: {}, units: {}, violated: 0, violations: {}, firstSeed: {} };
}

/** Counts a run. */
export function count(tally: Tally, { history, evidence, violations }: Verdict): void {
  tally.runs++;
  const tried = (what: string, times = 1): void => {
    if (times > 0) tally.tried[what] = (tally.tried[what] ?? 0) + times;
  };
  for (const action of history.actions) for (const what of namesOf(action)) tried(what);
  tried('edits', evidence.stood.filter(({ by, anew }) => by === 'user' && !anew).length);
  tried('writes by Accord', evidence.hubWrites);
  tried('deletions', evidence.lives.filter(({ did, by }) => did === 'delete' && by === 'user').length);
  tried(
    'records made again',
    evidence.lives.filter(({ at, did, by }) => at > 1_000 && did === 'insert' && by === 'user').length,
  );
  tried('decisions', evidence.told.filter(({ kind }) => kind === 'decided').length);
  tried('decisions taken back', evidence.told.filter(({ kind }) => kind === 'undone').length);
  tried('policies changed', evidence.told.filter(({ kind }) => kind === 'policy').length);
  for (const { key } of evidence.units) {
    const unit = (tally.units[key] ??= { runs: 0, edits: 0, asked: {} });
    unit.runs++;
    unit.edits += evidence.stood.filter((one) => one.unit === key && one.by === 'user' && !one.anew).length;
    for (const { kind, unit: of, why } of evidence.told) {
      if (kind === 'asked' && of === key) unit.asked[why ?? ''] = (unit.asked[why ?? ''] ?? 0) + 1;
    }
  }
  countViolations(tally, history.seed, violations);
}

function countViolations(tally: Tally, seed: number, violations: readonly Violation[]): void {
  if (violations.length > 0) tally.violated++;
  const seen = new Set<string>();
  for (const { property, unit } of violations) {
    if (seen.has(`${property} ${unit}`)) continue;
    seen.add(`${property} ${unit}`);
    const of = (tally.violations[property] ??= {});
    of[unit] = (of[unit] ?? 0) + 1;
    tally.firstSeed[property] = Math.min(tally.firstSeed[property] ?? Infinity, seed);
  }
}

/** What others counted, added. */
export function add(tally: Tally, more: Tally): void {
  tally.runs += more.runs;
  tally.violated += more.violated;
  addAll(tally.tried, more.tried);
  for (const [key, unit] of Object.entries(more.units)) {
    const mine = (tally.units[key] ??= { runs: 0, edits: 0, asked: {} });
    mine.runs += unit.runs;
    mine.edits += unit.edits;
    addAll(mine.asked, unit.asked);
  }
  for (const [property, units] of Object.entries(more.violations))
    addAll((tally.violations[property] ??= {}), units);
  for (const [property, seed] of Object.entries(more.firstSeed))
    tally.firstSeed[property] = Math.min(tally.firstSeed[property] ?? Infinity, seed);
}

function addAll(into: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [key, n] of Object.entries(more)) into[key] = (into[key] ?? 0) + n;
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
