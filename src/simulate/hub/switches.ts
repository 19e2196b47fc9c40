import { ALL_GUARDS, type Guards } from '../../core/protocol/guards.js';

/**
 * Protections that lie outside the protocol's own guards: in the kernel, in the lane, in how registers are stored. The kernel has no
 * switches; what a hub without the protection would hold is made from outside, in the simulated hub alone.
 */
export interface Switches extends Guards {
  /** Lane: entries of the log that precede our write are history (decisions §5). */
  readonly ackPosition: boolean;
  /** Lane: a write without an answer is claimed on the side before anything else is done. */
  readonly fence: boolean;
  /** Lane: what was sent is stored in the transaction that stores the registers it promises. */
  readonly batchWithRegisters: boolean;
  /** Lane: a record is written again only when everything before our last write to it has been read. */
  readonly coverBeforeWrite: boolean;
  /** What the hub decides by itself is an event of its own. */
  readonly hubTicks: boolean;
  /** So is what both sides happen to say. */
  readonly agreementTicks: boolean;
  /** Equal sums of different edits are added up all the same. */
  readonly exactCounters: boolean;
  /** Each side's edits are merged from what that side had. */
  readonly basePerSide: boolean;
  /** A decision knows what was on the screen and nothing more. */
  readonly decisionKnowsShown: boolean;
  /** A decision that names the conflict it was made for is refused once that has moved. */
  readonly onlyAsShown: boolean;
  /** A head is made when it can be written, not before. */
  readonly lazyAuthoring: boolean;
  /** A change that was taken back is none. */
  readonly netChanges: boolean;
  /** A unit that keeps going back and forth is frozen. */
  readonly flapBreaker: boolean;
  readonly holdTogether: boolean;
  /** A rule across fields is kept by what is written. */
  readonly holdInvariants: boolean;
  /** A side's own form is stored where the mapping would not write it. */
  readonly rawAtRest: boolean;
  /** Dots that were given away are remembered, also after an undo. */
  readonly ticksAtRest: boolean;
  /** Nobody deletes what somebody has edited meanwhile. */
  readonly deleteSeesEdits: boolean;
  /** The conflicts shown are what the registers say, after every change of them: they also close without a decision. */
  readonly conflictsFollow: boolean;
  /** A decision that is undone after its write leaves each side with what it held before. */
  readonly undoGivesBack: boolean;
  /** Unless the side was edited since. */
  readonly undoSparesEdits: boolean;
  /** What the registers do is in the lineage. */
  readonly lineageFollows: boolean;
  /** Nothing is written to a record that is out of scope. */
  readonly heedScope: boolean;
}

export const ALL_ON: Switches = {
  ...ALL_GUARDS,
  ackPosition: true,
  fence: true,
  batchWithRegisters: true,
  coverBeforeWrite: true,
  hubTicks: true,
  agreementTicks: true,
  exactCounters: true,
  basePerSide: true,
  decisionKnowsShown: true,
  onlyAsShown: true,
  lazyAuthoring: true,
  netChanges: true,
  flapBreaker: true,
  holdTogether: true,
  holdInvariants: true,
  rawAtRest: true,
  ticksAtRest: true,
  deleteSeesEdits: true,
  conflictsFollow: true,
  undoGivesBack: true,
  undoSparesEdits: true,
  lineageFollows: true,
  heedScope: true,
};

export type SwitchName = keyof Switches;
