import type { BlockSpec, LikenessName, MatchSpec } from '../pipeline/spec.js';

/** A match rule that counts what speaks for and against, as it is run. */
export interface ScoredRule {
  /** Place in `match`. */
  readonly index: number;
  readonly id: string;
  readonly attributes: readonly Attribute[];
  readonly block: readonly BlockSpec[];
  readonly region: string | undefined;
  readonly auto: number;
  readonly review: number;
  readonly margin: number;
}

export interface Attribute {
  readonly field: string;
  readonly as: LikenessName;
  readonly agree: number;
  readonly disagree: number;
}

/** The values of a record that a rule compares, in their normal forms, in the order of its attributes; `null`: it says nothing. */
export type Profile = readonly (string | null)[];

/** The scored rules of a pipeline, in their order. The lint has seen to what is taken for granted here. */
export function scoredRules(match: readonly MatchSpec[]): readonly ScoredRule[] {
  return match.flatMap((rule, index): readonly ScoredRule[] => {
    const { id, score, block = [], auto, review, margin } = rule;
    if (score === undefined || auto === undefined) return [];
    return [
      {
        index,
        id,
        attributes: score.map(({ field, as, agree, disagree }) => ({
          field,
          as,
          agree,
          disagree: disagree ?? agree / 2,
        })),
        block,
        region: rule.region,
        auto,
        review: review ?? auto,
        margin: margin ?? auto / 5,
      },
    ];
  });
}

/** The fields that a rule reads, once each. */
export function fieldsOfRule({ by, score, block }: MatchSpec): readonly string[] {
  return [
    ...new Set([
      ...(by ?? []),
      ...(score ?? []).map(({ field }) => field),
      ...(block ?? []).flatMap(fieldsOfBlock),
    ]),
  ];
}

export function fieldsOfBlock({ whole, start, sound, words, ending }: BlockSpec): readonly string[] {
  return [whole, start, sound, words, ending].flatMap((fields) => fields ?? []);
}
