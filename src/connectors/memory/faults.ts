/** A call of the hub to a system in memory. */
export type MemoryCall = 'changes' | 'fetch' | 'snapshot' | 'write' | 'settle' | 'other';

/** What happens to a call on its way. Asked once a call; a fault that makes no sense for it is left out. */
export interface MemoryFaults {
  /**
   * `lost`: it never arrives. `twice`: the transport delivers it a second time. `late`: it arrives only when `MemoryObject.arrive` is
   * called, after the hub was told that there is no answer.
   */
  request(call: MemoryCall): 'lost' | 'twice' | 'late' | null;
  /** `lost`: it was carried out and nobody hears of it. */
  answer(call: MemoryCall): 'lost' | null;
  /** How old the state is that a read shows, ms; never older than the system's traits allow. */
  lagMs(): number;
  /** How many of the newest log entries a reader does not see yet. */
  logLag(): number;
}

export const NO_FAULTS: MemoryFaults = {
  request: () => null,
  answer: () => null,
  lagMs: () => 0,
  logLag: () => 0,
};
