import { checkpoint, fill, makeTable } from './databases.js';
import type { Edit, EditScript, WorkloadName } from './edits.js';
import type { Latency } from './latency.js';
import {
  measureConflicts,
  measureDeletions,
  measureFirstLoad,
  measureHeld,
  measureLive,
  measureSingles,
  settle,
  type Measured,
} from './measure.js';
import { MemoryWatch } from './memory.js';
import { judgeDatabases } from './read-back.js';
import type { SystemUnderTest } from './system.js';
import type { Verdict } from './verdict.js';

export interface WorkloadResult {
  readonly workload: WorkloadName;
  readonly measured: Measured | null;
  readonly latency: Latency | null;
  readonly peakBytes: number;
  /** Of everything up to the end of this workload. */
  readonly verdict: Verdict;
  /** Lost in this workload. */
  readonly lostEdits: number;
}

export interface SystemResult {
  readonly system: string;
  readonly workloads: readonly WorkloadResult[];
  readonly peakBytes: number;
  readonly verdict: Verdict | null;
}

/** Runs the workloads in their order against one system, and has the two databases judged after each. */
export async function runSystem(
  system: SystemUnderTest,
  options: {
    readonly records: number;
    readonly workloads: readonly WorkloadName[];
    readonly script: EditScript;
  },
  say: (text: string) => void,
): Promise<SystemResult> {
  const { records, workloads, script } = options;
  await makeTable(system.urls.A);
  await makeTable(system.urls.B);
  await fill(system.urls.A, records);
  const memory = new MemoryWatch(() => system.processes());
  const results: WorkloadResult[] = [];
  let edits: Edit[] = [];
  try {
    for (const workload of workloads) {
      say(`${system.name}: ${workload} …`);
      await checkpoint(system.urls.A);
      memory.take();
      const { measured, latency } = await measure(system, workload, records, script);
      await settle(system);
      const peakBytes = memory.take();
      if (workload !== 'W1') edits = edits.concat(script[workload]);
      const deleted = workloads.slice(0, workloads.indexOf(workload) + 1).includes('W5') ? script.W5 : [];
      const verdict = await judgeDatabases(
        system.urls,
        records,
        edits,
        await system.openConflicts(),
        deleted.map(({ id }) => id),
      );
      const lostBefore = results.at(-1)?.verdict.lostEdits ?? 0;
      const figure =
        latency === null
          ? `${(measured?.seconds ?? Number.NaN).toFixed(2)} s`
          : `p50 ${latency.p50Ms.toFixed(0)} ms, p99 ${latency.p99Ms.toFixed(0)} ms`;
      say(
        `${system.name}: ${workload} ${figure}, peak ${Math.round(peakBytes / 2 ** 20)} MB, ${JSON.stringify(verdict)}`,
      );
      results.push({
        workload,
        measured,
        latency,
        peakBytes,
        verdict,
        lostEdits: verdict.lostEdits - lostBefore,
      });
    }
  } finally {
    memory.stop();
  }
  return {
    system: system.name,
    workloads: results,
    peakBytes: Math.max(0, ...results.map(({ peakBytes }) => peakBytes)),
    verdict: results.at(-1)?.verdict ?? null,
  };
}

async function measure(
  system: SystemUnderTest,
  workload: WorkloadName,
  records: number,
  script: EditScript,
): Promise<{ measured: Measured | null; latency: Latency | null }> {
  switch (workload) {
    case 'W1':
      return { measured: await measureFirstLoad(system, records), latency: null };
    case 'W2':
    case 'W3':
      return { measured: await measureHeld(system, script[workload]), latency: null };
    case 'W4':
      return { measured: await measureConflicts(system, script.W4), latency: null };
    case 'W5':
      return { measured: await measureDeletions(system, script.W5), latency: null };
    case 'W2-live':
      return { measured: await measureLive(system, script['W2-live']), latency: null };
    case 'W6':
      return { measured: null, latency: await measureSingles(system, script.W6) };
  }
}
