import { setTimeout as sleep } from 'node:timers/promises';
import {
  bulkStatement,
  countersOnBoth,
  differentFields,
  foreignRename,
  formatNoise,
  newEmployer,
  newRecord,
  newTicket,
  passedOn,
  optOut,
  revertedEdit,
  singleEdit,
  tagsOnBoth,
  textsOnBoth,
  trueConflict,
} from './scenes.js';
import type { World } from './world.js';

type Scene = (world: World) => Promise<void>;

/** How often each thing happens, out of their sum. */
const usual: readonly { readonly weight: number; readonly value: Scene }[] = [
  { weight: 40, value: singleEdit },
  { weight: 12, value: formatNoise },
  { weight: 10, value: differentFields },
  { weight: 7, value: tagsOnBoth },
  { weight: 7, value: countersOnBoth },
  { weight: 5, value: textsOnBoth },
  { weight: 5, value: newRecord },
  { weight: 4, value: revertedEdit },
  { weight: 4, value: newEmployer },
  { weight: 3, value: newTicket },
  { weight: 3, value: passedOn },
  { weight: 3, value: optOut },
  { weight: 3, value: (world) => trueConflict(world) },
  { weight: 1, value: foreignRename },
  { weight: 1, value: bulkStatement },
];

/** A bit of everything and six questions for a steward: what a newcomer finds. */
const opening: readonly Scene[] = [
  singleEdit,
  differentFields,
  (world) => trueConflict(world, 'companies'),
  tagsOnBoth,
  (world) => trueConflict(world, 'people'),
  countersOnBoth,
  formatNoise,
  (world) => trueConflict(world, 'companies'),
  textsOnBoth,
  foreignRename,
  newRecord,
  newEmployer,
  newTicket,
  passedOn,
  (world) => trueConflict(world, 'people'),
  revertedEdit,
  optOut,
  (world) => trueConflict(world, 'companies'),
  singleEdit,
];

/** People at work for some time; ends early when `signal` says so. */
export async function atWork(
  world: World,
  {
    minutes,
    perSecond,
    signal,
  }: { readonly minutes: number; readonly perSecond: number; readonly signal?: AbortSignal },
): Promise<number> {
  const deadline = performance.now() + minutes * 60_000;
  let done = 0;
  while (performance.now() < deadline && signal?.aborted !== true) {
    await world.faker.helpers.weightedArrayElement(usual)(world);
    done++;
    await sleep((1_000 / perSecond) * world.faker.number.float({ min: 0.5, max: 1.5 }), undefined, {
      signal,
    }).catch(() => undefined);
  }
  return done;
}

/** `n` true conflicts, one after the other without a pause. */
export async function conflictsAtOnce(world: World, n: number): Promise<void> {
  for (let i = 0; i < n; i++) await trueConflict(world);
}

export async function openingScenes(world: World, pauseMs: number): Promise<void> {
  for (const scene of opening) {
    await scene(world);
    await sleep(pauseMs);
  }
}
