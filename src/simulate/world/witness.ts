import { isArchived } from '../../core/archive.js';
import { SIDES, dotText, vectorText, type Side } from '../../core/clock.js';
import { conflictKey } from '../../core/conflict.js';
import { LIFE, type UnitPlan } from '../../core/plan.js';
import { MOST_AHEAD_MS } from '../../core/stamp.js';
import { image, type Unit } from '../../core/unit.js';
import type { Canon, Raw } from '../../core/value.js';
import { RECORD } from '../hub/store.js';
import type {
  Evidence,
  ProbeFacts,
  RestFacts,
  SideFacts,
  Stood,
  UnitFacts,
  Value,
} from '../oracle/evidence.js';
import { CUT } from '../scenario/system-of.js';
import type { Happening } from '../../connectors/memory/happening.js';
import type { SideKind, SideSetup } from '../scenario/setup.js';
import { mergeOf, unitValue } from './people.js';
import { oneRound } from './drain.js';
import { inNames, nameIn, pointedFacts, targetFacts } from './reference-facts.js';
import { BULK } from './deeds.js';
import { livesOn, madeBy, rowOn } from './lives.js';
import type { World } from './world.js';

const QUIET_ROUNDS = 2;

/** How things stand now that nothing moves any more; a few more rounds show whether it stays so. */
export function atRest(world: World, reached: boolean, decided: boolean): RestFacts {
  const { hub } = world;
  const units = hub.units();
  const derived = hub.derived();
  const life = units.get(LIFE);
  const alive = { A: world.alive('A'), B: world.alive('B') };
  const values = { A: valuesOn(world, 'A'), B: valuesOn(world, 'B') };
  const conflicts = Object.fromEntries(hub.store.conflicts);
  const writes = hubWrites(world);
  const at = world.now;
  const openAttempts = SIDES.filter((side) => hub.openAttempt(side) !== null).length;
  const lifeOpen =
    life !== undefined && (life.head.value !== 'live' || life.A.value !== 'live' || life.B.value !== 'live');
  if (reached) for (let i = 0; i < QUIET_ROUNDS; i++) oneRound(world);
  return {
    at,
    reached,
    decided,
    ended: hub.store.ended,
    lifeOpen: lifeOpen || LIFE in conflicts,
    lifeBlocked: life !== undefined && life.blocked !== null,
    alive,
    rows: { A: rowOn(world, 'A'), B: rowOn(world, 'B') },
    existence: { A: existence(life, 'A'), B: existence(life, 'B') },
    values,
    registers: Object.fromEntries(
      [...units]
        .filter(([key]) => key !== LIFE)
        .map(([key, unit]) => [key, register(unit, nameIn(world, key))]),
    ),
    conflicts,
    derived: Object.fromEntries(
      [...derived.conflicts].map(([key, conflict]) => [key, conflictKey(conflict)]),
    ),
    diverged: [...derived.diverged.keys()],
    openAttempts,
    writesAfter: hubWrites(world) - writes,
  };
}

export function evidenceOf(
  world: World,
  rest: readonly RestFacts[],
  probes: readonly ProbeFacts[],
  redelivered: Evidence['redelivered'],
): Evidence {
  const { hub, setup } = world;
  const told = inNames(world, hub.store.told);
  const stood = [...stoodOn(world, 'A'), ...stoodOn(world, 'B')].sort((x, y) => x.at - y.at);
  const first = (side: Side): Record<string, Value> =>
    Object.fromEntries(world.plan.units.map((unit) => [unit.key, shownFirst(world, unit, side)]));
  return {
    units: world.plan.units.filter((unit) => !unit.contextOnly).map((unit) => unitFacts(world, unit)),
    rules: world.plan.invariants.map(({ units, message, holds }) => ({
      units,
      said: message,
      holds: (values) => holds(values as Readonly<Record<string, Canon>>),
    })),
    sides: { A: sideFacts(setup.sides.A, world.plan.units), B: sideFacts(setup.sides.B, world.plan.units) },
    linked: setup.linked,
    initial: { A: first('A'), B: first('B') },
    stood,
    lives: SIDES.flatMap((side) => livesOn(world, side)),
    deleteVsEdit: setup.life.edited,
    onDelete: { A: setup.life.a, B: setup.life.b },
    typed: world.people.typed,
    told,
    everTold: everTold(world, told),
    restored: world.backups.restored.map((one) => ({ ...one, told: inNames(world, one.told) })),
    targets: targetFacts(world),
    pointed: pointedFacts(world),
    rest,
    probes,
    redelivered,
    refused: world.refused,
    sentOutside: world.network.sentOutside,
    edits: stood.filter(({ by }) => by === 'user' || by === 'trigger').length,
    decisions: world.decisions,
    hubWrites: hubWrites(world),
  };
}

