import { otherSide, type Side } from '../../core/clock.js';
import { MemorySystem } from '../../connectors/memory/system.js';
import { DATABASE } from '../../connectors/memory/traits.js';

/** What both sides know from the start. */
export const FIRST: readonly [string, string] = ['P0', 'P1'];

/**
 * The records that references point to: a table of their own on each side, where every record has an id of that side's own and carries the
 * name of what it stands for. The same number is another record on the other side. What an id means is read from here, not from the hub.
 */
export class Targets {
  readonly systems: Readonly<Record<Side, MemorySystem>> = {
    A: new MemorySystem(DATABASE),
    B: new MemorySystem(DATABASE),
  };
  #fresh = 0;

  constructor(at: number) {
    for (const name of FIRST) this.make('A', name, at);
    for (const name of [...FIRST].reverse()) this.make('B', name, at);
  }

  /** What the id stands for there, or stood for; `null`: nobody ever had it. */
  nameOf(side: Side, id: string): string | null {
    return (this.systems[side].standing(id)?.values.name as string | undefined) ?? null;
  }

  /** The id by which it can be pointed to on the side now. */
  idOf(side: Side, name: string): string | null {
    for (const [id, { now }] of this.systems[side].records)
      if (now.alive && now.values.name === name) return id;
    return null;
  }

  isThere(side: Side, id: string): boolean {
    return this.systems[side].standing(id)?.alive === true;
  }

  make(side: Side, name: string, at: number, was: string | null = null): string {
    const id = this.freeId(side);
    this.systems[side].insert(id, { name, was }, at);
    return id;
  }

  freeId(side: Side): string {
    return String(this.systems[side].records.size + 1);
  }

  /** Somebody on the side points to this, or to a record that is made for it; what has gone is pointed to by nobody. */
  choose(side: Side, wanted: string | null, at: number): string {
    if (wanted !== null) {
      if (this.idOf(side, wanted) !== null) return wanted;
      const elsewhere = this.idOf(otherSide(side), wanted) !== null;
      if (elsewhere && !this.#wasOn(side, wanted)) {
        this.make(side, wanted, at);
        return wanted;
      }
    }
    const name = `${side}t${String(++this.#fresh)}`;
    this.make(side, name, at);
    return name;
  }

  /** Somebody deletes one. @returns its id */
  remove(side: Side, pick: number, at: number, mayGo: (id: string) => boolean): string | null {
    const there = this.#there(side).filter(mayGo);
    const id = there[pick % Math.max(1, there.length)];
    if (id === undefined) return null;
    this.systems[side].remove(id, at);
    return id;
  }

  /** Somebody gives one another id. @returns both */
  move(side: Side, pick: number, at: number): readonly [from: string, to: string] | null {
    const there = this.#there(side);
    const id = there[pick % Math.max(1, there.length)];
    if (id === undefined) return null;
    const to = this.make(side, this.nameOf(side, id) as string, at, id);
    this.systems[side].remove(id, at);
    return [id, to];
  }

  #there(side: Side): readonly string[] {
    return [...this.systems[side].records].flatMap(([id, { now }]) => (now.alive ? [id] : []));
  }

  #wasOn(side: Side, name: string): boolean {
    return [...this.systems[side].records.values()].some(({ now }) => now.values.name === name);
  }
}
