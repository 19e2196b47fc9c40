import type { Mutant } from './mutant.js';
import type { Setup } from './scenario/setup.js';

/** A record with two references and little else, between sides that do or do not insist on what is pointed to. */
const pointing =
  (keys: boolean, often: Setup['often'] = {}) =>
  (setup: Setup): Setup => ({
    ...setup,
    units: ['owner', 'boss', 'home'],
    holdTogether: [],
    sides: { A: { ...setup.sides.A, keys, refuses: false }, B: { ...setup.sides.B, keys, refuses: false } },
    often: { life: 0, ...often },
  });

/** Protections of references. */
export const REFERENCE_MUTANTS: readonly Mutant[] = [
  { without: 'translateIds', runs: 40, tune: pointing(false) },
  { without: 'waitForTarget', runs: 60, tune: pointing(false) },
  { without: 'targetIsThere', runs: 250, tune: pointing(false, { target: 8, edit: 2 }) },
  { without: 'keepFormerIds', runs: 150, tune: pointing(false, { target: 6 }) },
  { without: 'rebindReferences', runs: 60, tune: pointing(false) },
  { without: 'wakeWaiting', runs: 200, kinds: ['T0 log'], tune: pointing(false) },
  { without: 'undecidedWaits', runs: 250, tune: pointing(false, { edit: 3, link: 0.1 }) },
  { without: 'askBeforeDeletingReferred', runs: 150, tune: pointing(false, { target: 4 }) },
];
