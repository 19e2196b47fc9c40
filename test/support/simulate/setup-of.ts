import type { Setup, SideKind, SideSetup } from '../../../src/simulate/scenario/setup.js';

/** A setup without any trouble: two equal records on two well-behaved sides of one kind. */
export function setupOf(kind: SideKind, units: readonly string[], more: Partial<Setup> = {}): Setup {
  const side: SideSetup = {
    kind,
    marker: false,
    idempotent: false,
    granuleMs: 1,
    skewMs: 0,
    staleMs: 0,
    form: 'plain',
    insists: null,
    trigger: false,
    refuses: false,
  };
  return {
    sides: { A: side, B: side },
    units,
    holdTogether: [],
    linked: false,
    life: { a: 'review', b: 'review', edited: 'review' },
    flips: 1_000,
    often: {},
    takenBack: 20,
    undated: 6,
    ...more,
  };
}
