import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { Accord, type Verification } from '../sync/accord.js';
import { checkpoint, fill, makeTable, withClient } from '../sync/databases.js';
import { MemoryWatch } from '../sync/memory.js';
import { columns, table } from '../sync/records.js';
import { machine } from '../sync/report.js';
import { withServer } from '../sync/server.js';

interface Options {
  readonly records: number;
  readonly unseen: number;
  readonly json: boolean;
  readonly cpuProf: string | undefined;
}

interface Figure {
  readonly what: string;
  readonly seconds: number;
  readonly recordsPerSecond: number;
  readonly fields: number;
  readonly differences: Readonly<Record<string, number>>;
  readonly memoryBefore: number;
  readonly peakBytes: number;
}

function count(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('a whole number from 1 is expected');
  return number;
}

const options = new Command('bench:verify')
  .description('How long it takes to compare two PostgreSQL tables with what Accord holds of them.')
  .option('--records <n>', 'linked records', count, 100_000)
  .option(
    '--unseen <n>',
    'records edited behind the back of the triggers, for the second figure',
    count,
    1000,
  )
  .option('--json', 'print one JSON document', false)
  .option('--cpu-prof <folder>', 'write a CPU profile of the service there')
  .parse()
  .opts<Options>();
const say = (text: string): void => void process.stderr.write(`${text}\n`);
// This file is dist/bench/verify/main.js when it runs.
const dist = join(import.meta.dirname, '..', '..');

async function measured(system: Accord, memory: MemoryWatch, what: string): Promise<Figure> {
  await checkpoint(system.urls.A);
  // One sample of what it holds while nothing goes on.
  memory.take();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const memoryBefore = memory.take();
  const done: Verification = await system.verify();
  if (done.state !== 'finished') throw new Error(`the verification failed: ${String(done.error)}`);
  const seconds = (Date.parse(done.finishedAt) - Date.parse(done.startedAt)) / 1000;
  const { A, B } = done.certificate.sides;
  if (A.records !== options.records || B.records !== options.records)
    throw new Error(`compared ${String(A.records)} and ${String(B.records)} records`);
  return {
    what,
    seconds,
    recordsPerSecond: Math.round(options.records / seconds),
    fields: A.fields + B.fields,
    differences: done.differences,
    memoryBefore,
    peakBytes: memory.take(),
  };
}

/** In one transaction, so that nobody can see that the triggers were off. */
async function editUnseen(url: string, records: number, edits: number): Promise<void> {
  await withClient(url, async (client) => {
    await client.query('begin');
    const { rows } = await client.query<{ name: string }>(
      `select tgname as name from pg_trigger where tgrelid = '${table}'::regclass and tgenabled = 'A'`,
    );
    await client.query(`alter table ${table} disable trigger all`);
    const every = Math.max(1, Math.floor(records / edits));
    await client.query(
      `update ${table} set ${columns[0]} = ${columns[0]} || '!' where id % ${String(every)} = 0`,
    );
    for (const { name } of rows)
      await client.query(`alter table ${table} enable always trigger ${client.escapeIdentifier(name)}`);
    await client.query('commit');
  });
}

const result = await withServer(dist, async ({ adminUrl, version }) => {
  const program = ['--enable-source-maps', join(dist, 'main.js')];
  const { records, unseen, cpuProf } = options;
  const system = await Accord.make({ adminUrl, program, records, cpuProfile: cpuProf });
  const memory = new MemoryWatch(() => system.processes());
  try {
    await makeTable(system.urls.A);
    await makeTable(system.urls.B);
    say(`Filling ${records.toLocaleString('en')} records and loading them …`);
    await fill(system.urls.A, records);
    await system.firstLoad();
    for (const url of Object.values(system.urls))
      await withClient(url, (client) => client.query(`vacuum analyze ${table}`));
    const figures = [await measured(system, memory, 'nothing differs')];
    await editUnseen(system.urls.A, records, unseen);
    figures.push(await measured(system, memory, 'edited behind the triggers'));
    return { machine: machine(version), records, figures };
  } finally {
    memory.stop();
    await system.stop();
  }
});

const megabytes = (bytes: number): string => `${String(Math.round(bytes / 2 ** 20))} MB`;
if (options.json) console.log(JSON.stringify(result, null, 2));
else {
  const { cpus, memoryGb, node, postgres } = result.machine;
  console.log(
    `${result.records.toLocaleString('en')} records of 19 fields on each side; ${String(cpus)} cores, ${String(memoryGb)} GB, Node ${node}, PostgreSQL ${postgres}`,
  );
  for (const one of result.figures)
    console.log(
      `  ${one.what}: ${one.seconds.toFixed(1)} s, ${one.recordsPerSecond.toLocaleString('en')} records/s, ${one.fields.toLocaleString('en')} fields; memory ${megabytes(one.memoryBefore)} before, ${megabytes(one.peakBytes)} at most; ${JSON.stringify(one.differences)}`,
    );
}
const [clean, edited] = result.figures;
process.exitCode = clean?.differences.unknown === 0 && (edited?.differences.unknown ?? 0) > 0 ? 0 : 1;
