import type { FieldType } from '../value.js';

/**
 * A pipeline as written in a file, after parsing and validation (names as in YAML: sides are `a` and `b`). The loader in
 * `pipelines/` guarantees this shape; `compile` turns it into a Plan.
 */
export interface PipelineSpec {
  readonly apiVersion: 'accord/v1';
  readonly kind: 'Pipeline';
  readonly metadata: {
    readonly name: string;
    readonly description?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly connections: { readonly a: EndpointSpec; readonly b: EndpointSpec };
  /** Records that a filter does not hold for are excluded: seen, never written. */
  readonly scope?: { readonly a?: ScopeSpec; readonly b?: ScopeSpec };
  readonly match: readonly MatchSpec[];
  readonly onAmbiguous?: 'review' | 'ignore';
  readonly fields: Readonly<Record<string, FieldSpec>>;
  readonly groups?: Readonly<Record<string, GroupSpec>>;
  readonly holdSets?: readonly { readonly id: string; readonly fields: readonly string[] | 'record' }[];
  readonly invariants?: readonly {
    readonly id: string;
    readonly expect: string;
    readonly fields: readonly string[];
    readonly message?: string;
  }[];
  readonly deletes?: {
    readonly aDeleted?: 'review' | 'delete' | 'unlink' | 'ignore';
    readonly bDeleted?: 'review' | 'delete' | 'unlink' | 'ignore';
    readonly deleteVsEdit?: 'review' | 'delete' | 'keep';
    /** Sides on which a record is deleted by marking its row, and whose marked rows count as deleted. */
    readonly archive?: { readonly a?: ArchiveSpec; readonly b?: ArchiveSpec };
    /** How long a record that was deleted on both sides can be restored. Duration or `off` (for good), default 365d. */
    readonly tombstones?: string;
    /** More deletions than this are held for a person, more records missing at once are not taken for deleted. Default 20 and 2 % in 1h. */
    readonly guard?: GuardSpec;
  };
  readonly guards?: {
    readonly flapping?: { readonly flips: number; readonly window: string };
    readonly blanking?: GuardSpec;
    readonly massChange?: GuardSpec;
    /** A record on each side that is always there: while it cannot be read, nothing of that side is taken for deleted or wiped. */
    readonly canary?: { readonly a?: string; readonly b?: string };
  };
  readonly schedule?: ScheduleSpec;
  readonly review?: ReviewSpec;
  readonly load?: {
    readonly accept?: 'automatic' | 'manual';
    /** Most records that the first load makes on a side in a time: `500/s`. Default: no limit. */
    readonly rate?: { readonly a?: string; readonly b?: string };
  };
}

export type PriorityName = 'urgent' | 'high' | 'normal' | 'low';

/** How conflicts come to people. */
export interface ReviewSpec {
  /** A name to filter by, where several pipelines are one team's work. */
  readonly queue?: string;
  /** Of a field or group; `default`: of all others. */
  readonly priority?: Readonly<Record<string, PriorityName>>;
  /** How soon a conflict of a priority is to be decided. Durations. */
  readonly sla?: Readonly<Partial<Record<PriorityName, string>>> & {
    /** Only these hours count: `Mon-Fri 09:00-18:00 Europe/Berlin`. Then a day is a working day. */
    readonly businessHours?: string;
  };
  /** Whether each new conflict is given to the steward whose turn it is. Default none. */
  readonly assign?: 'round-robin' | 'none';
  readonly undoWindow?: string;
}

/** More records than this within the window are held for a person: the greater of the two. */
export interface GuardSpec {
  readonly maxCount?: number;
  readonly maxPercent?: number;
  readonly window?: string;
}

export interface ScopeSpec {
  /** CEL over `row`, by column: `row.status == "active"`. */
  readonly filter: string;
}

export interface ArchiveSpec {
  /** A column that no field maps. */
  readonly column: string;
  /** What it holds in a deleted row; `now`, in a column of dates or times: any but `live`, and the time where Accord deletes. */
  readonly mark: ArchiveValue;
  /** What it is given when a record is made or comes back. Default: false for true, true for false, blank for `now`. */
  readonly live?: ArchiveValue;
}

export type ArchiveValue = string | number | boolean;

export interface EndpointSpec {
  /** Name of a Connection. */
  readonly ref: string;
  /** The object there: `public.companies`. */
  readonly object: string;
  readonly label?: string;
  readonly capture?: CaptureSpec;
  /** Column that names who made a change, where the side has one. */
  readonly actor?: string;
  /** Where people look at a record there, with `{id}` for its id: `https://crm.example/accounts/{id}`. */
  readonly recordUrl?: string;
}

/** How changes are seen: a trigger log (default), polling a modification stamp, or comparing full snapshots. */
export interface CaptureSpec {
  readonly mode: 'log' | 'polling' | 'snapshot';
  /** `polling`: the column that every edit moves forward. */
  readonly updatedAt?: string;
  /** `polling`: how far back each poll looks again, at least the longest transaction. Duration. */
  readonly overlap?: string;
  /** An exact return to what Accord overwrote within this time, with other columns in the same statement, counts as concurrent. Duration, default 5m. */
  readonly staleForm?: string;
}

/** The first rule that gives exactly one candidate on each side wins. A rule that links has `by` or `score`, one of the two. */
export interface MatchSpec {
  readonly id: string;
  /** Fields whose canonical values, compared as the fields declare, must all be equal and not blank. */
  readonly by?: readonly string[];
  /** Fields of `by` that are compared in a normal form instead. */
  readonly normalize?: Readonly<Record<string, NormalFormName>>;
  /** ISO 3166 code of the country of phone numbers without a country code. */
  readonly region?: string;
  /** Fields that speak for or against two records being the same, with how much. */
  readonly score?: readonly ScoreSpec[];
  /** Records are compared only where they share one of these keys. */
  readonly block?: readonly BlockSpec[];
  /** Points from which two records are linked. */
  readonly auto?: number;
  /** Points from which a person is asked. */
  readonly review?: number;
  /** Another candidate with so few points less makes it a question. Default: a fifth of `auto`. */
  readonly margin?: number;
  readonly action: 'link' | 'create' | 'ignore';
  /** For `create`: which way records may be created. Default both. */
  readonly direction?: 'aToB' | 'bToA' | 'both';
}

/** Forms in which values that mean the same are the same text. */
export const NORMAL_FORMS = [
  'text',
  'name',
  'company',
  'address',
  'email',
  'phone',
  'digits',
  'domain',
] as const;
export type NormalFormName = (typeof NORMAL_FORMS)[number];

/** How alike two values of a field are is found out in one of these ways. */
export const LIKENESSES = [
  'exact',
  'text',
  'name',
  'company',
  'address',
  'email',
  'phone',
  'digits',
  'date',
  'number',
] as const;
export type LikenessName = (typeof LIKENESSES)[number];

export interface ScoreSpec {
  readonly field: string;
  readonly as: LikenessName;
  /** Points for values that agree fully: how telling it is. About log2 of (how often it agrees for the same ÷ for any two). */
  readonly agree: number;
  /** Points taken off for values that have nothing in common. Default: half of `agree`. A blank says nothing. */
  readonly disagree?: number;
}

/** One key: all of its parts together. Where a part is blank there is no key. */
export interface BlockSpec {
  /** Fields of which the whole normal form counts. */
  readonly whole?: readonly string[];
  /** The first four letters or digits. */
  readonly start?: readonly string[];
  /** How each word sounds; one key for each word. */
  readonly sound?: readonly string[];
  /** Each word; one key for each. */
  readonly words?: readonly string[];
  /** The last six digits. */
  readonly ending?: readonly string[];
}

export interface FieldSpec {
  /** Canonical type; default: taken from the B side's column when the pipeline is started, `text` offline. */
  readonly type?: FieldType;
  /** A column name, or the column with its lens. */
  readonly a?: string | FieldEndSpec;
  readonly b?: string | FieldEndSpec;
  readonly direction?: 'aToB' | 'bToA' | 'both';
  /** Short for `a.read` and `a.write`: the canonical value is in B's shape. */
  readonly transform?: { readonly aToB?: string; readonly bToA?: string };
  readonly compare?: CompareSpec;
  /** Absent only for members of a group. */
  readonly policy?: PolicySpec;
  readonly preferNonBlank?: boolean;
  /** A transform that cannot be undone exactly is accepted on purpose. */
  readonly lossy?: boolean;
  readonly pii?: boolean;
  /** Only read by rules: never written, never in conflict. */
  readonly contextOnly?: boolean;
  /** The field points to a record that this pipeline links: an id on each side. */
  readonly reference?: string;
}

export interface FieldEndSpec {
  readonly column: string;
  /** CEL over `value`: the side's value → canonical. */
  readonly read?: string;
  /** CEL over `value` (and `before`): canonical → the side's value. */
  readonly write?: string;
}

export interface CompareSpec {
  readonly normalize?: readonly (
    'trim' | 'lowercase' | 'digits' | 'unicode-nfc' | 'collapse-space' | 'date-only'
  )[];
  /** Numbers are compared rounded to a multiple of this (0.01: to the cent). */
  readonly tolerance?: number;
}

export interface GroupSpec {
  readonly fields: readonly string[];
  readonly policy: PolicySpec;
}

export type PolicySpec =
  | {
      readonly strategy: 'owner';
      readonly owner: 'a' | 'b';
      readonly onForeignEdit?: 'accept' | 'revert' | 'review' | 'ignore';
    }
  | { readonly strategy: 'newest'; readonly skew?: string; readonly tie: 'review' | 'a' | 'b' }
  | {
      readonly strategy: 'merge';
      readonly merge: 'set' | 'counter' | 'text' | 'json' | 'min' | 'max';
      readonly min?: number;
      readonly max?: number;
    }
  | { readonly strategy: 'rules'; readonly rules: readonly RuleSpec[] }
  | { readonly strategy: 'review' };

export interface RuleSpec {
  readonly id: string;
  /** CEL over a, b, base and the record's other fields; absent = always. */
  readonly when?: string;
  readonly take: 'a' | 'b' | 'base' | 'newest' | 'merge' | 'review';
  /** `newest`: least difference in time. Duration. */
  readonly within?: string;
  readonly merge?: 'set' | 'counter' | 'text' | 'json' | 'min' | 'max';
  readonly origin?: string;
  readonly expiresAt?: string;
}

export interface ScheduleSpec {
  /** How often to look for changes when nothing wakes the pipeline. Duration, default 50ms for a log, 30s otherwise. */
  readonly pollEvery?: string;
  /** How often a side that does not report deletions is read through. Duration, default 1h. */
  readonly sweepEvery?: string;
  /** How often both sides are compared with what is held of them. Duration or `off`, default 1d. */
  readonly verifyEvery?: string;
  /** Share of each side's capacity this pipeline may write: `500/s`. Default: unlimited for SQL. */
  readonly writeBudget?: { readonly a?: string; readonly b?: string };
}

/** A system to connect to. Secrets only by reference: `${NAME}` is read from the environment when the connection is opened. */
export interface ConnectionSpec {
  readonly apiVersion: 'accord/v1';
  readonly kind: 'Connection';
  readonly metadata: { readonly name: string; readonly description?: string };
  readonly connector: 'postgres' | 'mysql';
  readonly label?: string;
  readonly url: string;
  readonly tls?: { readonly mode: 'disable' | 'require' | 'verify-full'; readonly ca?: string };
  /** Most requests (SQL: rows written) per time this connection may use, over all pipelines: `2000/s`. */
  readonly rate?: string;
}
