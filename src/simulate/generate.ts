import { SIDES, type Side } from '../core/clock.js';
import type { DeleteAction } from '../core/plan.js';
import type { Random } from './random.js';
import type { Setup, SideKind, SideSetup } from './scenario/setup.js';
import { UNITS } from './scenario/units.js';
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
  const side = (of: Side): SideSetup => anySide(random, pair[of], insists === of ? victim : null, units);
  const actions: readonly DeleteAction[] = ['review', 'delete', 'unlink', 'ignore'];
  return {
    sides: { A: side('A'), B: side('B') },
    units,
    holdTogether: random.chance(20) ? units.slice(0, 2) : [],
    linked,
    life: {
      a: random.pick(actions),
      b: random.pick(actions),
      edited: random.pick(['review', 'delete', 'keep'] as const),
    },
    lively: 1,
    flips: insists === null ? 1_000 : 3,
  };
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
  const lives = isFirm(world.setup.sides.A.kind) && isFirm(world.setup.sides.B.kind);
  const waiting = asked.length - served;
  const kind = random.weighted([
    7, // 0 edit
    lives ? world.setup.lively * random.int(2) : 0, // 1 life
    network.hints[side] > 0 ? 8 : 0, // 2 hint
    log || asked.length > 2 ? 0 : hub.store.dirty[side] ? 30 : 6, // 3 read
    waiting > 0 ? 40 : 0, // 4 serve
    served > 0 ? 40 : 0, // 5 arrive
    log ? 26 : 3, // 6 turn
    network.requests[side].length > 0 ? 45 : 0, // 7 carry
    network.answers[side].length > 0 ? 40 : 0, // 8 answer
    open?.state === 'sent' ? 4 : 0, // 9 timeout
    open?.state === 'unknown' && hub.toSettle(side) !== null ? 25 : 0, // 10 settle
    open?.state === 'unknown' && !log ? 8 : 0, // 11 again
    2, // 12 crash
    hub.store.conflicts.size > 0 ? 12 : 0, // 13 decide
    world.decisions > 0 ? 3 : 0, // 14 undo
    world.step > 20 ? 1 : 0, // 15 policy
    hub.paused ? 60 : world.step > 10 ? 1 : 0, // 16 pause
    3, // 17 wait
  ]);
  switch (kind) {
    case 0:
      return { do: 'edit', side, unit: random.int(12), kind: random.int(15), also: random.chance(25) };
    case 1:
      return { do: 'life', side };
    case 2:
      return { do: 'hint', side, lost: random.chance(20) };
    case 3:
      return { do: 'read', side };
    case 4:
      return { do: 'serve', side, pick: random.int(4), lagMs: random.chance(50) ? random.int(31) : 0 };
    case 5:
      return {
        do: 'arrive',
        side,
        pick: random.int(4),
        fault: anyFault(random, 10, 15),
        plan: random.chance(60),
      };
    case 6:
      return { do: 'turn', a: random.int(4), b: random.int(4), busy: random.chance(12) ? other : null };
    case 7:
      return { do: 'carry', side, pick: random.int(4), fault: anyFault(random, 10, 15) };
    case 8:
      return { do: 'answer', side, pick: random.int(4), fault: anyFault(random, 20, 10) };
    case 9:
      return { do: 'timeout', side };
    case 10:
      return { do: 'settle', side };
    case 11:
      return { do: 'again', side };
    case 12:
      return { do: 'crash', sent: random.chance(50) };
    case 13:
      return {
        do: 'decide',
        unit: random.int(6),
        looksAgo: random.int(3),
        choice: random.int(4),
        holdMs: random.pick([0, 0, 20, 60]),
        twice: random.chance(20),
      };
    case 14:
      return { do: 'undo', unit: random.int(12) };
    case 15:
      return { do: 'policy', unit: random.int(12) };
    case 16:
      return { do: 'pause' };
    default:
      return { do: 'wait', ms: random.int(40) };
  }
}

/** Sides whose deletes are conditional: a record is deleted there only as it is known. */
function isFirm(kind: SideKind): boolean {
  return kind.startsWith('T0') || kind.startsWith('T1');
}

function anyFault(random: Random, lost: number, twice: number): Fault {
  const n = random.int(100);
  if (n < lost) return 'lost';
  return n < lost + twice ? 'twice' : 'none';
}
