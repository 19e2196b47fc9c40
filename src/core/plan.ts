import type { Side } from './clock.js';
import type { Canon, FieldType, Raw } from './value.js';

/** What a pipeline revision compiles to: everything the kernel needs to know, with functions in place of expressions. Pure and total. */
export interface Plan {
  readonly pipeline: string;
  readonly revision: number;
  readonly units: readonly UnitPlan[];
  readonly unit: ReadonlyMap<string, UnitPlan>;
  readonly sides: Readonly<Record<Side, SidePlan>>;
  /** Sets of unit keys held together: while one is in conflict, none of its set is pushed. */
  readonly holdSets: readonly ReadonlySet<string>[];
  readonly invariants: readonly Invariant[];
  /** A unit whose values revisit at most three distinct values at least `flips` times within `windowMs` is frozen. */
  readonly flap: { readonly flips: number; readonly windowMs: number };
  readonly life: LifePolicy;
  /** Unit key → why nothing of it is written now (a side has lost its column). Registers of the others move on. */
  readonly suspended: ReadonlyMap<string, string>;
  /** Unit key → keys of the units whose rules read it: a change of the first re-derives the second. */
  readonly dependants: ReadonlyMap<string, readonly string[]>;
  /** Sides whose rows are deleted by being marked; absent: by being gone. */
  readonly archive?: Readonly<Partial<Record<Side, Archive>>>;
  /** Which records of a side take part; absent: all do. Others are excluded: seen, never written. */
  readonly scope?: Readonly<Partial<Record<Side, Scope>>>;
}

/** A filter over the rows of one side. */
export interface Scope {
  /** As written. */
  readonly filter: string;
  readonly columns: readonly string[];
  /** Units that these columns belong to. */
  readonly units: readonly string[];
  /** Over a row as the side shows it. Total: where the filter cannot be asked, it does not hold. */
  readonly holds: (row: Readonly<Record<string, Raw>>) => boolean;
}

/** A deletion is told by a column of the row, and written there. */
export interface Archive {
  readonly column: string;
  /** For people: `archived = true`. */
  readonly words: string;
  /** Whether a row with this in its column is deleted. Total: what cannot be read is no mark. */
  readonly isMarked: (raw: Raw) => boolean;
  /** What marks a row, at this hub time in ms. */
  readonly mark: (now: number) => Raw;
  /** What a row is given that is made, or comes back. */
  readonly live: Raw;
}

export interface SidePlan {
  readonly side: Side;
  /** Name for people: "CRM". */
  readonly label: string;
  readonly tier: Tier;
  /** True when capture is a totally ordered log per record, read as data. */
  readonly orderedLog: boolean;
  /** Column (or property) names this pipeline reads on the side, members of units and context units, without duplicates, in plan order. */
  readonly columns: readonly string[];
  /** Column name → the unit it belongs to and the member's name there. */
  readonly column: ReadonlyMap<string, ColumnUse>;
}

export interface ColumnUse {
  readonly unit: string;
  readonly field: string;
}

/** What a side can guarantee; see docs/concepts.md. T0: compare-and-set per field. T4: blind writes, nothing to read back. */
export type Tier = 'T0' | 'T1' | 'T2' | 'T3' | 'T4';

export type Direction = 'both' | 'AtoB' | 'BtoA';

export interface UnitPlan {
  readonly key: string;
  /** One member for a plain field; all members, in file order, for a group. */
  readonly members: readonly FieldPlan[];
  readonly isGroup: boolean;
  readonly type: FieldType | 'group';
  readonly direction: Direction;
  readonly policy: Policy;
  readonly preferNonBlank: boolean;
  /** Read-only on both sides: exists for rules to read, never pushed and never in conflict. */
  readonly contextOnly: boolean;
  readonly priority: 'urgent' | 'high' | 'normal' | 'low';
  readonly pii: boolean;
  /** The value points to a record of this pipeline (core/reference.ts). */
  readonly reference?: string;
  /** Stable text that is equal for values which count as equal (after the field's `compare`). */
  readonly compareKey: (value: Canon) => string;
  readonly equal: (x: Canon, y: Canon) => boolean;
  /** Side's raw → canonical. Throws CanonError naming the field when the raw cannot be of the declared type. */
  readonly get: (side: Side, raw: Raw) => Canon;
  /** Canonical → the side's raw; `before` is the raw that stands there, so that what the value does not say is kept. */
  readonly put: (side: Side, value: Canon, before: Raw | undefined) => Raw;
}

export interface FieldPlan {
  readonly field: string;
  readonly type: FieldType;
  /** Column or property name on each side; `null` when the field does not exist there (context units). */
  readonly A: string | null;
  readonly B: string | null;
}

export type Policy =
  | {
      readonly strategy: 'owner';
      readonly owner: Side;
      readonly onForeignEdit: 'accept' | 'revert' | 'review' | 'ignore';
    }
  | { readonly strategy: 'newest'; readonly skewMs: number; readonly tie: 'review' | Side }
  | { readonly strategy: 'merge'; readonly merge: MergeKind; readonly bounds?: CounterBounds }
  | { readonly strategy: 'rules'; readonly rules: readonly Rule[] }
  | { readonly strategy: 'review' };

export type MergeKind = 'set' | 'counter' | 'text' | 'json' | 'min' | 'max';

export interface CounterBounds {
  readonly min?: string;
  readonly max?: string;
}

export interface Rule {
  readonly id: string;
  /** Total: an expression that fails at run time counts as not matching and is reported in the outcome's notes. */
  readonly when: (scope: RuleScope) => boolean;
  readonly take: 'A' | 'B' | 'base' | 'newest' | 'merge' | 'review';
  readonly skewMs: number;
  readonly merge: MergeKind | null;
}

/** What a rule may read: both candidates, the base, and the canonical values of other units of the record. */
export interface RuleScope {
  readonly a: RuleCandidate | null;
  readonly b: RuleCandidate | null;
  readonly base: Canon;
  /** Unit key → value on each side, for this unit's context units. */
  readonly context: Readonly<Record<string, { readonly a: Canon; readonly b: Canon }>>;
}

export interface RuleCandidate {
  readonly value: Canon;
  readonly by: string;
  readonly origin: 'person' | 'integration' | 'import' | 'unknown';
  /** Latest possible time of the edit, ISO 8601, or "" when unknown. */
  readonly at: string;
}

export interface Invariant {
  readonly id: string;
  readonly units: readonly string[];
  /** False: the record would break the invariant; its units are held and a conflict names it. */
  readonly holds: (values: Readonly<Record<string, Canon>>) => boolean;
  readonly message: string;
}

export type DeleteAction = 'review' | 'delete' | 'unlink' | 'ignore';

export interface LifePolicy {
  /** What happens on B when A deleted, and the other way round. */
  readonly aDeleted: DeleteAction;
  readonly bDeleted: DeleteAction;
  /** Deleted on one side, edited on the other. */
  readonly deleteVsEdit: 'review' | 'delete' | 'keep';
}

/** Reserved unit key of a record's existence. */
export const LIFE = '$life';
