import { otherSide, type Side } from '../../core/clock.js';
import type { UnitPlan } from '../../core/plan.js';
import type { Author } from '../../core/unit.js';
import { stableStringify, type Canon, type Raw } from '../../core/value.js';

/** What somebody did to one field; the judge's arithmetic rests on these and on nothing of the hub's. */
export interface Typed {
  readonly at: number;
  readonly side: Side;
  readonly unit: string;
  /** The whole value as it stands after it. */
  readonly value: Canon;
  readonly did:
    | { readonly what: 'set' }
    | { readonly what: 'plus'; readonly by: number }
    | { readonly what: 'add' | 'drop' | 'word' | 'leaf'; readonly item: string };
}

/** What one person has at hand who is about to type something. */
export interface Occasion {
  readonly side: Side;
  /** 0 to 11: what kind of edit it is. */
  readonly kind: number;
  readonly standing: Readonly<Record<Side, Canon>>;
  /** Rises with every edit of a run. */
  readonly n: number;
  /** Everything that stood in the field on that side, as stable texts. */
  readonly stood: readonly string[];
}

/** What people type into the fields of one pipeline. */
export interface Habits {
  /** What both records say at first, or one of them where they share no past (`linked`). */
  first(plan: UnitPlan, side: Side, linked: boolean): Canon;
  type(plan: UnitPlan, occasion: Occasion): Pick<Typed, 'value' | 'did'>;
  /** What an automation insists on. */
  automatic(plan: UnitPlan): Canon;
  /** Who makes an edit of this kind; sides with a log tell. */
  author(kind: number): Author;
  /** What a steward types who wants none of the candidates; `now`: what was agreed for another field, and what stands on the sides. */
  decides(plan: UnitPlan, n: number, now: (unit: string) => readonly Canon[]): Canon;
  /** Values that could be seen on a side, for trying out orders of observations. */
  others(plan: UnitPlan): readonly Canon[];
}

/** Types values as people do: mostly new ones, each unlike any other; now and then an old one, a blank, or the other side's. */
export class People {
  readonly typed: Typed[] = [];
  readonly #stood: Readonly<Record<Side, Map<string, string[]>>> = { A: new Map(), B: new Map() };
  readonly #before: Readonly<Record<Side, Map<string, Canon>>> = { A: new Map(), B: new Map() };
  #fresh = 0;

  /**
   * @param habits without them: what the simulator's own units are made for
   * @param choose what somebody comes to point to: as wanted, or (`null`, or gone) something new
   */
  constructor(
    private readonly habits?: Habits,
    private readonly choose: (side: Side, wanted: string | null) => string = () => '',
  ) {}

  /** A number that was not given away yet. */
  next(): number {
    return ++this.#fresh;
  }

  /** A value that nobody has typed yet. */
  fresh(prefix: string): string {
    return `${prefix}${String(++this.#fresh)}`;
  }

  stood(side: Side, unit: string, value: Canon): void {
    const texts = this.#stood[side].get(unit);
    const text = stableStringify(value);
    if (texts === undefined) this.#stood[side].set(unit, [text]);
    else if (!texts.includes(text)) texts.push(text);
  }

  type(at: number, plan: UnitPlan, side: Side, kind: number, standing: Readonly<Record<Side, Canon>>): Canon {
    const { value, did } = this.#choose(plan, side, kind, standing);
    this.typed.push({ at, side, unit: plan.key, value, did });
    this.#before[side].set(plan.key, standing[side]);
    this.stood(side, plan.key, value);
    return value;
  }

