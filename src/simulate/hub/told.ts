/** A value as the judge sees it: JSON, compared by its text. */
export type Value = unknown;

/**
 * What the hub says it did, row by row: its lineage. Plain data; the judge reads nothing else of the hub but this and what it shows at
 * the end. Values are in normal form, times are the hub's.
 */
export type Told =
  | {
      readonly at: number;
      readonly kind: Moved;
      readonly unit: string;
      readonly side: 'A' | 'B';
      readonly value: Value;
      /** Dot and context of the version that the side is now known to hold (observed: of the edit). */
      readonly dot: string;
      readonly ctx: string;
    }
  | {
      readonly at: number;
      readonly kind: 'authored';
      readonly unit: string;
      readonly how: string;
      readonly value: Value;
      readonly dot: string;
      readonly ctx: string;
      /** Values that gave way without their makers having been asked. */
      readonly over: readonly Value[];
      /** The decision that was carried out. */
      readonly decision: string | null;
    }
  | {
      readonly at: number;
      readonly kind: 'decided';
      readonly unit: string;
      readonly id: string;
      readonly value: Value;
      readonly dot: string;
      readonly ctx: string;
      /** What was on the screen. */
      readonly shown: readonly Value[];
      /** The conflict that was to be decided, where the decision named it. */
      readonly match: string | null;
    }
  | {
      readonly at: number;
      readonly kind: 'undone';
      readonly unit: string;
      readonly id: string;
      /** It had been written: what becomes of each side. */
      readonly sides: Readonly<Record<'A' | 'B', string>> | null;
    }
  | {
      readonly at: number;
      /** Because of an undo the side is to say this again, under a new name. */
      readonly kind: 'gives-back';
      readonly unit: string;
      readonly side: 'A' | 'B';
      readonly value: Value;
      readonly dot: string;
      readonly ctx: string;
      /** Values that go because of that. */
      readonly over: readonly Value[];
    }
  | {
      readonly at: number;
      readonly kind: 'asked';
      readonly unit: string;
      readonly why: string;
      readonly key: string;
      readonly values: readonly Value[];
    }
  | { readonly at: number; readonly kind: 'closed'; readonly unit: string }
  | { readonly at: number; readonly kind: 'policy'; readonly unit: string };

export type Moved =
  | 'observed'
  | 'ambiguous'
  | 'acknowledged'
  | 'confirmed'
  | 'recovered'
  | 'landed-again'
  /** The side was set back to a backup, and shows this again; nobody has edited it. */
  | 'restored'
  | 'cosmetic'
  | 'superseded'
  | 'not-written';
