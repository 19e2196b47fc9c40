import { FAILPOINTS, type Failpoint } from '../../src/common/failpoint.js';

/** What must be so before a process can come to the point. */
export type Before = 'an unsettled write' | 'a gap in the log' | 'a full segment of the log';

export interface Kill {
  /** `null`: at any moment. */
  readonly point: Failpoint | null;
  readonly hit: number;
  readonly before: Before | null;
}

const NAMES = Object.keys(FAILPOINTS) as Failpoint[];

/** Passed once, while the sides are compared and linked for the first time; in this order. */
export const LOAD_POINTS = [
  ...NAMES.filter((name) => name.startsWith('install.')),
  ...NAMES.filter((name) => name.startsWith('load.')),
];

/** Each takes a page of records to be created: a small load has two of them. */
export const PAGE_POINTS: readonly string[] = ['load.stored', 'load.written', 'load.settled'];

/**
 * The mails have a proof of their own (mail-kills.db.spec.ts), and so have a side that is read through for what is gone (test/sync/absence-*)
 * and sides that are compared because somebody asked for it (test/sync/verify-*), a mapping that has changed (test/sync/changed-pipeline),
 * match rules that have (test/sync/rematching), restores (test/sync/restored), and other master keys (test/connections/rotate-keys).
 */
const ELSEWHERE = NAMES.filter((name) =>
  /^(mail|absence|verification|recast|rematch|reunion|keys)\./.test(name),
);

export const RUNNING_POINTS = NAMES.filter(
  (name) => !LOAD_POINTS.includes(name) && !ELSEWHERE.includes(name),
);

/** Points that only every so many-th transaction or batch comes to: the first time will do. */
const RARE = /^(resync|sweep|purge|settle|newcomers|decide|undo|pipeline|write\.carefully)/;

/** `n` kills, every point once before any comes a second time, each time at another hit. */
export function failpointKills(n: number, random: () => number, only = /./): readonly Kill[] {
  const kills: Kill[] = [];
  for (let round = 0; kills.length < n; round++) {
    for (const point of shuffled(
      RUNNING_POINTS.filter((name) => only.test(name)),
      random,
    )) {
      if (kills.length === n) break;
      const most = RARE.test(point) ? 2 : 6;
      const hit = round === 0 ? 1 : 1 + Math.floor(random() * most);
      kills.push({ point, hit: before(point) === null ? hit : 1, before: before(point) });
    }
  }
  return kills;
}

function before(point: Failpoint): Before | null {
  if (point.startsWith('settle.') || point === 'worker.settled') return 'an unsettled write';
  if (point.startsWith('resync.')) return 'a gap in the log';
  return point === 'purge.log' ? 'a full segment of the log' : null;
}

function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
  return items
    .map((item) => [random(), item] as const)
    .sort(([x], [y]) => x - y)
    .map(([, item]) => item);
}
