export interface Outcome {
  /** Pairs that would be linked without asking anybody. */
  readonly linked: readonly (readonly [a: string, b: string])[];
  /** Pairs that a person would be shown. */
  readonly asked: readonly (readonly [a: string, b: string])[];
}

export interface Verdict {
  readonly linked: number;
  readonly wrong: number;
  /** Of what is linked, the share that is right. */
  readonly precision: number;
  /** Of entities that each side has once, the share whose records are linked. */
  readonly recall: number;
  /** Of the same, the share that a person is shown as a candidate. */
  readonly shown: number;
  /** Of the same, the share that is found by nobody. */
  readonly missed: number;
  /** Records of A that a person is asked about, as a share of all of A. */
  readonly asks: number;
}

type Truth = ReadonlyMap<string, number>;

/** Holds what was found against what is known. */
export function judge(truth: Readonly<Record<'a' | 'b', Truth>>, { linked, asked }: Outcome): Verdict {
  const same = ([a, b]: readonly [string, string]): boolean => truth.a.get(a) === truth.b.get(b);
  const right = linked.filter(same);
  const single = new Set([...once(truth.a)].filter((entity) => once(truth.b).has(entity)));
  const found = new Set(right.map(([a]) => truth.a.get(a)));
  const candidates = new Set(asked.filter(same).map(([a]) => truth.a.get(a)));
  const linkedOnce = [...single].filter((entity) => found.has(entity)).length;
  const shownOnce = [...single].filter((entity) => !found.has(entity) && candidates.has(entity)).length;
  return {
    linked: linked.length,
    wrong: linked.length - right.length,
    precision: right.length / Math.max(1, linked.length),
    recall: linkedOnce / Math.max(1, single.size),
    shown: shownOnce / Math.max(1, single.size),
    missed: (single.size - linkedOnce - shownOnce) / Math.max(1, single.size),
    asks: new Set(asked.map(([a]) => a)).size / Math.max(1, truth.a.size),
  };
}

const onces = new WeakMap<Truth, ReadonlySet<number>>();

/** Entities that a side has exactly one record of. */
function once(truth: Truth): ReadonlySet<number> {
  const known = onces.get(truth);
  if (known !== undefined) return known;
  const counts = new Map<number, number>();
  for (const entity of truth.values()) counts.set(entity, (counts.get(entity) ?? 0) + 1);
  const result = new Set([...counts].filter(([, n]) => n === 1).map(([entity]) => entity));
  onces.set(truth, result);
  return result;
}
