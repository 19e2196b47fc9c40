/**
 * The protections of the protocol, one by one. All are on, always; no configuration reaches them. The simulation switches single ones
 * off to prove that each is needed and that its absence would be noticed (semantics §6, mutants).
 */
export interface Guards {
  /** Writes name what they were made for, and a side that can compare does (§1.6). */
  readonly conditionalWrites: boolean;
  /** What is read while a write is on its way is not interpreted (§0.6). */
  readonly dropWhileSent: boolean;
  /** A state older than the accepted one is not taken for news (§1.5). */
  readonly refuseStale: boolean;
  /** States that cannot be ordered by themselves are ordered by time: only a read that certainly began later is news (§1.5). */
  readonly freshness: boolean;
  /** A write without an answer may have happened (§4.4). */
  readonly unknownMayBeApplied: boolean;
  /** A write without an answer may not have happened (§4.4). */
  readonly unknownMayBeLost: boolean;
  /** A condition that failed may have failed because an earlier copy of the same write succeeded (§4.4). */
  readonly missIsUnknown: boolean;
  /** Whether a write happened is not judged by a state that may be older than the one it was made for. */
  readonly settleByLaterState: boolean;
  /** What shows our write is our write, no edit (§2.1). */
  readonly recogniseEcho: boolean;
  /** A side is taken to hold head, unwritten, only after a fresh read (§1.5 v). */
  readonly freshConfirmation: boolean;
  /** No conditional write inside the granule of the stamp it names (§1.6, T2). */
  readonly quiescedGranule: boolean;
  /** A fresh read of an unchanged record brings the token that the next write names (§4.4). */
  readonly refreshToken: boolean;
  /** What our write left on the side is what the side holds, in the side's form (§1.7). */
  readonly postImage: boolean;
  /** A sum or a set is not formed where it is not known what the side had acknowledged (§2.1). */
  readonly exactBaseForMerges: boolean;
  /** A side's history is read for what a blind write had covered (§1.6, T3). */
  readonly recoverFromHistory: boolean;
  /** A recovered edit is an event of its own actor (§1.4). */
  readonly ownActorForRecovered: boolean;
  /** What a side refuses is not sent again until it changes, or somebody has it tried again (§4.4). */
  readonly blockRefused: boolean;
  /** Where deleting is not conditional, the record is read before, after the deletion was decided on. */
  readonly readBeforeDelete: boolean;
  /** A stamp that cannot be true decides nothing (§5). */
  readonly doubtStamps: boolean;
  /** A blind write without an answer is given up only when no copy of it can land any more (§2.1, T3). */
  readonly waitForDeadline: boolean;
}

export const ALL_GUARDS: Guards = {
  conditionalWrites: true,
  dropWhileSent: true,
  refuseStale: true,
  freshness: true,
  unknownMayBeApplied: true,
  unknownMayBeLost: true,
  missIsUnknown: true,
  settleByLaterState: true,
  recogniseEcho: true,
  freshConfirmation: true,
  quiescedGranule: true,
  refreshToken: true,
  postImage: true,
  exactBaseForMerges: true,
  recoverFromHistory: true,
  ownActorForRecovered: true,
  blockRefused: true,
  readBeforeDelete: true,
  doubtStamps: true,
  waitForDeadline: true,
};
