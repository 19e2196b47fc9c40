import { setTimeout as sleep } from 'node:timers/promises';
import { applyDeletions, applyEdits } from './apply-edits.js';
import { Arrival, until } from './arrival.js';
import { checkpoint } from './databases.js';
import type { Edit } from './edits.js';
import { measureLatency, type Latency } from './latency.js';
import type { SystemUnderTest } from './system.js';

/** What one workload showed. */
export interface Measured {
  readonly seconds: number;
  readonly perSecond: number;
  /** False when the edits did not all arrive in time; then `seconds` is when the system said it had nothing left to do. */
  readonly complete: boolean;
}

const patience = { everyMs: 10, timeoutMs: 180_000 };

function measured(ms: number, count: number, complete = true): Measured {
  return { seconds: ms / 1000, perSecond: count / (ms / 1000), complete };
}

export async function measureFirstLoad(system: SystemUnderTest, records: number): Promise<Measured> {
  const { began, ended } = await system.firstLoad();
  return measured(ended - began, records);
}

/** The edits are committed before the clock starts. */
export async function measureHeld(system: SystemUnderTest, edits: readonly Edit[]): Promise<Measured> {
  await system.hold();
  await applyEdits(system.urls, edits);
  await checkpoint(system.urls.A);
  return await Arrival.watch(system.urls, edits, async (arrived) => {
    const began = performance.now();
    const released = system.release();
    return await finish(system, edits, began, arrived, released);
  });
}

/** The edits are made while the system runs: from the commit of the last of them. */
export async function measureLive(system: SystemUnderTest, edits: readonly Edit[]): Promise<Measured> {
  await system.wake();
  return await Arrival.watch(system.urls, edits, async (arrived) => {
    const { last } = await applyEdits(system.urls, edits);
    system.askAnew();
    return await finish(system, edits, last, arrived, Promise.resolve());
  });
}

async function finish(
  system: SystemUnderTest,
  edits: readonly Edit[],
  began: number,
  arrived: () => Promise<boolean>,
  released: Promise<void>,
): Promise<Measured> {
  let idle = 0;
  let quietSince = 0;
  const done = async (): Promise<boolean> => {
    if (await arrived()) return true;
    // Nothing left to do, and still something missing: looked at a second time after a while, then given up.
    if (!(await system.quiet())) idle = 0;
    else if (idle++ === 0) quietSince = performance.now();
    return idle > 0 && performance.now() - quietSince > 3_000;
  };
  const ended = await until(done, patience);
  await released;
  const complete = await arrived();
  return measured(
    (complete ? (ended ?? performance.now()) : quietSince || performance.now()) - began,
    edits.length,
    complete,
  );
}

/** Both sides change one field of a record: over when every pair has become a question, or the system has nothing left to do. */
export async function measureConflicts(system: SystemUnderTest, edits: readonly Edit[]): Promise<Measured> {
  await system.hold();
  await applyEdits(system.urls, edits);
  return await measureQuestions(system, edits.length / 2, edits.length);
}

/** Records that are edited on B are deleted on A: over when every one of them has become a question. */
export async function measureDeletions(system: SystemUnderTest, edits: readonly Edit[]): Promise<Measured> {
  await system.hold();
  await applyEdits(system.urls, edits);
  await applyDeletions(
    system.urls.A,
    edits.map(({ id }) => id),
  );
  return await measureQuestions(system, edits.length, edits.length);
}

async function measureQuestions(
  system: SystemUnderTest,
  questions: number,
  changes: number,
): Promise<Measured> {
  const before = await system.countOpenConflicts();
  const wanted = before + questions;
  const began = performance.now();
  const released = system.release();
  let quietSince: number | undefined;
  const asked = await until(async () => {
    if ((await system.countOpenConflicts()) >= wanted) return true;
    if (!(await system.quiet())) quietSince = undefined;
    else quietSince ??= performance.now();
    return quietSince !== undefined && performance.now() - quietSince > 3_000;
  }, patience);
  await released;
  const complete = (await system.countOpenConflicts()) >= wanted;
  return measured(
    (complete ? (asked ?? performance.now()) : (quietSince ?? performance.now())) - began,
    changes,
    complete,
  );
}

export async function measureSingles(system: SystemUnderTest, edits: readonly Edit[]): Promise<Latency> {
  await system.wake();
  await sleep(500);
  return await measureLatency(system.urls, edits);
}

/** Until the system says, asked anew, that it has nothing left to do. */
export async function settle(system: SystemUnderTest): Promise<void> {
  system.askAnew();
  await until(() => system.quiet(), { everyMs: 250, timeoutMs: 180_000 });
}
