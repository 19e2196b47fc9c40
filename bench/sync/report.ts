import { cpus, totalmem } from 'node:os';
import type { FloorFigures } from './floor.js';
import type { SystemResult, WorkloadResult } from './run.js';
import { isClean } from './verdict.js';

export interface BenchResult {
  readonly machine: {
    readonly cpus: number;
    readonly memoryGb: number;
    readonly node: string;
    readonly postgres: string;
  };
  readonly records: number;
  readonly floor: FloorFigures | null;
  readonly systems: readonly SystemResult[];
  /** Why the peer was asked for and did not run. */
  readonly peerMissing: string | null;
}

export function machine(postgres: string): BenchResult['machine'] {
  return { cpus: cpus().length, memoryGb: Math.round(totalmem() / 2 ** 30), node: process.version, postgres };
}

const meaning = {
  W1: 'first load of all into an empty B',
  W2: 'a fifth edited on A, a fifth on B, committed before the clock starts',
  'W2-live': 'the same while it runs, from the last commit',
  W3: '2 % edited on both sides in different fields',
  W4: '2 % edited on both sides in the same field',
  W5: '2 % deleted on A and edited on B',
  W6: 'one change at a time, commit to commit',
} as const;

const header = [
  '',
  'floor',
  'system',
  'figure',
  'per second',
  '× floor',
  'peak memory',
  'lost',
  'false',
  'missed',
  'unequal',
];

/** The figures as a table for people. */
export function reportText(result: BenchResult): string {
  const { cpus, memoryGb, node, postgres } = result.machine;
  const rows = result.systems.flatMap((system) =>
    system.workloads.map((one) => row(system.system, one, result.floor)),
  );
  const lines = [
    `${result.records.toLocaleString('en')} records of 18 text columns; ${cpus} CPUs, ${memoryGb} GB, Node ${node}, PostgreSQL ${postgres}`,
    '',
    ...layOut([header, ...rows]),
    '',
    ...Object.entries(meaning).map(([name, words]) => `${name.padEnd(8)} ${words}`),
    '',
    ...result.systems.map(conclusion),
  ];
  if (result.peerMissing !== null) lines.push(`The peer did not run: ${result.peerMissing}`);
  return lines.join('\n');
}

function row(system: string, one: WorkloadResult, floor: FloorFigures | null): string[] {
  const { workload, measured, latency, verdict } = one;
  const base = floor === null ? undefined : floorSeconds(floor, workload);
  const seconds = latency === null ? (measured?.seconds ?? Number.NaN) : latency.p50Ms / 1000;
  return [
    workload,
    base === undefined ? '-' : latency === null ? `${base.toFixed(2)} s` : `${(base * 1000).toFixed(1)} ms`,
    system,
    latency === null
      ? `${seconds.toFixed(2)} s${measured?.complete === false ? ' (incomplete)' : ''}`
      : `p50 ${latency.p50Ms.toFixed(0)} ms, p99 ${latency.p99Ms.toFixed(0)} ms${latency.late > 0 ? `, ${latency.late} never` : ''}`,
    measured === null ? '-' : Math.round(measured.perSecond).toLocaleString('en'),
    base === undefined ? '-' : (seconds / base).toFixed(1),
    `${Math.round(one.peakBytes / 2 ** 20)} MB`,
    String(one.lostEdits),
    String(verdict.falseConflicts),
    String(verdict.missedConflicts),
    String(verdict.unequalFields + verdict.missingRecords + verdict.strangeRecords),
  ];
}

function floorSeconds(floor: FloorFigures, workload: WorkloadResult['workload']): number | undefined {
  switch (workload) {
    case 'W1':
    case 'W3':
    case 'W4':
      return floor[workload];
    case 'W2':
    case 'W2-live':
      return floor.W2;
    case 'W5':
      return undefined;
    case 'W6':
      return floor.W6.p50Ms / 1000;
  }
}

function conclusion({ system, verdict, peakBytes }: SystemResult): string {
  if (verdict === null) return `${system}: nothing was run.`;
  const memory = `peak memory ${Math.round(peakBytes / 2 ** 20)} MB`;
  if (isClean(verdict))
    return `${system}: both sides equal, no edit lost, ${verdict.openConflicts} conflicts open as they should be; ${memory}.`;
  const faults = Object.entries(verdict).filter(([name, count]) => name !== 'openConflicts' && count > 0);
  return `${system}: ${faults.map(([name, count]) => `${name} ${count}`).join(', ')}; ${memory}.`;
}

function layOut(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 || i === 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
