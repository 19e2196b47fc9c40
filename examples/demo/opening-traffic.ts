import { openingScenes } from './at-work.js';
import { demoUrls, isOpened, markOpened } from './set-up-demo.js';
import { World } from './world.js';

/**
 * A few minutes' worth of work in some seconds, once in the life of the demo's databases: ordinary edits, merges, format noise and
 * a handful of true conflicts, all of it plain SQL in the two databases. To be called when both pipelines have finished their first
 * load; does nothing when it has been done before.
 *
 * @returns what was done, in words
 */
export async function openingTraffic({
  adminUrl,
  pauseMs = 300,
}: {
  readonly adminUrl: string;
  readonly pauseMs?: number;
}): Promise<readonly string[]> {
  if (await isOpened(adminUrl)) return [];
  const told: string[] = [];
  const world = await World.open({ ...demoUrls(adminUrl), seed: 7, tell: (sentence) => told.push(sentence) });
  try {
    await markOpened(adminUrl);
    await openingScenes(world, pauseMs);
  } finally {
    await world.close();
  }
  return told;
}
