import type { Setup } from './scenario/setup.js';
import type { Action } from './world/action.js';

const PLAIN = {
  marker: false,
  idempotent: false,
  granuleMs: 1,
  skewMs: 0,
  staleMs: 0,
  form: 'plain',
  insists: null,
  trigger: false,
  refuses: false,
} as const;

/** A side whose states only a very coarse stamp orders, beside one with a log. */
export const COARSE_BESIDE_LOG: Pick<Setup, 'sides' | 'units' | 'holdTogether' | 'linked'> = {
  sides: {
    A: { ...PLAIN, kind: 'T1 coarse', marker: true, granuleMs: 400 },
    B: { ...PLAIN, kind: 'T0 log' },
  },
  units: ['owner'],
  holdTogether: [],
  linked: false,
};

export const TWO_LOGS: Pick<Setup, 'sides' | 'units' | 'holdTogether' | 'linked'> = {
  sides: { A: { ...PLAIN, kind: 'T0 log' }, B: { ...PLAIN, kind: 'T0 log' } },
  units: ['review', 'status'],
  holdTogether: [],
  linked: false,
};

/** A field goes there and back within one granule, while the answers to several reads and a write are on their way. */
export const OLDER_STATE_COMES_LATE: readonly Action[] = [
  { do: 'read', side: 'A' },
  { do: 'read', side: 'A' },
  { do: 'edit', side: 'B', unit: 0, kind: 4, also: false, odd: null },
  { do: 'read', side: 'A' },
  { do: 'turn', a: 0, b: 1, busy: null },
  { do: 'serve', side: 'A', pick: 2, lagMs: 52 },
  { do: 'serve', side: 'A', pick: 1, lagMs: 0 },
  { do: 'edit', side: 'A', unit: 0, kind: 6, also: false, odd: null },
  { do: 'arrive', side: 'A', pick: 1, fault: 'none', plan: false },
  { do: 'edit', side: 'A', unit: 0, kind: 12, also: false, odd: null },
  { do: 'serve', side: 'A', pick: 0, lagMs: 0 },
  { do: 'timeout', side: 'A' },
  { do: 'arrive', side: 'A', pick: 0, fault: 'twice', plan: true },
  { do: 'timeout', side: 'A' },
];

/** Edits that came and went before a write of ours are unread when something else is due there. */
export const WRITTEN_TWICE_UNREAD: readonly Action[] = [
  { do: 'edit', side: 'B', unit: 0, kind: 6, also: false, odd: null },
  { do: 'turn', a: 0, b: 1, busy: null },
  { do: 'edit', side: 'A', unit: 0, kind: 6, also: false, odd: null },
  { do: 'edit', side: 'A', unit: 0, kind: 12, also: false, odd: null },
  { do: 'carry', side: 'A', pick: 0, fault: 'none' },
  { do: 'answer', side: 'A', pick: 0, fault: 'none' },
  { do: 'edit', side: 'B', unit: 1, kind: 6, also: false, odd: null },
  { do: 'turn', a: 0, b: 1, busy: null },
  { do: 'carry', side: 'A', pick: 0, fault: 'none' },
  { do: 'answer', side: 'A', pick: 0, fault: 'none' },
  { do: 'turn', a: 3, b: 0, busy: null },
];
