/** Words of comparing both sides with what is held of them. */
export const verificationStrings = {
  title: 'Verification',
  lead: 'Both systems compared, record by record, with what Accord holds of them.',
  never: 'Not verified yet.',
  verified: 'Verified',
  unexplained: (n: number) =>
    n === 1 ? '1 unexplained difference' : `${n.toLocaleString('en')} unexplained differences`,
  underWay: (done: number, total: number) =>
    total === 0
      ? 'Verifying …'
      : `Verifying: ${Math.min(done, total).toLocaleString('en')} of ${total.toLocaleString('en')} records`,
  looking: 'Looking again at what seems to differ',
  failed: (why: string) => `The last verification ended without a certificate: ${why}`,
  now: 'Verify now',
  repair: 'Repair by the policies',
  repairHint:
    'What nothing explains is taken in as an edit of the system that drifted; nothing is overwritten.',
  what: 'Verifying',
  show: (n: number) => (n === 1 ? 'Show 1 difference' : `Show ${n.toLocaleString('en')} differences`),
  hide: 'Hide the differences',
  more: 'More',
  reasons: {
    conflict: 'waits for a person',
    blocked: 'refused or held',
    'in-flight': 'on its way',
    policy: 'meant to be so',
    scope: 'out of scope',
    unknown: 'unexplained',
  },
  columns: { reason: 'Reason', record: 'Record', unit: 'Field', held: 'Held', seen: 'Shown', detail: 'Why' },
  heldHint: 'Between the systems: what A and what B holds.',
  wholeRecord: 'the record',
  certificate: 'Certificate',
} as const;
