import type { Evidence, Stood, UnitFacts, Value } from './evidence.js';
import { text } from './text.js';

/**
 * Who knew what, from the systems' own journals alone: a value that is typed into a field knows every value that stood there before,
 * and whatever the makers of those values knew. Values are told apart by their text; they are unique wherever that matters.
 */
export class Knowledge {
  /** Text of a value → texts of the values its makers had seen. */
  readonly #known = new Map<string, Set<string>>();
  /** Sides that show what a backup had, which nobody has edited. */
  readonly #setBack: Record<'A' | 'B', boolean> = { A: false, B: false };
  readonly #seen: Readonly<Record<'A' | 'B', Set<string>>> = { A: new Set(), B: new Set() };

  /**
   * @param policies also count what the hub names as given way to a policy's choice: whoever builds on the choice need not have seen it
   */
  constructor(
    private readonly evidence: Evidence,
    readonly unit: UnitFacts,
    private readonly policies: boolean,
    onWrite: (entry: Stood, knowledge: Knowledge) => void = () => undefined,
  ) {
    for (const side of ['A', 'B'] as const) {
      const value = evidence.initial[side][unit.key];
      for (const name of this.#names(value)) this.#seen[side].add(name);
      this.#learn(value, this.#seen[side]);
    }
    const told = evidence.everTold.filter((row) => row.unit === unit.key);
    let next = 0;
    for (const entry of evidence.stood) {
      if (entry.unit !== unit.key) continue;
      for (; next < told.length && (told[next]?.at ?? 0) <= entry.at; next++) this.#hear(told[next] as never);
      this.#stands(entry, onWrite);
    }
    for (; next < told.length; next++) this.#hear(told[next] as never);
  }

  knows(value: Value, earlier: Value): boolean {
    const of = text(value);
    const known = this.#known.get(of);
    return this.#names(earlier).some((what) => of === what || known?.has(what) === true);
  }

  #stands(entry: Stood, onWrite: (entry: Stood, knowledge: Knowledge) => void): void {
    const value = text(entry.value);
    const wasSetBack = this.#setBack[entry.side];
    this.#setBack[entry.side] = entry.by === 'restore';
    if (entry.by === 'hub' || entry.by === 'restore') {
      // What was deleted unread, by somebody on that side, was not replaced by the hub; nor what is known to have gone before.
      const before = text(entry.before);
      const gone =
        entry.anew &&
        (!this.evidence.sides[entry.side].complete ||
          this.evidence.everTold.some(
            (row) => row.kind === 'superseded' && row.unit === entry.unit && text(row.value) === before,
          ));
      const ours = entry.by === 'hub' && !wasSetBack && !gone;
      if (ours && value !== text(entry.before)) onWrite(entry, this);
      const seen = this.#seen[entry.side];
      seen.clear();
      for (const known of this.#known.get(value) ?? []) seen.add(known);
      seen.add(value);
      return;
    }
    const seen = this.#seen[entry.side];
    // Somebody may have decided meanwhile for just the value that stood there: nothing had to be written for that.
    for (const known of this.#known.get(text(entry.before)) ?? []) seen.add(known);
    for (const name of this.#names(entry.value)) seen.add(name);
    this.#learn(entry.value, seen);
  }

  #hear(row: Evidence['told'][number]): void {
    if (row.kind === 'observed') this.#retype(row);
    // Whoever takes a decision back has what it made in view.
    if (row.kind === 'gives-back')
      for (const value of row.over ?? []) this.#learn(row.value, this.#names(value));
    const values =
      row.kind === 'decided' ? row.shown : row.kind === 'authored' && this.policies ? row.over : undefined;
    if (values === undefined) return;
    for (const value of values)
      this.#learn(row.value, [...this.#names(value), ...(this.#known.get(text(value)) ?? [])]);
  }

  /**
   * On a side whose changes are read in order, whoever types over a value counts as knowing all that was decided for that very value until
   * the edit is read: on that side nothing had to be written for it.
   */
  #retype({ side, value, at }: Evidence['told'][number]): void {
    if (side === undefined || !this.evidence.sides[side].ordered) return;
    const typed = this.evidence.stood.findLast(
      (one) =>
        one.unit === this.unit.key &&
        one.side === side &&
        one.by !== 'hub' &&
        one.at <= at &&
        text(one.value) === text(value),
    );
    if (typed !== undefined) this.#learn(value, [...(this.#known.get(text(typed.before)) ?? [])]);
  }

  /** The value, and what the sides make of it: whoever knows the one knows the other. */
  #names(value: Value): readonly string[] {
    const names = [text(value)];
    for (const side of ['A', 'B'] as const) {
      const form = this.evidence.sides[side].form(this.unit.key, value);
      if (form !== value) names.push(text(form));
    }
    return names;
  }

  #learn(value: Value, seen: Iterable<string>): void {
    for (const name of this.#names(value)) {
      const known = this.#known.get(name);
      if (known === undefined) this.#known.set(name, new Set(seen));
      else for (const one of seen) known.add(one);
    }
  }
}
