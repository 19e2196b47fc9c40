import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { Command, InvalidArgumentError, Option } from 'commander';
import { PROMISED } from './generate.js';
import { about, sharesInWords, SUBJECTS, type Subject } from './mix.js';
import { MUTANTS, mutantTable, runMutant } from './mutants.js';
import { PROPERTIES } from './oracle/judge.js';
import { runSeed } from './run.js';
import { storyOf } from './story.js';
import type { Counted, Share } from './worker.js';

/** Exit code of a call that cannot be understood; 1 says that a promise was broken. */
const MISUSED = 2;

const MOST = { runs: 100_000_000, seed: 2 ** 31, workers: 256 } as const;

const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const n = Number(text);
    if (!/^\d+$/.test(text) || n < least || n > most)
      throw new InvalidArgumentError(`Expected a whole number from ${String(least)} to ${String(most)}.`);
    return n;
  };

/**
 * `npm run simulate -- --runs 1000000 --seed 1`: plays that many histories over all kinds of sides that promise something, on all
 * processors, and prints how many broke which promise, with the story of the first. `--mutants` prints what becomes of the hub without
 * each of its protections.
 */
const program = new Command('npm run simulate --')
  .description('play made-up histories between sides of every tier that promises something, and judge them')
  .option('--runs <n>', 'how many histories', wholeNumber(1, MOST.runs), 20_000)
  .option(
    '--seed <n>',
    'where to begin; the same seed gives the same histories',
    wholeNumber(0, MOST.seed),
    1,
  )
  .option('--workers <n>', 'how many threads', wholeNumber(1, MOST.workers), availableParallelism())
  .addOption(
    new Option('--about <subject>', `only histories about this; otherwise ${sharesInWords()}`).choices(
      SUBJECTS,
    ),
  )
  .option('--mutants', 'take the protections out one by one, and show what notices it', false)
  .addHelpText(
    'after',
    '\nExit codes: 0 all promises were kept, 1 one was broken, 2 the call was not understood.',
  )
  .allowExcessArguments(false)
  .showHelpAfterError('(--help lists the options)')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : MISUSED))
  .parse();

const {
  runs,
  seed,
  workers,
  about: subject,
  mutants,
} = program.opts<{
  readonly runs: number;
  readonly seed: number;
  readonly workers: number;
  readonly about?: Subject;
  readonly mutants: boolean;
}>();

const TELL_EVERY_MS = 60_000;

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

if (mutants) {
  say(mutantTable(MUTANTS.map((mutant) => runMutant(mutant, seed))));
} else {
  await simulate();
}

async function simulate(): Promise<void> {
  const began = performance.now();
  const share = Math.ceil(runs / workers);
  const counted: Counted[] = [];
  const told = setInterval(() => process.stderr.write(`${progress(counted, began)}\n`), TELL_EVERY_MS);
  await Promise.all(
    Array.from({ length: workers }, (_, i) => {
      const from = seed + i * share;
      return count({ from, runs: Math.max(0, Math.min(share, seed + runs - from)), subject }, counted);
    }),
  );
  clearInterval(told);
  const seconds = (performance.now() - began) / 1_000;
  const steps = counted.reduce((all, one) => all + one.steps, 0);
  const failing = counted.flatMap((one) => one.failing).sort((x, y) => x - y);
  say(
    `${String(runs)} histories from seed ${String(seed)}, ${(steps / runs).toFixed(0)} steps each on average, in ${seconds.toFixed(0)} s: ` +
      `${(runs / seconds).toFixed(0)} a second on ${String(workers)} threads.`,
  );
  say(`Sides: ${PROMISED.join(', ')}. About: ${subject ?? SUBJECTS.join(', ')}.`);
  say(`Runs that broke a promise: ${String(failing.length)}.`);
  for (const [name, words] of Object.entries(PROPERTIES)) {
    const broken = counted.reduce((all, one) => all + (one.by[name] ?? 0), 0);
    say(`  ${name.padEnd(4)} ${words.padEnd(66)} ${String(broken)}`);
  }
  const [first] = failing;
  if (first === undefined) return;
  process.exitCode = 1;
  say(`\nSeeds: ${failing.slice(0, 50).join(' ')}\n`);
  const options = { tune: about(subject) };
  say(storyOf(runSeed(first, options), options));
}

function count(share: Share, counted: Counted[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: share });
    worker.on('message', (some: Counted) => counted.push(some));
    worker.once('exit', () => resolve());
    worker.once('error', reject);
  });
}

function progress(counted: readonly Counted[], began: number): string {
  const done = counted.reduce((all, one) => all + one.runs, 0);
  const failing = counted.flatMap((one) => one.failing);
  const left = ((performance.now() - began) / 60_000 / Math.max(done, 1)) * (runs - done);
  const broken = failing.length === 0 ? 'none broke a promise' : `broke a promise: ${failing.join(' ')}`;
  return `${String(done)} of ${String(runs)} histories, ${left.toFixed(0)} min left; ${broken}`;
}