function shownFirst(world: World, unit: UnitPlan, side: Side): Value {
  return formed(world.setup.sides[side], unit, world.first(unit, side));
}

function hubWrites({ systems }: World): number {
  return systems.A.writes + systems.B.writes;
}

function valuesOn(world: World, side: Side): Record<string, Value> {
  return Object.fromEntries(world.plan.units.map((unit) => [unit.key, world.value(side, unit)]));
}

function register(unit: Unit, name: (value: Value) => Value): RestFacts['registers'][string] {
  return {
    head: name(unit.head.value),
    dot: dotText(unit.head.dot),
    ctx: vectorText(unit.head.ctx),
    A: name(image(unit, 'A').value),
    B: name(image(unit, 'B').value),
    blocked: unit.blocked !== null,
  };
}

function existence(life: Unit | undefined, side: Side): RestFacts['existence'][Side] {
  if (life === undefined) return { value: 'live', marked: false };
  return { value: image(life, side).value, marked: isArchived(life, side) };
}

function stoodOn(world: World, side: Side): Stood[] {
  const { systems, plan, setup } = world;
  const all: Stood[] = [];
  let values: Readonly<Record<string, Raw>> = {};
  for (const entry of systems[side].journal) {
    if (entry.record !== RECORD || entry.op === 'delete') continue;
    const after = { ...values, ...entry.after };
    if (entry.position > 1) {
      for (const unit of plan.units) {
        if (!unit.members.some((member) => member[side] !== null && member[side] in entry.after)) continue;
        all.push({
          at: entry.at,
          side,
          unit: unit.key,
          before: unitValue(unit, side, values),
          value: unitValue(unit, side, after),
          by: madeBy(world, side, entry),
          anew: entry.op === 'insert',
          undated: entry.origin === 'restore' || isUndated(setup.sides[side].kind, entry),
        });
      }
    }
    values = after;
  }
  return all;
}

/** A stamp of the whole record is that of its last edit: only where each edit has its own does it stay with the edit. */
function isUndated(kind: SideKind, { stamp, at, by }: Happening): boolean {
  const ahead = (kind === 'T0 log' || kind === 'T3') && stamp > at + MOST_AHEAD_MS;
  return ahead || (kind === 'T0 log' && by === BULK);
}

function unitFacts({ setup, plan, repoliced }: World, unit: UnitPlan): UnitFacts {
  const { policy } = unit;
  return {
    key: unit.key,
    strategy: policy.strategy,
    owner: policy.strategy === 'owner' ? policy.owner : null,
    foreign: policy.strategy === 'owner' ? policy.onForeignEdit : null,
    tie: policy.strategy === 'newest' && policy.tie !== 'review' ? policy.tie : null,
    merge: mergeOf(unit) as UnitFacts['merge'],
    group: unit.isGroup,
    reference: unit.reference !== undefined,
    direction: unit.direction,
    preferNonBlank: unit.preferNonBlank,
    heldWith: [...new Set(plan.holdSets.filter((set) => set.has(unit.key)).flatMap((set) => [...set]))],
    repoliced: repoliced.has(unit.key),
    insisted: setup.sides.A.insists === unit.key || setup.sides.B.insists === unit.key,
  };
}

function sideFacts(side: SideSetup, units: readonly UnitPlan[]): SideFacts {
  const byKey = new Map(units.map((unit) => [unit.key, unit]));
  return {
    tier: side.kind.slice(0, 2),
    complete: side.kind === 'T0 log' || side.kind === 'T3',
    ordered: side.kind === 'T0 log',
    archives: side.archives === true,
    deletesAsKnown: side.kind.startsWith('T0') || side.kind.startsWith('T1'),
    // A value that was cut may be ours or somebody's.
    exact: (side.marker && side.form !== 'cut') || side.kind.startsWith('T0') || side.kind === 'T3',
    form: (key, value) => formed(side, byKey.get(key), value),
  };
}

/** A side's own form, said here once more in plain words: long texts are cut, marks are not part of the value. */
function formed(side: SideSetup, unit: UnitPlan | undefined, value: Value): Value {
  const cuts =
    side.form === 'cut' &&
    unit?.isGroup === false &&
    unit.type === 'text' &&
    unit.reference === undefined &&
    mergeOf(unit) === null;
  return cuts && typeof value === 'string' ? value.slice(0, CUT) : value;
}

function everTold(world: World, told: Evidence['told']): Evidence['told'] {
  const { lost } = world.backups;
  if (lost.length === 0) return told;
  return [...inNames(world, lost), ...told].sort((x, y) => x.at - y.at);
}