  #choose(
    plan: UnitPlan,
    side: Side,
    kind: number,
    standing: Readonly<Record<Side, Canon>>,
  ): Pick<Typed, 'value' | 'did'> {
    const now = standing[side];
    const fresh = this.fresh(side);
    const n = this.#fresh;
    if (plan.reference !== undefined) return this.#pointed(plan, side, kind, standing);
    if (this.habits !== undefined) {
      const stood = this.#stood[side].get(plan.key) ?? [];
      return this.habits.type(plan, { side, kind, standing, n, stood });
    }
    switch (mergeOf(plan)) {
      case 'counter': {
        const by = (kind % 7) - 3;
        return { value: String(Number(now ?? '0') + by), did: { what: 'plus', by } };
      }
      case 'set': {
        const members = [...((now ?? []) as readonly string[])];
        const gone = kind % 3 === 0 ? members.splice(kind % Math.max(1, members.length), 1)[0] : undefined;
        if (gone !== undefined) return { value: members, did: { what: 'drop', item: gone } };
        return { value: [...members, fresh].sort(), did: { what: 'add', item: fresh } };
      }
      case 'text': {
        const words = ((now ?? '') as string).split(' ');
        words.splice(kind % (words.length + 1), 0, fresh);
        return { value: words.join(' '), did: { what: 'word', item: fresh } };
      }
      case 'json': {
        const object = { ...((now ?? {}) as Readonly<Record<string, Canon>>) };
        if (kind === 0) return { value: { ...object, shared: fresh }, did: { what: 'set' } };
        return { value: { ...object, [fresh]: n }, did: { what: 'leaf', item: fresh } };
      }
      case 'max':
      case 'min':
        return { value: String(n * (kind % 2 === 0 ? 1 : -1)), did: { what: 'set' } };
      default:
        return { value: this.#plain(plan, side, kind, standing, fresh), did: { what: 'set' } };
    }
  }

  /** Mostly to something that nobody has pointed to, made for it. */
  #pointed(
    plan: UnitPlan,
    side: Side,
    kind: number,
    standing: Readonly<Record<Side, Canon>>,
  ): Pick<Typed, 'value' | 'did'> {
    const known = kind <= 3 || kind >= 12;
    // Often both sides mean the same one.
    const wanted = known
      ? this.#plain(plan, side, kind, standing, '')
      : kind <= 5
        ? standing[otherSide(side)]
        : '';
    const did = { what: 'set' } as const;
    if (wanted === null) return { value: null, did };
    return { value: this.choose(side, wanted === '' ? null : (wanted as string)), did };
  }

  #plain(
    plan: UnitPlan,
    side: Side,
    kind: number,
    standing: Readonly<Record<Side, Canon>>,
    fresh: string,
  ): Canon {
    const now = standing[side];
    const stood = this.#stood[side].get(plan.key) ?? [];
    // Back to what it was a moment ago.
    if (kind >= 12) return this.#before[side].get(plan.key) ?? now;
    if (kind === 1 || kind === 2)
      return JSON.parse(stood[(kind + this.#fresh) % stood.length] ?? 'null') as Canon;
    if (kind === 3) return standing[otherSide(side)];
    if (plan.isGroup) {
      if (kind === 0) return { street: null, zip: null };
      return { ...(now as object), [kind % 2 === 0 ? 'street' : 'zip']: fresh };
    }
    if (plan.type === 'integer') return String(this.#fresh + (kind % 3 === 0 ? 6 : 0));
    if (kind === 0) return null;
    return kind % 4 === 0 ? `${fresh}-a-long-text` : fresh;
  }
}

/** What kind of merge the unit's policy is; `null`: values are taken whole. */
export function mergeOf(plan: UnitPlan): string | null {
  return plan.policy.strategy === 'merge' ? plan.policy.merge : null;
}

/** What both records say at first, or one of them where they share no past. */
export function firstValue(plan: UnitPlan, side: Side, linked: boolean): Canon {
  switch (mergeOf(plan)) {
    case 'set':
      return ['old', 'vip'];
    case 'counter':
    case 'max':
    case 'min':
      return '10';
    case 'text':
      return 'one two three four';
    case 'json':
      return { base: 'x' };
    default:
      break;
  }
  // Merges, and rules across fields, start from a shared past: without one their exactness cannot be told from outside.
  if (plan.isGroup) return { street: linked && side === 'B' ? null : 'High', zip: '1' };
  if (plan.type === 'integer') return plan.key === 'low' ? '0' : '3';
  if (!linked) return 'v';
  return side === 'A' ? 'a' : plan.preferNonBlank ? null : 'b';
}

/** A unit's columns as somebody types its value. */
export function columnsFor(plan: UnitPlan, side: Side, value: Canon, into: Record<string, Raw>): void {
  const raw = plan.put(side, value, undefined);
  for (const member of plan.members) {
    const column = member[side];
    if (column === null) continue;
    into[column] = plan.isGroup
      ? ((raw as Readonly<Record<string, Raw>> | null)?.[member.field] ?? null)
      : raw;
  }
}

export function unitValue(plan: UnitPlan, side: Side, values: Readonly<Record<string, Raw>>): Canon {
  if (!plan.isGroup) return plan.get(side, values[plan.members[0]?.[side] ?? ''] ?? null);
  return plan.get(
    side,
    Object.fromEntries(plan.members.map((m) => [m.field, values[m[side] ?? ''] ?? null])),
  );
}
