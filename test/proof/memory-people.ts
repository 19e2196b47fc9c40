import type { MemoryObject } from '../../src/connectors/memory/object.js';
import { arrayText, parseArrayText } from '../../src/core/canon/array-text.js';
import type { Raw } from '../../src/core/value.js';
import { TEXTS } from './killed-pipeline.js';

type SideName = 'a' | 'b';

/** People who work in two systems in memory; every text they type is new. */
export class MemoryPeople {
  #typed = 0;

  constructor(
    private readonly objects: Readonly<Record<SideName, MemoryObject>>,
    private readonly records: number,
    private readonly random: () => number,
  ) {}

  /** A third of the records on both sides, mostly alike, a third on each alone. */
  begin(): void {
    const third = Math.floor(this.records / 3);
    for (let n = 1; n <= this.records; n++) {
      for (const side of ['a', 'b'] as const) {
        if (side === 'a' ? n > 2 * third : n <= third) continue;
        const from = n % 10 === 7 ? side : 'start';
        this.#insert(side, `k${String(n)}`, (field) => `${from}-${field}-${String(n)}`);
      }
    }
  }

  edit(times: number): void {
    for (let i = 0; i < times; i++) this.#edit(this.random() < 0.5 ? 'a' : 'b');
  }

  #edit(side: SideName): void {
    const { system, now } = this.objects[side];
    if (this.random() < 0.02) {
      const key = this.#text(side, 'new');
      this.#insert(side, key, (field) => this.#text(side, field));
      return;
    }
    const ids = [...system.records.keys()];
    const id = ids[Math.floor(this.random() * ids.length)] as string;
    const standing = system.standing(id);
    if (standing?.alive !== true) return;
    const { values } = standing;
    const dice = this.random();
    if (dice < 0.015) system.remove(id, now());
    else system.edit(id, this.#change(side, dice, values), now());
  }

  #change(side: SideName, dice: number, values: Readonly<Record<string, Raw>>): Record<string, Raw> {
    if (dice < 0.15) return { n: String(Number(values.n ?? 0) + 1 + Math.floor(this.random() * 3)) };
    const tags = arrayOf(values.tags);
    if (dice < 0.25) return { tags: arrayText([...tags, this.#text(side, 'tag')]) };
    if (dice < 0.3 && tags.length > 0) return { tags: arrayText(tags.slice(1)) };
    if (dice < 0.4) {
      const place = this.#text(side, 'place');
      return { street: place, town: place };
    }
    if (dice < 0.42 && side === 'a') return { f3: this.#text(side, 'f3 bad') };
    const change: Record<string, Raw> = {};
    for (let i = this.random() < 0.25 ? 2 : 1; i > 0; i--) {
      const field = TEXTS[Math.floor(this.random() * TEXTS.length)] as string;
      change[field] = this.#text(side, field);
    }
    return change;
  }

  #insert(side: SideName, key: string, text: (field: string) => string): void {
    const { system, newId, now } = bound(this.objects[side]);
    const values = Object.fromEntries(TEXTS.map((field) => [field, text(field)]));
    const place = text('place');
    system.insert(newId(), { ...values, key, street: place, town: place, n: '0', tags: '{}' }, now());
  }

  #text(side: SideName, field: string): string {
    return `${side}${String(++this.#typed)}-${field}`;
  }
}

function bound(object: MemoryObject): {
  system: MemoryObject['system'];
  newId: () => string;
  now: () => number;
} {
  return { system: object.system, newId: () => object.newId(), now: object.now };
}

export function arrayOf(raw: Raw | undefined): readonly string[] {
  return typeof raw === 'string' ? (parseArrayText(raw) as string[]) : [];
}
