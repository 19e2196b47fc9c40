import { setTimeout as sleep } from 'node:timers/promises';
import { testVariable } from './env.js';

/**
 * The places where a test may end, fail or hold up this process: every step of a transaction and both ends of every call to another
 * system. Numbers are for reports; a number is never given a second time.
 */
export const FAILPOINTS = {
  'hub.begun': 1,
  'hub.before-commit': 2,
  'hub.commit-sent': 3,
  'hub.committed': 4,
  'lane.receipts-recorded': 10,
  'lane.gathered': 11,
  'lane.conflicts-written': 12,
  'lane.shadows-written': 13,
  'lane.lineage-written': 14,
  'lane.batches-inserted': 15,
  'lane.due-written': 16,
  'lane.cursors-moved': 17,
  'worker.captured': 20,
  'worker.committed': 21,
  'worker.arrived': 22,
  'worker.settled': 23,
  'delivery.before-send': 30,
  'delivery.answered': 31,
  'write.claimed': 40,
  'write.applied': 41,
  'write.carefully': 42,
  'write.commit-sent': 43,
  'write.committed': 44,
  'settle.claimed': 45,
  'settle.commit-sent': 46,
  'settle.committed': 47,
  'capture.before-read': 50,
  'capture.read': 51,
  'load.installed': 60,
  'load.cursors-taken': 61,
  'load.keys-stored': 62,
  'load.pairs-found': 63,
  'load.accepted': 64,
  'load.pairs-linked': 65,
  'load.ids-allocated': 66,
  'load.links-inserted': 67,
  'load.stored': 68,
  'load.written': 69,
  'load.settled': 70,
  'load.loaded': 71,
  'newcomers.met': 80,
  'newcomers.ids-allocated': 81,
  'newcomers.links-inserted': 82,
  'newcomers.committed': 83,
  'resync.begun': 90,
  'resync.compared': 91,
  'resync.before-cursor': 92,
  'resync.done': 93,
  'recast.page': 94,
  'rematch.page': 88,
  'reunion.page': 89,
  'sweep.payloads-forgotten': 95,
  'sweep.purged': 96,
  'purge.log': 97,
  'install.regenerated': 98,
  'install.commit-sent': 99,
  'decide.registers-written': 100,
  'decide.conflict-held': 101,
  'decide.recorded': 102,
  'undo.registers-written': 103,
  'undo.recorded': 104,
  'pipeline.leased': 110,
  'pipeline.opened': 111,
  'absence.read': 112,
  'absence.lost': 113,
  'verification.page-read': 160,
  'verification.ids-read': 161,
  'verification.saved': 162,
  'verification.looked': 163,
  'verification.fed': 164,
  'verification.finished': 165,
  'verification.finishing': 166,
  'mail.claimed': 120,
  'mail.sent': 121,
  'keys.prepared': 170,
  'keys.page': 171,
} as const;

export type Failpoint = keyof typeof FAILPOINTS;

/** What happens at the nth time a point is reached, counted from 1. */
interface Plan {
  readonly point: Failpoint;
  readonly hit: number;
  readonly action: 'kill' | 'error' | 'delay';
  readonly delayMs: number;
}

/** Thrown by the action `error`. */
export class FailpointReached extends Error {
  override readonly name = 'FailpointReached';
}

class Armed {
  readonly #hits = new Map<Failpoint, number>();

  constructor(private readonly plans: readonly Plan[]) {}

  async reach(point: Failpoint): Promise<void> {
    const hit = (this.#hits.get(point) ?? 0) + 1;
    this.#hits.set(point, hit);
    for (const plan of this.plans) {
      if (plan.point !== point || plan.hit !== hit) continue;
      if (plan.action === 'kill') process.kill(process.pid, 'SIGKILL');
      if (plan.action === 'error') throw new FailpointReached(`${point}, reached ${String(hit)} times`);
      await sleep(plan.delayMs);
    }
  }
}

let armed: Armed | null = arm(testVariable('ACCORD_TEST_FAILPOINTS'));

/** Nothing at all, unless a test armed this process; to be awaited, so that the action comes before what follows. */
export function failpoint(point: Failpoint): Promise<void> | undefined {
  return armed?.reach(point);
}

/**
 * Arms this process: `point:hit:action` separated by commas, the action being `kill`, `error` or `delay=<ms>`; hits are counted anew.
 * A process of its own is armed by starting it with ACCORD_TEST_FAILPOINTS and NODE_ENV=test. `null`: nothing happens any more.
 *
 * @throws RangeError outside of tests, and for what it does not understand
 */
export function armFailpoints(text: string | null): void {
  if (testVariable('NODE_ENV') === undefined) throw new RangeError('only tests may arm failpoints');
  armed = arm(text ?? undefined);
}

function arm(text: string | undefined): Armed | null {
  return text === undefined || text === '' ? null : new Armed(text.split(',').map(parse));
}

function parse(text: string): Plan {
  const [point = '', hit = '', what = ''] = text.split(':');
  const [action = '', delay = '0'] = what.split('=');
  if (!(point in FAILPOINTS) || !/^[1-9]\d*$/.test(hit) || !['kill', 'error', 'delay'].includes(action))
    throw new RangeError(`${text} is not point:hit:action with the action kill, error or delay=<ms>`);
  return {
    point: point as Failpoint,
    hit: Number(hit),
    action: action as Plan['action'],
    delayMs: Number(delay),
  };
}
