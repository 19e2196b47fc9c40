import { defaultClock, rawOf, readUnit, writeUnit } from '../../../src/core/at-rest.js';
import { dotText, flatten, vectorText, type VersionVector } from '../../../src/core/clock.js';
import { SIDES } from '../../../src/core/clock.js';
import type { Plan, UnitPlan } from '../../../src/core/plan.js';
import type { RecordResult } from '../../../src/core/record.js';
import { image, type Unit, type Version } from '../../../src/core/unit.js';
import { jsonEqual, stableStringify, type Canon, type Json } from '../../../src/core/value.js';

const CLOCKS = ['A1|', 'B1|', 'H1|1.1', 'H7|3.3.6', '|'];

/** Looks over the hub's shoulder, notes what it says, and complains where a law of the kernel is broken. */
export class Watch {
  readonly faults: string[] = [];
  /** Unit and value that some lineage, conflict or decision names. */
  readonly named = new Set<string>();
  readonly #dots = new Set<string>();
  /** Unit and dot of a decision → what its maker had on the screen. */
  readonly #onScreen = new Map<string, ReadonlySet<string>>();
  #round = 0;

  fault(words: string): void {
    this.faults.push(words);
  }

  isNamed(unit: string, value: Canon): boolean {
    return this.named.has(nameOf(unit, value));
  }

  /** P9: a dot is issued once. */
  event(unit: string, dot: string): void {
    const id = `${unit} ${dot}`;
    if (this.#dots.has(id)) this.fault(`P9: the dot ${dot} of ${unit} was issued twice`);
    this.#dots.add(id);
  }

  decided(key: string, unit: Unit, shown: readonly Version[]): void {
    const { decision } = unit;
    if (decision === null) return;
    this.event(key, dotText(decision.dot));
    // Whoever sees an earlier decision has what its maker had on the screen.
    const screen = new Set(shown.map(({ value }) => nameOf(key, value)));
    for (const { dot } of shown)
      for (const name of this.#onScreen.get(`${key} ${dotText(dot)}`) ?? []) screen.add(name);
    this.#onScreen.set(`${key} ${dotText(decision.dot)}`, screen);
    for (const version of [decision, ...shown]) this.named.add(nameOf(key, version.value));
  }

  resolved(
    plan: Plan,
    before: ReadonlyMap<string, Unit>,
    result: RecordResult,
    unsettled: boolean,
    now: number,
  ): void {
    if (unsettled && (result.authored.length > 0 || result.writes.A.length + result.writes.B.length > 0)) {
      this.fault('something was authored or written while a write was not settled');
    }
    for (const { key, outcome, before: from, after } of result.authored) {
      if (outcome.how !== 'fast-forward') this.event(key, dotText(after.head.dot));
      if (!includes(flatten(after.head), flatten(from.head)))
        this.fault(`P9: the context of head of ${key} shrank`);
      for (const side of SIDES) {
        if (!includes(flatten(after.head), flatten(image(from, side))))
          this.fault(`head of ${key} does not cover what ${side} holds`);
      }
      for (const { version } of outcome.overridden) {
        const name = nameOf(key, version.value);
        this.named.add(name);
        // P5: nobody decides over what was not on the screen.
        if (
          outcome.how === 'decision' &&
          this.#onScreen.get(`${key} ${dotText(from.decision?.dot ?? null)}`)?.has(name) !== true
        ) {
          this.fault(`P5: a decision about ${key} replaced ${name}, which was not shown`);
        }
      }
    }
    for (const [key, conflict] of result.conflicts) {
      for (const { value } of conflict.candidates) this.named.add(nameOf(key, value));
      if (SIDES.some((side) => result.writes[side].includes(key)))
        this.fault(`${key} is in conflict and written`);
    }
    for (const set of plan.holdSets) {
      if (![...set].some((key) => result.conflicts.has(key) || result.held.has(key))) continue;
      if ([...set].some((key) => SIDES.some((side) => result.writes[side].includes(key)))) {
        this.fault('a unit was written while its set is held');
      }
    }
    if (before.size !== result.units.size) this.fault('units were lost');
    if (result.lookAgainAt !== null && result.lookAgainAt !== 0 && result.lookAgainAt <= now) {
      this.fault('asked to look again in the past');
    }
  }

  /** What is stored comes back, whatever clock the record has; only head's time and author may be dropped at rest. */
  stored(plan: UnitPlan, unit: Unit): void {
    const clocks = [...CLOCKS, defaultClock(unit.head)];
    const clock = clocks[this.#round++ % clocks.length] as string;
    const { field, open } = JSON.parse(JSON.stringify(writeUnit(plan, clock, unit))) as {
      field: Json;
      open: Json | null;
    };
    const back = readUnit(clock, field, open ?? undefined);
    const [wrote, read] = [essence(plan, unit, open === null), essence(plan, back, open === null)];
    if (wrote !== read) this.fault(`stored ${wrote} and read ${read} under ${clock}`);
    const again = writeUnit(plan, clock, back);
    if (!jsonEqual(again as unknown as Json, { field, open }))
      this.fault(`stored twice it differs: ${wrote}`);
  }
}

export function nameOf(unit: string, value: Canon): string {
  return `${unit} ${stableStringify(value)}`;
}

function includes(x: VersionVector, y: VersionVector): boolean {
  return y.every((n, i) => (x[i] as number) >= n);
}

function essence(plan: UnitPlan, unit: Unit, atRest: boolean): string {
  const version = (v: Version): unknown => [
    v.value,
    dotText(v.dot),
    vectorText(v.ctx),
    ...(atRest ? [] : [v.stamp, v.by]),
  ];
  const side = (s: 'A' | 'B'): unknown => [version(image(unit, s)), rawOf(plan, s, image(unit, s))];
  return JSON.stringify([
    version(unit.head),
    side('A'),
    side('B'),
    unit.incA ?? 'none',
    unit.incB ?? 'none',
    unit.orphans.map((o) => [version(o), o.side, o.base]),
    unit.decision === null ? null : [version(unit.decision), unit.decision.id, unit.decision.dueAt],
    unit.contest === null
      ? null
      : [
          unit.contest.kind,
          vectorText(unit.contest.ctx),
          unit.contest.candidates.map(version),
          unit.contest.reason,
        ],
    vectorText(unit.tick),
    unit.blocked,
  ]);
}
