import type { Side } from '../../core/clock.js';
import type { TierName } from '../../simulate/pipeline/tier-names.js';

type Sides = Readonly<Record<Side, { readonly label: string; readonly tier: TierName }>>;

const TIERS: Readonly<Record<TierName, string>> = {
  'T0-log': 'compares single fields and logs every change: each value that ever stood there is kept',
  T0: 'compares single fields and is read as states: each value that was seen, and each that Accord would replace, is kept',
  T1: 'compares the version of the record: no edit is lost; two edits of one record wait for each other',
  T2: 'compares a coarse time of modification: no edit is lost; a record touched just now waits',
  T3: 'is written blindly and keeps a history: an edit may be hidden for a moment, and is found and brought back',
  T4: 'is written blindly and tells nothing: an edit there can be overwritten without anybody knowing',
};

/** What each side lets Accord promise, in a sentence. */
export function sidePromises({ A, B }: Sides): readonly (readonly [string, string])[] {
  return [A, B].map(({ label, tier }) => [`${label} (${tier})`, TIERS[tier]] as const);
}
