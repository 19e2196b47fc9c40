import { accessStrings } from './strings-access';
import { guardStrings } from './strings-guards';
import { keyStrings } from './strings-keys';
import { loadStrings } from './strings-load';
import { recordListStrings, recordStrings } from './strings-records';
import { reviewStrings } from './strings-review';

/** Every word that people read. One place, so that a second language is a second file. */
const n = (value: number, one: string, many: string) =>
  `${value.toLocaleString('en')} ${value === 1 ? one : many}`;

export const strings = {
  product: 'Accord',
  skip: 'Skip to content',
  access: accessStrings,
  guards: guardStrings,
  nav: {
    label: 'Main',
    open: 'Open the menu',
    overview: 'Overview',
    conflicts: 'Conflicts',
    records: 'Records',
    pipelines: 'Pipelines',
    deadLetters: 'Dead letters',
    activity: 'Activity',
    settings: 'Settings',
  },
  scheme: {
    label: 'Colour scheme',
    light: 'Light',
    dark: 'Dark',
    auto: 'As the system',
    contrast: 'High contrast',
  },
  live: {
    on: 'Live',
    off: 'Not live, looking every 15 s',
    help: 'Keys',
  },
  states: {
    loading: 'Loading',
    retry: 'Retry',
    failed: 'This could not be loaded',
    stale: (age: string) => `Shown as it was ${age}.`,
    unreachable: 'The service does not answer. Is it running?',
    trace: 'Trace',
    copy: 'Copy the trace id',
    copied: 'Copied',
    notFound: 'There is nothing at this address.',
    back: 'Back to the overview',
    crashed: 'This screen failed',
    crashedHint:
      'It is a fault of the screen; nothing that you have decided is lost. Everything else goes on.',
    upgraded: 'Accord was upgraded while this page was open',
    upgradedHint:
      'A part of the screen is no longer where it was, or the service cannot be reached. Reload the page to go on; what you have decided is kept.',
    reload: 'Reload',
    close: 'Close',
  },
  time: {
    unknown: 'time unknown',
    never: 'never',
    now: 'just now',
    ahead: (span: string) => `in ${span}`,
    between: 'between',
    and: 'and',
  },
  overview: {
    title: 'Overview',
    allGood: (pipelines: number) =>
      pipelines === 1
        ? 'The pipeline is in agreement.'
        : `All ${n(pipelines, 'pipeline', 'pipelines')} are in agreement.`,
    working: (names: string) => `${names}: catching up.`,
    attention: (names: string) => `${names}: a person should look.`,
    down: (names: string) => `${names}: not running.`,
    waiting: (count: number) =>
      count === 0
        ? 'No conflict waits for a decision.'
        : `${n(count, 'conflict waits', 'conflicts wait')} for a decision.`,
    elseInSync: 'Everything else is in sync.',
    decide: 'Decide the next one',
    emptyTitle: 'No pipeline yet',
    empty:
      'A pipeline names two systems, the fields they share and who wins where. Put one into the pipelines folder and run:',
    emptyCommand: 'accord run pipelines/',
    recent: 'Waiting longest',
  },
  pipeline: {
    title: 'Pipelines',
    health: { ok: 'In sync', 'catching-up': 'Catching up', attention: 'Needs attention', down: 'Down' },
    state: {
      new: 'New',
      comparing: 'Comparing both sides',
      report: 'First comparison waits for acceptance',
      loading: 'First load',
      running: 'Running',
      halted: 'Halted',
    },
    paused: 'Paused',
    pausedBy: (by: string, reason: string | null) =>
      `Paused by ${by}${reason === null || reason === '' ? '.' : `: ${reason}`}`,
    sidePaused: (label: string) => `Writing to ${label} is paused.`,
    lag: (from: string, to: string) => `${from} → ${to}`,
    lagUnknown: 'unknown',
    lagNone: 'up to date',
    behind: (age: string) => `${age} behind`,
    backlog: (count: number) => n(count, 'change waits', 'changes wait'),
    counts: {
      linked: 'Linked',
      inSync: 'In sync',
      excluded: 'Excluded',
      conflicts: 'Conflicts',
      held: 'Writing soon',
      blocked: 'Blocked',
      guards: 'Guards tripped',
      unmatched: 'Unmatched',
      changesTotal: 'Changes seen',
      writesTotal: 'Writes made',
    },
    read: 'Last read',
    wrote: 'Last write',
    pause: 'Pause',
    resume: 'Resume',
    pauseTitle: (what: string) => `Pause ${what}`,
    pauseAll: 'the whole pipeline',
    pauseWhat: 'What to pause',
    pauseSide: (label: string) => `only writing to ${label}`,
    pauseHint: 'Changes are still seen and kept. Nothing is lost; what was seen is written after Resume.',
    reason: 'Reason',
    reasonHint: 'Shown to everyone who looks at this pipeline.',
    reasonNeeded: 'Say why: the next person will ask.',
    cancel: 'Cancel',
    open: (name: string) => `Open ${name}`,
    error: (label: string, since: string) => `${label} has failed since ${since}`,
    policies: 'Who wins where',
    unit: 'Field',
    policy: 'Policy',
    revision: (revision: number) => `revision ${revision}`,
    pausedDone: (name: string) => `${name} is paused.`,
    resumedDone: (name: string) => `${name} goes on.`,
    actionFailed: (what: string) => `Not done: ${what}`,
    sidesTitle: 'Both sides',
    sideUnknown: (side: string) => `side ${side}`,
    neverStarted: 'Never started.',
    details: 'Details',
  },
  load: loadStrings,
  deadLetters: {
    title: 'Blocked',
    lead: 'Values that a side refused. Each is held alone; the rest of its record flows on.',
    none: 'Nothing is blocked.',
  },
  conflicts: reviewStrings.conflicts,
  card: reviewStrings.card,
  other: reviewStrings.other,
  undo: reviewStrings.undo,
  match: reviewStrings.match,
  records: recordListStrings,
  record: recordStrings,
  keys: keyStrings,
} as const;
