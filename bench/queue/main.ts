import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { freshDatabase, withClient } from '../sync/databases.js';
import { machine } from '../sync/report.js';
import { withServer } from '../sync/server.js';
import { generateQueue } from './generate.js';
import { chromiumPath } from './browser.js';
import { measureScreen } from './in-chromium.js';
import { keyboardRun } from './keyboard-run.js';
import { measureQueue, missed } from './measure.js';
import { runText, shortcomings } from './run-report.js';
import { withService } from './service.js';

interface Options {
  readonly open: number;
  readonly closed: number;
  readonly requests: number;
  readonly decisions: number;
  readonly screen: boolean;
  readonly json: boolean;
}

function count(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('a whole number is expected');
  return number;
}

const options = new Command('bench:queue')
  .description(
    'How long people wait for the queue: pages, the next one, a decision, over HTTP; keys and cards, in Chromium; and how many they can decide.',
  )
  .option('--open <n>', 'conflicts that wait', count, 100_000)
  .option('--closed <n>', 'conflicts that are over', count, 1_000_000)
  .option('--requests <n>', 'of each kind', count, 100)
  .option(
    '--decisions <n>',
    'records that are decided by keys, in two databases that are read afterwards',
    count,
    120,
  )
  .option('--no-screen', 'without a browser')
  .option('--json', 'print one JSON document', false)
  .parse()
  .opts<Options>();
const say = (text: string): void => void process.stderr.write(`${text}\n`);
// This file is dist/bench/queue/main.js when it runs.
const main = join(import.meta.dirname, '..', '..', 'main.js');

const screen = options.screen && chromiumPath() !== undefined;
if (options.screen && !screen) say('there is no Chromium here: set ACCORD_TEST_CHROMIUM');

/** Due dates are given by a job of the service, some thousand a second: the lists are measured when all have theirs. */
async function arranged(hubUrl: string): Promise<void> {
  for (;;) {
    const left = await withClient(hubUrl, async (client) => {
      const { rows } = await client.query<{ n: string }>(
        `select count(*) as n from review_item where state <> 'closed' and arranged_revision = 0`,
      );
      return Number(rows[0]?.n);
    });
    if (left === 0) return;
    say(`${String(left)} to be given their due date`);
    await sleep(2_000);
  }
}

await withServer(join(import.meta.dirname, '..', '..'), async ({ adminUrl, version }) => {
  const hubUrl = await freshDatabase(adminUrl, 'bench_queue');
  // Once, so that the database is there; the conflicts are made while nobody looks.
  await withService(hubUrl, main, () => Promise.resolve());
  say(`making ${String(options.open)} open and ${String(options.closed)} closed conflicts`);
  await withClient(hubUrl, async (client) => {
    await client.query('truncate person cascade');
    await generateQueue(client, options);
  });
  const listed = await withService(hubUrl, main, async (service) => {
    await arranged(hubUrl);
    await withClient(hubUrl, (client) => client.query('vacuum analyze review_item'));
    const asked = await measureQueue({ ...service, requests: options.requests });
    if (!screen) return asked;
    say('in Chromium');
    return [...asked, ...(await measureScreen(service, options.requests))];
  });
  const { decisions } = options;
  const run = screen && decisions > 0 ? await keyboardRun({ adminUrl, main, decisions }) : null;
  const figures = [...listed, ...(run?.figures ?? [])];
  const late = missed(figures);
  if (options.json) {
    const { open, closed } = options;
    process.stdout.write(
      `${JSON.stringify({ machine: machine(version), open, closed, figures, run }, null, 2)}\n`,
    );
  } else {
    process.stdout.write(
      'what                                              p50 ms  p95 ms  longest   goal\n',
    );
    for (const { what, p50, p95, longest, goal } of figures)
      process.stdout.write(
        `${what.padEnd(48)}${[p50, p95, longest].map((ms) => ms.toFixed(1).padStart(8)).join('')}${String(goal ?? '').padStart(8)}\n`,
      );
    if (run !== null) process.stdout.write(runText(run));
  }
  const short = run === null ? [] : shortcomings(run);
  if (short.length > 0) {
    say(short.join('\n'));
    process.exitCode = 1;
  }
  if (late.length > 0) {
    say(`missed: ${late.map(({ what }) => what).join(', ')}`);
    process.exitCode = 1;
  }
});
