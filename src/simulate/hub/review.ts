import { dotText, SIDES, vectorText, type Side } from '../../core/clock.js';
import { conflictKey, type Candidate, type Conflict } from '../../core/conflict.js';
import { decide, shownVersions, undoHeld, undoWritten } from '../../core/decide.js';
import { heldBefore, type HeldBefore } from '../../core/give-back.js';
import { LIFE_UNIT } from '../../core/life.js';
import { LIFE, type Plan, type UnitPlan } from '../../core/plan.js';
import { image, type Incorporated, type Unit, type Version } from '../../core/unit.js';
import type { Canon } from '../../core/value.js';
import type { Store } from './store.js';
import type { Switches } from './switches.js';

const NOTHING_IS_LATER = [Infinity, Infinity, Infinity, Infinity] as const;

/** What the people who decide need of the hub. */
export interface ReviewedHub {
  readonly plan: Plan;
  readonly now: number;
  readonly store: Store;
  readonly switches: Switches;
  transaction(work: (units: Map<string, Unit>) => void): void;
  /** Whatever a person has done to a record, it is looked at once more by what is known by now. */
  lookAgain(): void;
}

/** What a person had in view. */
interface Screen {
  readonly candidates: readonly Candidate[];
  readonly versions: readonly Version[];
  readonly look: string;
  /** The conflict as it was shown. */
  readonly conflict: string;
}

/** The last decision about a unit. */
interface Undoable {
  readonly id: string;
  readonly earlier: readonly Version[];
}

/** What was there when a decision became head. */
interface CarriedOut {
  readonly before: HeldBefore;
  readonly base: Incorporated;
  /** How much the hub had told by then. */
  readonly said: number;
}

/** A click, with all that it says: sent twice, it counts once. */
export interface Click {
  readonly id: string;
  readonly unit: string;
  readonly value: Canon;
  readonly shown: readonly Version[];
  readonly holdMs: number;
  /** The conflict that is decided, as it was shown; `null`: whichever is open, by the versions shown. */
  readonly match: string | null;
}

/** The people who decide: screens that may be out of date, clicks that come twice, decisions that are taken back. */
export class Review {
  readonly #screens = new Map<string, Screen[]>();
  readonly #clicked = new Set<string>();
  readonly #undoable = new Map<string, Undoable>();
  readonly #carriedOut = new Map<string, CarriedOut>();

  constructor(private readonly hub: ReviewedHub) {}

  /** The hub's disk was set back: whoever decides looks anew, and nothing that was decided since is there to be taken back. */
  forget(): void {
    this.#screens.clear();
    this.#undoable.clear();
    this.#carriedOut.clear();
  }

  screen(key: string, unit: Unit, conflict: Conflict): void {
    const { candidates } = conflict;
    const screens = this.#screens.get(key) ?? [];
    const versions = shownVersions(unit, candidates);
    const look = `${conflictKey(conflict)} ${dotText(unit.head.dot)}`;
    // Only what looks different is another look.
    if (look === screens[screens.length - 1]?.look) return;
    screens.push({ candidates, versions, look, conflict: conflictKey(conflict) });
    if (screens.length > 3) screens.shift();
    this.#screens.set(key, screens);
  }

  /** What somebody would send who looked so many looks ago and picks this candidate, or types a value of their own (`choice` −1). */
  click(
    key: string,
    looksAgo: number,
    choice: number,
    own: Canon,
    holdMs: number,
    exact: boolean,
  ): Click | null {
    const screens = this.#screens.get(key) ?? [];
    const screen = screens[screens.length - 1 - looksAgo] ?? screens[screens.length - 1];
    if (screen === undefined || !this.hub.store.conflicts.has(key)) return null;
    const picked = choice < 0 ? undefined : screen.candidates[choice % (screen.candidates.length + 1)];
    const id = `d${String(++this.hub.store.ids)}`;
    return {
      id,
      unit: key,
      value: picked === undefined ? own : picked.value,
      shown: screen.versions,
      holdMs,
      match: exact ? screen.conflict : null,
    };
  }

