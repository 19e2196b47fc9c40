import type { Side } from '../../core/clock.js';

/**
 * One step of a run, as data: any list of them can be played from any setup, and what makes no sense where it stands does nothing.
 * That is what lets a failing run be cut down to the few steps that matter.
 */
export type Action =
  /** Somebody edits one or two fields in one transaction. */
  | {
      readonly do: 'edit';
      readonly side: Side;
      readonly unit: number;
      readonly kind: number;
      readonly also: boolean;
      /** `ahead`: dated far in the future. `bulk`: one of very many records that are changed at that moment, which a log shows. */
      readonly odd: 'ahead' | 'bulk' | null;
    }
  /**
   * Somebody deletes the record, or makes it again. `how`: where rows are deleted by a mark, what is done to the row (deeds.ts), and whether
   * a field is edited with it.
   */
  | { readonly do: 'life'; readonly side: Side; readonly how?: number }
  /** A notification of the side's arrives, or is lost. */
  | { readonly do: 'hint'; readonly side: Side; readonly lost: boolean }
  /** The hub asks for the record. */
  | { readonly do: 'read'; readonly side: Side }
  /** The side answers the question with a state that is so old. */
  | { readonly do: 'serve'; readonly side: Side; readonly pick: number; readonly lagMs: number }
  /** The answer arrives: in any order, twice, or not at all. */
  | {
      readonly do: 'arrive';
      readonly side: Side;
      readonly pick: number;
      readonly fault: Fault;
      readonly plan: boolean;
    }
  /** A transaction of the hub: so many transactions of each log; `busy` cannot be written now. */
  | {
      readonly do: 'turn';
      readonly a: number;
      readonly b: number;
      readonly busy: Side | null;
    }
  /** A write request arrives at the side: once, twice, or never. */
  | { readonly do: 'carry'; readonly side: Side; readonly pick: number; readonly fault: Fault }
  /** Its answer arrives at the hub. */
  | { readonly do: 'answer'; readonly side: Side; readonly pick: number; readonly fault: Fault }
  /** The hub does not wait for an answer any longer. */
  | { readonly do: 'timeout'; readonly side: Side }
  /** The hub asks how a write ended, where the side can tell. */
  | { readonly do: 'settle'; readonly side: Side }
  /** The hub sends a write of unknown end once more. */
  | { readonly do: 'again'; readonly side: Side }
  /** The hub's process dies and starts again; what it was about to send may be on its way all the same. */
  | { readonly do: 'crash'; readonly sent: boolean }
  | {
      readonly do: 'decide';
      readonly unit: number;
      readonly looksAgo: number;
      readonly choice: number;
      readonly holdMs: number;
      readonly twice: boolean;
      /** Only if the conflict is still what was shown. */
      readonly exact: boolean;
    }
  | { readonly do: 'undo'; readonly unit: number }
  /** The unit's policy becomes `review`. */
  | { readonly do: 'policy'; readonly unit: number }
  /** Somebody has what a side refused tried once more. */
  | { readonly do: 'retry'; readonly unit: number }
  | { readonly do: 'pause' }
  /** The record leaves the scope of the pipeline, or comes back. */
  | { readonly do: 'scope' }
  /** Somebody deletes a record that can be pointed to, or gives it another id. */
  | { readonly do: 'target'; readonly side: Side; readonly pick: number; readonly what: 'remove' | 'move' }
  /** The pipeline that links those takes a step. */
  | { readonly do: 'link'; readonly pick: number }
  /** A copy of a side, or of the hub's own database, is made. */
  | { readonly do: 'backup'; readonly of: Side | 'hub' }
  /** It is set back to the last copy, and people say what is right: that it gets back what is known, or that it is as it should be. */
  | { readonly do: 'restore'; readonly of: Side | 'hub'; readonly how: 'give-back' | 'take' }
  | { readonly do: 'wait'; readonly ms: number };

export type Fault = 'none' | 'lost' | 'twice';
