import { join } from 'node:path';
import { Accord } from './accord.js';
import { makeEditScript } from './edits.js';
import { measureFloor } from './floor.js';
import { readOptions } from './options.js';
import { Bucardo, whyNoBucardo } from './peer/bucardo.js';
import { machine, reportText, type BenchResult } from './report.js';
import { runSystem, type SystemResult } from './run.js';
import { withServer } from './server.js';
import type { SystemUnderTest } from './system.js';
import { isClean } from './verdict.js';

// This file is dist/bench/sync/main.js when it runs.
const dist = join(import.meta.dirname, '..', '..');
const options = readOptions(process.argv);
const { records, workloads } = options;
const script = makeEditScript(records, options.singles, options.seed, options.bulk);
const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

async function run(make: () => Promise<SystemUnderTest>): Promise<SystemResult> {
  const system = await make();
  try {
    return await runSystem(system, { records, workloads, script }, say);
  } finally {
    await system.stop();
  }
}

const result = await withServer(dist, async ({ adminUrl, version }): Promise<BenchResult> => {
  const peerMissing = options.peer ? (whyNoBucardo() ?? null) : null;
  const systems: SystemResult[] = [];
  if (options.floor) say('The floor …');
  const floor = options.floor ? await measureFloor(adminUrl, records, script) : null;
  if (options.accord) {
    const program = ['--enable-source-maps', join(dist, 'main.js')];
    systems.push(await run(() => Accord.make({ adminUrl, program, records, cpuProfile: options.cpuProf })));
  }
  if (options.peer && peerMissing === null) {
    systems.push(await run(() => Bucardo.make(join(dist, '..', 'bench', 'sync', 'peer'))));
  }
  return { machine: machine(version), records, floor, systems, peerMissing };
});

console.log(options.json ? JSON.stringify(result, null, 2) : reportText(result));
// The peer's faults are a finding, ours are a failure.
const ours = result.systems.find(({ system }) => system === 'Accord');
process.exitCode = ours?.verdict === undefined || ours.verdict === null || isClean(ours.verdict) ? 0 : 1;