  decide({ id, unit: key, value, shown, holdMs, match }: Click): void {
    const { hub } = this;
    if (this.#clicked.has(id)) return;
    this.#clicked.add(id);
    if (!hub.store.conflicts.has(key)) return;
    if (match !== null && match !== hub.store.conflicts.get(key) && hub.switches.onlyAsShown) return;
    hub.transaction((units) => {
      const unit = units.get(key);
      if (unit === undefined) return;
      const seen = hub.switches.decisionKnowsShown ? shown : [...shown, unit.A, unit.B, unit.head];
      const by = { kind: 'person', name: 'a steward' } as const;
      const next = decide(unit, { id, value, shown: seen, by, dueAt: hub.now + holdMs });
      units.set(key, next);
      const screens = this.#screens.get(key) ?? [];
      this.#undoable.set(key, { id, earlier: screens[screens.length - 1]?.candidates ?? [] });
      const { dot, ctx } = next.decision as NonNullable<Unit['decision']>;
      hub.store.told.push({
        at: hub.now,
        kind: 'decided',
        unit: key,
        id,
        value,
        dot: dotText(dot),
        ctx: vectorText(ctx),
        shown: shown.map((version) => version.value),
        match,
      });
    });
    hub.lookAgain();
  }

  /** Units of which a decision can be taken back. */
  get undoable(): readonly string[] {
    return [...this.#undoable.keys()];
  }

  /** A decision became head: what its undo gives back is what stood then. */
  carriedOut(id: string, unit: Unit): void {
    const base = unit.contest?.undone === undefined ? { value: unit.head.value } : unit.contest.undone.base;
    this.#carriedOut.set(id, { before: heldBefore(unit), base, said: this.hub.store.told.length });
  }

  /** Takes the last decision about a unit back: without a trace while it is held; once written, each side gets back what it held. */
  undo(key: string): void {
    const last = this.#undoable.get(key);
    if (last === undefined) return;
    this.#undoable.delete(key);
    const { hub } = this;
    // What was decided about the fields of a record that has ended is not undone; that it was deleted, is.
    if (hub.store.ended && key !== LIFE) return;
    hub.transaction((units) => {
      const unit = units.get(key);
      if (unit === undefined || (hub.store.ended && unit.head.value !== 'deleted')) return;
      const written = this.#carriedOut.get(last.id);
      if (unit.decision !== null) {
        units.set(key, undoHeld(unit));
      } else if (written !== undefined) {
        this.#giveBack(units, key, last, written);
        return;
      }
      hub.store.told.push({ at: hub.now, kind: 'undone', unit: key, id: last.id, sides: null });
    });
    hub.lookAgain();
  }

  #giveBack(units: Map<string, Unit>, key: string, { id, earlier }: Undoable, written: CarriedOut): void {
    const { hub } = this;
    const { told, ended } = hub.store;
    const plan = key === LIFE ? LIFE_UNIT : (hub.plan.unit.get(key) as UnitPlan);
    const stood = units.get(key) as Unit;
    const since = told.slice(written.said);
    const edited = (side: Side): boolean =>
      key === LIFE && since.some((row) => row.kind === 'observed' && row.unit !== LIFE && row.side === side);
    const { undoGivesBack, undoSparesEdits } = hub.switches;
    const spared = written.before.tick;
    const before = { ...written.before, tick: undoSparesEdits ? spared : NOTHING_IS_LATER };
    const { unit: undone, sides } = undoWritten(plan, stood, {
      decision: id,
      before,
      earlier,
      base: written.base,
      edited: { A: edited('A'), B: edited('B') },
      reason: () => 'taken back',
    });
    const unit = undoGivesBack ? undone : withoutGivingBack(undone);
    units.set(key, unit);
    if (key === LIFE) hub.store.headAt.set(LIFE, hub.now);
    // Both records were gone: the link begins again.
    if (ended && key === LIFE) hub.store.ended = false;
    told.push({ at: hub.now, kind: 'undone', unit: key, id, sides });
    for (const side of SIDES) {
      const back = unit.contest?.undone?.[side];
      if (back === undefined || back === null) continue;
      const { value, dot, ctx } = back.version;
      const clock = { dot: dotText(dot), ctx: vectorText(ctx) };
      // A head that was made since may still be on its way there.
      const heads = since.flatMap((row) => (row.kind === 'authored' && row.unit === key ? [row.value] : []));
      const over = [stood.head.value, image(stood, side).value, ...heads];
      told.push({ at: hub.now, kind: 'gives-back', unit: key, side, value, ...clock, over });
    }
  }
}

function withoutGivingBack(unit: Unit): Unit {
  if (unit.contest?.undone === undefined) return unit;
  return { ...unit, contest: { ...unit.contest, undone: { ...unit.contest.undone, A: null, B: null } } };
}
