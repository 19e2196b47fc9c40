import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import { atWork, conflictsAtOnce } from './at-work.js';
import { demoUrls } from './set-up-demo.js';
import { World } from './world.js';

/** What this program uses of the service, which is built apart from it. */
interface EnvModule {
  readonly loadEnv: () => object;
}
interface OwnDatabaseModule {
  readonly openOwnDatabase: (
    env: object,
  ) => Promise<{ readonly url: string; readonly close: () => Promise<void> }>;
}

const positive = (text: string): number => {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError('a number above 0 is expected');
  return number;
};

const options = new Command('demo:traffic')
  .description('People at work in the two databases of the demo. Nothing but SQL: Accord is not told.')
  .addOption(new Option('--minutes <n>', 'how long').default(1.5).argParser(positive))
  .addOption(new Option('--rate <n>', 'things that happen in a second').default(2).argParser(positive))
  .addOption(
    new Option('--conflicts <n>', 'make so many true conflicts at once, and nothing else').argParser(
      positive,
    ),
  )
  .addOption(
    new Option('--seed <n>', 'another seed does other things')
      .default(Date.now() % 1_000_000, 'the time')
      .argParser(Number),
  )
  .parse()
  .opts<{ minutes: number; rate: number; conflicts?: number; seed: number }>();

// This file is dist/examples/demo/traffic.js when it runs.
const built = async (file: string): Promise<unknown> =>
  (await import(pathToFileURL(join(import.meta.dirname, '..', '..', file)).href)) as unknown;

const { loadEnv } = (await built('common/env.js')) as EnvModule;
const { openOwnDatabase } = (await built('embedded/own-database.js')) as OwnDatabaseModule;

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

const database = await openOwnDatabase(loadEnv());
try {
  const world = await World.open({
    ...demoUrls(database.url),
    seed: options.seed,
    tell: (sentence) => console.log(sentence),
  });
  try {
    if (options.conflicts === undefined) {
      const done = await atWork(world, {
        minutes: options.minutes,
        perSecond: options.rate,
        signal: stop.signal,
      });
      console.log(`${done} things happened (--seed ${options.seed} does them again).`);
    } else await conflictsAtOnce(world, Math.ceil(options.conflicts));
  } finally {
    await world.close();
  }
} catch (error) {
  const missing = (error as { code?: string }).code === '3D000';
  console.error(missing ? 'The demo is not set up yet: run npm start first.' : error);
  process.exitCode = 1;
} finally {
  await database.close();
}
