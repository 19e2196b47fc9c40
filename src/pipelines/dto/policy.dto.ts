import {
  Amount,
  Below,
  Constant,
  Duration,
  Instant,
  Name,
  OneOf,
  Text,
  type ChildType,
} from './constraints.js';

const MERGES = ['set', 'counter', 'text', 'json', 'min', 'max'] as const;

/** One side owns the field. */
export class OwnerPolicyDto {
  @Constant('owner') strategy!: 'owner';
  @OneOf(['a', 'b']) owner!: 'a' | 'b';
  @OneOf(['accept', 'revert', 'review', 'ignore'], { optional: true }) onForeignEdit?:
    'accept' | 'revert' | 'review' | 'ignore';
}

/** The later edit wins where it is certain which one that is. */
export class NewestPolicyDto {
  @Constant('newest') strategy!: 'newest';
  @Duration() skew?: string;
  @OneOf(['review', 'a', 'b']) tie!: 'review' | 'a' | 'b';
}

/** Both edits are kept. */
export class MergePolicyDto {
  @Constant('merge') strategy!: 'merge';
  @OneOf(MERGES) merge!: (typeof MERGES)[number];
  @Amount() min?: number;
  @Amount() max?: number;
}

/** One rule; the first that holds decides. */
export class RuleDto {
  @Name() id!: string;
  @Text({ optional: true }) when?: string;
  @OneOf(['a', 'b', 'base', 'newest', 'merge', 'review']) take!:
    'a' | 'b' | 'base' | 'newest' | 'merge' | 'review';
  @Duration() within?: string;
  @OneOf(MERGES, { optional: true }) merge?: (typeof MERGES)[number];
  @Text({ optional: true, max: 200 }) origin?: string;
  @Instant() expiresAt?: string;
}

/** Ordered rules. */
export class RulesPolicyDto {
  @Constant('rules') strategy!: 'rules';
  @Below({ kind: 'list', type: () => RuleDto, min: 1, max: 200 }) rules!: RuleDto[];
}

/** A person decides. */
export class ReviewPolicyDto {
  @Constant('review') strategy!: 'review';
}

export type PolicyDto = OwnerPolicyDto | NewestPolicyDto | MergePolicyDto | RulesPolicyDto | ReviewPolicyDto;

export const POLICY: ChildType = {
  by: 'strategy',
  classes: () => ({
    owner: OwnerPolicyDto,
    newest: NewestPolicyDto,
    merge: MergePolicyDto,
    rules: RulesPolicyDto,
    review: ReviewPolicyDto,
  }),
};
