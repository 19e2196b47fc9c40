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
  /** What a reference points to is said by each side's own id. */
  readonly translateIds: boolean;
  /** A reference whose record is not there waits; nothing is written in its place. */
  readonly waitForTarget: boolean;
  /** A record can be pointed to on a side while it is there, neither before nor afterwards. */
  readonly targetIsThere: boolean;
  /** The id that a record had before it got another one goes on to mean it. */
  readonly keepFormerIds: boolean;
  /** References are understood anew when it becomes known who is linked with whom. */
  readonly rebindReferences: boolean;
  /** Whoever waits for a record is looked at as soon as something becomes of that. */
  readonly wakeWaiting: boolean;
  /** Where it cannot be told whether both sides mean the same record, nobody is asked. */
  readonly undecidedWaits: boolean;
  /** A record that others point to is not deleted along without a person. */
  readonly askBeforeDeletingReferred: boolean;
  /** What a side shows that was set back to a backup is nobody's edit where it is to get back what is known. */
  readonly setBackIsNoEdit: boolean;
  /** An edit that was open when its side was set back stays one. */
  readonly setBackKeepsEdits: boolean;
  /** After the hub was set back: what both sides say is agreed, whatever led there. */
  readonly reuniteAgreed: boolean;
  /** After the hub was set back: the numbers of the writes that it has forgotten are not given away again. */
  readonly skipForgottenNumbers: boolean;
  /** Where rows are deleted by a mark, a mark that is set or taken back is read. */
  readonly followMarks: boolean;
  /** A row that stands with a value of its own in that column is known to do so. */
  readonly keepOwnStanding: boolean;
  /** A row is marked only as it is known. */
  readonly markAsKnown: boolean;
  /** A mark is taken away only from a row as it is known. */
  readonly unmarkAsKnown: boolean;
  /** A record that comes back while its row stands marked is not made a second time. */
  readonly unmarkStandingRow: boolean;
  /** A record that was deleted on both sides goes on when somebody takes the mark of its row away. */
  readonly reviveEnded: boolean;
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
  translateIds: true,
  waitForTarget: true,
  targetIsThere: true,
  keepFormerIds: true,
  rebindReferences: true,
  wakeWaiting: true,
  undecidedWaits: true,
  askBeforeDeletingReferred: true,
  setBackIsNoEdit: true,
  setBackKeepsEdits: true,
  reuniteAgreed: true,
  skipForgottenNumbers: true,
  followMarks: true,
  keepOwnStanding: true,
  markAsKnown: true,
  unmarkAsKnown: true,
  unmarkStandingRow: true,
  reviveEnded: true,
};

export type SwitchName = keyof Switches;
