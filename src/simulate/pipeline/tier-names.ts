/** What one can ask for: the tier of a side, and for T0 whether its changes are read as a log. */
export const TIER_NAMES = ['T0-log', 'T0', 'T1', 'T2', 'T3', 'T4'] as const;

export type TierName = (typeof TIER_NAMES)[number];
