import type { Score } from './score.js';
import type { ScoredRule } from './scored-rule.js';

/** What one attribute says about two records, for people and programs. */
export interface AttributeVerdict {
  readonly field: string;
  readonly as: string;
  /** `null`: blank on a side. */
  readonly likeness: number | null;
  readonly points: number;
  readonly verdict: 'agrees' | 'alike' | 'differs' | 'blank';
}

export function explain(rule: ScoredRule, parts: Score['parts']): readonly AttributeVerdict[] {
  return rule.attributes.map(({ field, as, agree }, i) => {
    const part = parts[i] ?? null;
    if (part === null) return { field, as, likeness: null, points: 0, verdict: 'blank' };
    const verdict = part.points >= agree * 0.95 ? 'agrees' : part.points > 0 ? 'alike' : 'differs';
    return { field, as, likeness: round(part.likeness), points: round(part.points), verdict };
  });
}

/** "name alike (+5.2), phone differs (−2)": what was blank is left out. */
export function inWords(verdicts: readonly AttributeVerdict[]): string {
  return verdicts
    .filter(({ verdict }) => verdict !== 'blank')
    .map(({ field, verdict, points }) => `${field} ${verdict} (${signed(points)})`)
    .join(', ');
}

function signed(points: number): string {
  return points < 0 ? `−${String(-points)}` : `+${String(points)}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
