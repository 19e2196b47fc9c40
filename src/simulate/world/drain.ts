import { SIDES } from '../../core/clock.js';
import { RECORD } from '../hub/store.js';
import { rescope } from './scope.js';
import type { World } from './world.js';

const ALL = 1_000;
const ROUNDS = 60;

/** Faults are off and nobody edits: everything is read, settled and written until nothing moves. False: it never came to rest. */
export function drain(world: World): boolean {
  world.hub.paused = false;
  if (world.network.outside) rescope(world);
  let quiet = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const before = mark(world);
    oneRound(world);
    quiet = before === mark(world) && isIdle(world) ? quiet + 1 : 0;
    if (quiet === 2) return true;
  }
  return false;
}

/** One round of what a healthy hub does: answers in, logs and records read, writes out. */
export function oneRound(world: World): void {
  const { hub, network, systems } = world;
  tick(world, 1);
  for (const side of SIDES) {
    for (const { start, reading } of network.asked[side].splice(0))
      if (reading !== null) world.sighting(side, reading, start, false);
    while (network.requests[side].length > 0) {
      tick(world, 1);
      world.carry(side, 0, 'none');
    }
    for (const { id, answer, sentAt } of network.answers[side].splice(0))
      world.answered(side, id, answer, sentAt);
    network.hints[side] = 0;
  }
  while (hub.linkTargets(0));
  tick(world, 1);
  world.turn(ALL, ALL, null);
  for (const side of SIDES) {
    if (network.requests[side].length === 0) hub.lost(side);
    world.settle(side);
    if (world.isLog(side)) continue;
    const start = world.now;
    tick(world, 1);
    world.sighting(side, systems[side].read(RECORD, world.now), start, true);
    if (hub.openAttempt(side)?.state === 'unknown' && network.requests[side].length === 0) world.again(side);
  }
  // Longer than a granule and than any read can lag.
  tick(world, 45);
}

function tick(world: World, ms: number): void {
  world.now += ms;
  world.hub.now = world.now;
}

function mark(world: World): string {
  const { systems, hub } = world;
  const { told, conflicts } = hub.store;
  return `${String(systems.A.journal.length)} ${String(systems.B.journal.length)} ${String(told.length)} ${String(conflicts.size)}`;
}

function isIdle({ hub, network, systems }: World): boolean {
  return (
    network.isEmpty() &&
    (hub.lookAgainAt === null || hub.store.ended) &&
    SIDES.every((side) => {
      const lane = hub.store.lane(side);
      return (
        hub.openAttempt(side) === null &&
        (lane === undefined || lane.cursor === systems[side].position) &&
        (hub.store.read(side)?.recheckAt ?? null) === null
      );
    })
  );
}
