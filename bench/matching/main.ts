import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { freshDatabase, withClient } from '../sync/databases.js';
import { MemoryWatch } from '../sync/memory.js';
import { part, runEngine, type Service } from './engine.js';
import { parties } from './pipeline.js';
import { judge, type Outcome, type Verdict } from './verdict.js';
import { fillSide, makeSides, truthOf } from './world.js';

const GOALS = { precision: 0.99, recall: 0.95 };

const program = new Command('bench:matching')
  .description(
    'Two sides that share no key, of which it is known who is who: how many are found, how many are wrong.',
  )
  .option('--records <n>', 'records of a side', Number, 10_000)
  .option('--seed <n>', 'another world', Number, 1)
  .option('--json', 'one line of JSON');
program.parse();
const options = program.opts<{ records: number; seed: number; json?: boolean }>();

const engineUrls = process.env.BENCH_ENGINE_URLS;
if (engineUrls !== undefined) {
  await runEngine(JSON.parse(engineUrls) as Record<'a' | 'b' | 'hub', string>, parties);
} else process.exitCode = await measure();

async function measure(): Promise<number> {
  const dataDir = await mkdtemp(join(tmpdir(), 'accord-bench-matching-'));
  const { startEmbeddedPostgres } = await part<Service>('embedded', 'embedded-postgres.js');
  const server = await startEmbeddedPostgres({ dataDir });
  try {
    const urls = {
      a: await freshDatabase(server.url, 'bench_a'),
      b: await freshDatabase(server.url, 'bench_b'),
      hub: await freshDatabase(server.url, 'bench_hub'),
    };
    const { migrate } = await part<Service>('database', 'migrate.js');
    await migrate(urls.hub);
    const sides = makeSides(options.records, options.seed);
    await fillSide(urls.a, sides.a);
    await fillSide(urls.b, sides.b);
    const { seconds, peak } = await compare(urls);
    const truth = { a: await truthOf(urls.a), b: await truthOf(urls.b) };
    const verdict = judge(truth, await outcome(urls.hub));
    print({ a: truth.a.size, b: truth.b.size, seconds, peakMb: Math.round(peak / 2 ** 20), ...verdict });
    return verdict.precision >= GOALS.precision && verdict.recall >= GOALS.recall ? 0 : 1;
  } finally {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** From the start of the engine to its report. */
async function compare(
  urls: Readonly<Record<'a' | 'b' | 'hub', string>>,
): Promise<{ readonly seconds: number; readonly peak: number }> {
  const began = performance.now();
  const child = fork(fileURLToPath(import.meta.url), [], {
    env: { ...process.env, BENCH_ENGINE_URLS: JSON.stringify(urls) },
  });
  const memory = new MemoryWatch(() => Promise.resolve(child.pid === undefined ? [] : [child.pid]));
  try {
    await withClient(urls.hub, async (client) => {
      while ((await client.query('select from load_report')).rowCount === 0) {
        if (child.exitCode !== null) throw new Error('the engine has ended');
        await sleep(50);
      }
    });
    return { seconds: (performance.now() - began) / 1000, peak: memory.take() };
  } finally {
    memory.stop();
    child.send('stop');
    if (child.exitCode === null) await once(child, 'exit');
  }
}

async function outcome(hub: string): Promise<Outcome> {
  return withClient(hub, async (client) => {
    const pairs = async (sql: string): Promise<[string, string][]> =>
      (await client.query<{ a: string; b: string }>(sql)).rows.map(({ a, b }) => [a, b]);
    return {
      linked: await pairs('select a_id as a, b_id as b from load_pair'),
      asked: await pairs(
        'select q.ext_id as a, m.ext_id as b from match_question q join match_candidate m using (conflict_id)',
      ),
    };
  });
}

function print(result: Verdict & { a: number; b: number; seconds: number; peakMb: number }): void {
  if (options.json === true) {
    console.log(JSON.stringify(result));
    return;
  }
  const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
  const rows: readonly (readonly [string, string])[] = [
    ['records', `${result.a.toLocaleString('en')} and ${result.b.toLocaleString('en')}`],
    ['linked without asking', `${result.linked.toLocaleString('en')}, ${String(result.wrong)} of them wrong`],
    ['precision', percent(result.precision)],
    ['recall', percent(result.recall)],
    ['shown to a person instead', percent(result.shown)],
    ['found by nobody', percent(result.missed)],
    ['records a person is asked about', percent(result.asks)],
    ['time', `${result.seconds.toFixed(1)} s`],
    ['peak memory of the engine', `${String(result.peakMb)} MB`],
  ];
  for (const [name, value] of rows) console.log(`${name.padEnd(34)}${value}`);
}
