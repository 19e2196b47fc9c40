import { SIDES, type Side } from '../core/clock.js';
import type { DeleteAction } from '../core/plan.js';
import type { Random } from './random.js';
import type { Setup, SideKind, SideSetup } from './scenario/setup.js';
import { REFERENCES, UNITS } from './scenario/units.js';
import type { Action, Fault } from './world/action.js';
import { mergeOf } from './world/people.js';
import type { World } from './world/world.js';

export const KINDS: readonly SideKind[] = [
  'T0 log',
  'T0',
  'T1',
  'T1 unordered',
  'T1 coarse',
  'T2',
  'T3',
  'T4',
];

/** Kinds with a promise: nothing is lost in silence. */
export const PROMISED: readonly SideKind[] = KINDS.filter((kind) => kind !== 'T4');

const UNIT_KEYS = UNITS.map(({ key }) => key);
const DELTAS = new Set(
  UNITS.filter((unit) => ['set', 'counter', 'text', 'json'].includes(mergeOf(unit) ?? '')).map(
    ({ key }) => key,
  ),
);

/** Kinds of steps, in the order in which they are drawn. */
const STEPS = [
  'edit',
  'life',
  'hint',
  'read',
  'serve',
  'arrive',
  'turn',
  'carry',
  'answer',
  'timeout',
  'settle',
  'again',
  'crash',
  'decide',
  'undo',
  'policy',
  'pause',
  'wait',
  'retry',
  'scope',
  'target',
  'link',
  'backup',
  'restore',
] as const satisfies readonly Action['do'][];

/** A setup at random. `kinds`: what the two sides may be. */
export function anySetup(random: Random, kinds: readonly SideKind[] = PROMISED): Setup {
  // Half of the runs have a side of the lane: it is what the product runs most.
  const lane = kinds.includes('T0 log') && random.chance(35) ? 'T0 log' : null;
  const pair = { A: random.pick(kinds), B: random.pick(kinds) };
  if (lane !== null) pair[random.pick(SIDES)] = lane;
  const units = anyUnits(random, pair);
  const linked = random.chance(20);
  const insists = random.chance(8) ? random.pick(SIDES) : null;
  const victim = units.find((key) => key === 'strict' || key === 'review' || key === 'newest') ?? null;
  const refusing = random.chance(25) ? random.pick(SIDES) : null;
  const side = (of: Side): SideSetup => ({
    ...anySide(random, pair[of], insists === of ? victim : null, units),
    refuses: refusing === of,
  });
  const actions: readonly DeleteAction[] = ['review', 'delete', 'unlink', 'ignore'];
  const setup: Setup = {
    sides: { A: side('A'), B: side('B') },
    units,
    holdTogether: random.chance(20) ? units.slice(0, 2) : [],
    linked,
    life: {
      a: random.pick(actions),
      b: random.pick(actions),
      edited: random.pick(['review', 'delete', 'keep'] as const),
    },
    often: {},
    takenBack: 20,
    undated: 6,
    flips: insists === null ? 1_000 : 3,
  };
  return setup;
}

/**
 * One or two fields of the record point to others. That records are deleted and made again as well is for sides with a log: there the
 * product makes them.
 */
export function withReferences(random: Random, setup: Setup): Setup {
  const { sides } = setup;
  const references = REFERENCES.map(({ key }) => key).filter(() => random.chance(45));
  const logs = SIDES.every((side) => sides[side].kind === 'T0 log');
  return {
    ...setup,
    units: [...setup.units.slice(0, 3), ...(references.length === 0 ? ['boss'] : references)],
    sides: {
      A: { ...sides.A, keys: random.chance(40) },
      B: { ...sides.B, keys: random.chance(40) },
    },
    often: { ...setup.often, ...(!logs && { life: 0 }) },
  };
}

/**
 * One of two sides with a log deletes by a mark, or both do; people set marks and take them back while others edit the same rows. Now and then
 * something is set back to a backup as well.
 */
