import type { LikenessName } from '../pipeline/spec.js';
import { likeness } from './likeness.js';
import type { Attribute, Profile, ScoredRule } from './scored-rule.js';

/** What all attributes say together, and each of them. */
export interface Score {
  readonly points: number;
  /** In the order of the rule's attributes; `null`: blank on a side, says nothing. */
  readonly parts: readonly (ScorePart | null)[];
}

export interface ScorePart {
  readonly likeness: number;
  readonly points: number;
}

/** Below this likeness two values have nothing in common: any two names share some letters. */
const NOTHING_IN_COMMON: Readonly<Record<LikenessName, number>> = {
  exact: 0.5,
  text: 0.75,
  name: 0.72,
  company: 0.6,
  address: 0.55,
  email: 0.6,
  phone: 0.6,
  digits: 0.6,
  date: 0.6,
  number: 0.9,
};

/**
 * Adds up what the attributes say, as Fellegi and Sunter do: an agreement speaks for the two being the same as strongly as it is rare
 * among others, a disagreement against, a blank says nothing. Values that are alike lie in between.
 */
export function score(rule: ScoredRule, x: Profile, y: Profile): Score {
  let points = 0;
  const parts = rule.attributes.map((attribute, i): ScorePart | null => {
    const [a, b] = [x[i] ?? null, y[i] ?? null];
    if (a === null || b === null) return null;
    const alike = likeness(attribute.as, a, b);
    const part = pointsOf(attribute, alike);
    points += part;
    return { likeness: alike, points: part };
  });
  return { points, parts };
}

/** The most that the rule could still give two records, whatever they say: what cannot reach a person is not worth comparing. */
export function mostPoints(rule: ScoredRule): number {
  return rule.attributes.reduce((sum, { agree }) => sum + agree, 0);
}

function pointsOf({ as, agree, disagree }: Attribute, alike: number): number {
  const least = NOTHING_IN_COMMON[as];
  if (alike <= least) return -disagree;
  return -disagree + (agree + disagree) * ((alike - least) / (1 - least));
}
