/** Words of the panel that says why a record is not in sync. */
export const recordSyncStrings = {
  title: 'Sync',
  reasons: 'What keeps it from being in sync',
  weights: { stops: 'stops it', waits: 'goes on by itself', settled: 'as it should be' },
  since: 'since',
  next: 'next',
  decide: 'Decide',
  toPipeline: 'To the pipeline',
  toDeadLetters: 'To the dead letters',
  resync: 'Read again on both sides',
  resyncHint: 'Both systems are read anew; what was edited unseen is taken in as an edit. Nothing is lost.',
  resyncWhat: 'Reading a record again',
  asked: 'It is read again in a moment.',
  last: 'Last read again',
  lastFound: (drifted: number) =>
    drifted === 0
      ? 'nothing had drifted'
      : drifted === 1
        ? 'one difference was taken in'
        : `${drifted.toLocaleString('en')} differences were taken in`,
  exclude: 'Exclude',
  excludeTitle: 'Exclude this record?',
  excludeHint:
    'It is seen from then on and never written, on either side. Nothing is deleted. Including it again compares both sides.',
  reason: 'Why',
  reasonHint: 'It stands by the record, with your name.',
  excluded: 'The record is kept out of sync.',
  include: 'Include again',
  included: 'The record is compared in a moment, and goes on.',
  what: 'Excluding and including',
  cancel: 'Cancel',
} as const;