export function withMarks(random: Random, setup: Setup): Setup {
  const { A, B } = setup.sides;
  const which = random.pick(['A', 'B', 'both'] as const);
  return {
    ...setup,
    units: setup.units.slice(0, 3),
    sides: {
      A: { ...logged(A), archives: which !== 'B' },
      B: { ...logged(B), archives: which !== 'A' },
    },
    often: { ...setup.often, life: random.pick([2, 5]) },
    ...(random.chance(25) && { setBack: random.chance(60) ? SIDES : (['hub'] as const) }),
  };
}

/** One of the sides is set back to a backup, or the hub is, between two sides with a log. */
export function withRestores(random: Random, setup: Setup): Setup {
  const { A, B } = setup.sides;
  return { ...setup, sides: { A: logged(A), B: logged(B) }, setBack: random.chance(60) ? SIDES : ['hub'] };
}

function logged(side: SideSetup): SideSetup {
  const granuleMs = Math.min(side.granuleMs, 5);
  return { ...side, kind: 'T0 log', marker: false, idempotent: false, granuleMs, staleMs: 0 };
}

export function anySide(
  random: Random,
  kind: SideKind,
  insists: string | null,
  units: readonly string[],
): SideSetup {
  const coarse = kind === 'T2' || kind === 'T1 coarse';
  const read = kind !== 'T0 log';
  return {
    kind,
    marker: kind.startsWith('T1') || kind === 'T2' || kind === 'T4' ? random.chance(60) : false,
    idempotent: kind.startsWith('T1') && random.chance(20),
    granuleMs: coarse ? 20 : random.pick([1, 1, 5]),
    skewMs: random.pick([0, 0, -37, 250]),
    staleMs: read ? random.pick([0, 0, 12, 30]) : 0,
    form: random.pick(['plain', 'plain', 'plain', 'marked', 'cut'] as const),
    insists,
    refuses: false,
    trigger:
      units.includes('review') &&
      units.includes('status') &&
      (kind.startsWith('T1') || kind.startsWith('T0')) &&
      random.chance(30),
  };
}

function anyUnits(random: Random, pair: Readonly<Record<Side, SideKind>>): readonly string[] {
  const exact = SIDES.every((side) => pair[side] !== 'T4');
  const chosen = new Set<string>();
  const wanted = 2 + random.int(4);
  while (chosen.size < wanted) {
    const key = random.pick(UNIT_KEYS);
    if (!exact && DELTAS.has(key)) continue;
    chosen.add(key);
    if (key === 'low') chosen.add('high');
  }
  return UNIT_KEYS.filter((key) => chosen.has(key));
}

