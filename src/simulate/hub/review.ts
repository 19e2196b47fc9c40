import { dotText, vectorText } from '../../core/clock.js';
import type { Candidate, Conflict } from '../../core/conflict.js';
import { contestDecision, decide, shownVersions, undoHeld } from '../../core/decide.js';
import type { Unit, Version } from '../../core/unit.js';
import type { Canon } from '../../core/value.js';
import type { Store } from './store.js';
import type { Switches } from './switches.js';

/** What the people who decide need of the hub. */
export interface ReviewedHub {
  readonly now: number;
  readonly store: Store;
  readonly switches: Switches;
  transaction(work: (units: Map<string, Unit>) => void): void;
}

/** What a person had in view. */
interface Screen {
  readonly candidates: readonly Candidate[];
  readonly versions: readonly Version[];
  readonly names: string;
}

/** A click, with all that it says: sent twice, it counts once. */
export interface Click {
  readonly id: string;
  readonly unit: string;
  readonly value: Canon;
  readonly shown: readonly Version[];
  readonly holdMs: number;
}

/** The people who decide: screens that may be out of date, clicks that come twice, decisions that are taken back. */
export class Review {
  readonly #screens = new Map<string, Screen[]>();
  readonly #clicked = new Set<string>();
  readonly #undoable = new Map<string, { readonly id: string; readonly earlier: readonly Version[] }>();

  constructor(private readonly hub: ReviewedHub) {}

  screen(key: string, unit: Unit, { candidates }: Conflict): void {
    const screens = this.#screens.get(key) ?? [];
    const versions = shownVersions(unit, candidates);
    const names = versions.map(({ dot }) => dotText(dot)).join();
    // Only what looks different is another look.
    if (names === screens[screens.length - 1]?.names) return;
    screens.push({ candidates, versions, names });
    if (screens.length > 3) screens.shift();
    this.#screens.set(key, screens);
  }

  /** What somebody would send who looked so many looks ago and picks this candidate, or types a value of their own (`choice` −1). */
  click(key: string, looksAgo: number, choice: number, own: Canon, holdMs: number): Click | null {
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
    };
  }

  decide({ id, unit: key, value, shown, holdMs }: Click): void {
    const { hub } = this;
    if (this.#clicked.has(id)) return;
    this.#clicked.add(id);
    if (!hub.store.conflicts.has(key)) return;
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
      });
    });
  }

  /** Takes the last decision about a unit back: without a trace while it is held, as a new question once it was written. */
  undo(key: string): void {
    const last = this.#undoable.get(key);
    if (last === undefined) return;
    this.#undoable.delete(key);
    const { hub } = this;
    hub.transaction((units) => {
      const unit = units.get(key);
      if (unit === undefined) return;
      if (unit.decision !== null) units.set(key, undoHeld(unit));
      else if (unit.contest === null) units.set(key, contestDecision(unit, last.earlier, 'taken back'));
      hub.store.told.push({ at: hub.now, kind: 'undone', unit: key, id: last.id });
    });
  }
}