/** The next step of a run: one that can do something in the world as it is. */
export function nextAction(random: Random, world: World): Action {
  const side = random.pick(SIDES);
  const { network, hub } = world;
  const other: Side = side === 'A' ? 'B' : 'A';
  const asked = network.asked[side];
  const served = asked.filter(({ reading }) => reading !== null).length;
  const log = world.isLog(side);
  const open = hub.openAttempt(side);
  const waiting = asked.length - served;
  const { often, takenBack, undated, sides, setBack = [] } = world.setup;
  const { staleMs } = sides[side];
  const weights: Readonly<Record<Action['do'], number>> = {
    edit: 7,
    life: random.int(2),
    hint: network.hints[side] > 0 ? 8 : 0,
    read: log || asked.length > 2 ? 0 : hub.store.dirty[side] ? 30 : 6,
    serve: waiting > 0 ? 40 : 0,
    arrive: served > 0 ? 40 : 0,
    turn: log ? 26 : 3,
    carry: network.requests[side].length > 0 ? 45 : 0,
    answer: network.answers[side].length > 0 ? 40 : 0,
    timeout: open?.state === 'sent' ? 4 : 0,
    settle: open?.state === 'unknown' && hub.toSettle(side) !== null ? 25 : 0,
    again: open?.state === 'unknown' && !log ? 8 : 0,
    crash: 2,
    decide: hub.store.conflicts.size > 0 ? 12 : 0,
    undo: world.decisions > 0 ? 3 : 0,
    policy: world.step > 20 ? 1 : 0,
    pause: hub.paused ? 60 : world.step > 10 ? 1 : 0,
    wait: 3,
    retry: sides.A.refuses || sides.B.refuses ? 3 : 0,
    // Only where a run is about it: most pipelines have no scope.
    scope: often.scope === undefined ? 0 : 1,
    target: hub.targets === null ? 0 : 2,
    link: hub.targets === null ? 0 : 30,
    // Only where a run is about it.
    backup: setBack.length === 0 ? 0 : 3,
    restore: setBack.length === 0 ? 0 : 2,
  };
  const chosen = STEPS[random.weighted(STEPS.map((step) => Math.round(weights[step] * (often[step] ?? 1))))];
  switch (chosen as Action['do']) {
    case 'edit': {
      const kind = random.chance(takenBack) ? 12 : random.int(12);
      const odd = random.chance(undated) ? random.pick(['ahead', 'bulk'] as const) : null;
      return { do: 'edit', side, unit: random.int(12), kind, also: random.chance(25), odd };
    }
    case 'life':
      return sides[side].archives === true ? { do: 'life', side, how: random.int(24) } : { do: 'life', side };
    case 'hint':
      return { do: 'hint', side, lost: random.chance(20) };
    case 'read':
      return { do: 'read', side };
    case 'serve':
      return {
        do: 'serve',
        side,
        pick: random.int(4),
        lagMs: random.chance(50) ? random.int(1 + Math.max(30, staleMs)) : 0,
      };
    case 'arrive':
      return {
        do: 'arrive',
        side,
        pick: random.int(4),
        fault: anyFault(random, 10, 15),
        plan: random.chance(60),
      };
    case 'turn':
      return { do: 'turn', a: random.int(4), b: random.int(4), busy: random.chance(12) ? other : null };
    case 'carry':
      return { do: 'carry', side, pick: random.int(4), fault: anyFault(random, 10, 15) };
    case 'answer':
      return { do: 'answer', side, pick: random.int(4), fault: anyFault(random, 20, 10) };
    case 'timeout':
      return { do: 'timeout', side };
    case 'settle':
      return { do: 'settle', side };
    case 'again':
      return { do: 'again', side };
    case 'crash':
      return { do: 'crash', sent: random.chance(50) };
    case 'decide':
      return {
        do: 'decide',
        unit: random.int(6),
        looksAgo: random.int(3),
        choice: random.int(4),
        holdMs: random.pick([0, 0, 20, 60]),
        twice: random.chance(20),
        exact: random.chance(50),
      };
    case 'undo':
      return { do: 'undo', unit: random.int(12) };
    case 'policy':
      return { do: 'policy', unit: random.int(12) };
    case 'pause':
      return { do: 'pause' };
    case 'wait':
      return { do: 'wait', ms: random.int(40) };
    case 'retry':
      return { do: 'retry', unit: random.int(12) };
    case 'scope':
      return { do: 'scope' };
    case 'target':
      return { do: 'target', side, pick: random.int(6), what: random.chance(60) ? 'remove' : 'move' };
    case 'link':
      return { do: 'link', pick: random.int(4) };
    case 'backup':
      return { do: 'backup', of: random.pick(setBack) };
    case 'restore':
      return { do: 'restore', of: random.pick(setBack), how: random.chance(70) ? 'give-back' : 'take' };
  }
}

function anyFault(random: Random, lost: number, twice: number): Fault {
  const n = random.int(100);
  if (n < lost) return 'lost';
  return n < lost + twice ? 'twice' : 'none';
}
