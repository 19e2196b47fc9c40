import { setTimeout as sleep } from 'node:timers/promises';
import { SingleBar } from 'cli-progress';
import { Option, type Command } from 'commander';
import pino from 'pino';
import type { PipelineRow } from '../../database/sql/pipeline-rows.js';
import type { SideRow } from '../../database/sql/side-rows.js';
import { AppError } from '../../common/errors.js';
import { logOptions } from '../../common/logging.js';
import { action, type Context } from '../command.js';
import { exitCode, type ExitCode } from '../exit-codes.js';
import { withHub, type Hub } from '../hub.js';
import { print } from '../terminal.js';

interface Options {
  readonly timeout: number;
}

interface Standing {
  readonly pipeline: string;
  readonly result: 'in-agreement' | 'waits-for-a-person' | 'failed' | 'not-finished';
  readonly detail: string;
}

const pollMs = 250;

export function addRun(program: Command): void {
  program
    .command('run')
    .description('one pass without the service: read, write, and end when nothing is left to do')
    .addOption(new Option('--once', 'what it does anyway').hideHelp())
    .option('--timeout <seconds>', 'give up after', (text) => Number.parseInt(text, 10), 3_600)
    .action(
      action<[Options]>((context, options) => withHub(context.env, (hub) => runOnce(context, hub, options))),
    );
}

async function runOnce(
  context: Context,
  { pools, leases, project }: Hub,
  { timeout }: Options,
): Promise<ExitCode> {
  if (project.pipelines.length === 0)
    throw new AppError('invalid', 'There is no pipeline to run: set ACCORD_PIPELINES');
  const [{ SyncEngine }, { Clock }] = await Promise.all([
    import('../../sync/engine.js'),
    import('../../common/clock.js'),
  ]);
  const begun = await databaseTime(pools);
  // Standard output is for the result alone.
  const log = pino(logOptions({ LOG_LEVEL: 'warn', LOG_FORMAT: 'json' }), pino.destination(2));
  const engine = new SyncEngine(pools, leases, project.catalog, new Clock(), log);
  const names = project.pipelines.map(({ spec }) => spec.metadata.name);
  await engine.start(project.pipelines);
  let standings: readonly Standing[];
  try {
    standings = await settled(context, pools, names, begun, timeout);
  } finally {
    await engine.stop();
  }
  const { green, yellow, red } = context.terminal.colours;
  const mark = {
    'in-agreement': green('✓'),
    'waits-for-a-person': yellow('▲'),
    failed: red('✗'),
    'not-finished': red('…'),
  };
  print(context.terminal, { pipelines: standings }, () =>
    standings.map(({ pipeline, result, detail }) => `${mark[result]} ${pipeline}: ${detail}`).join('\n'),
  );
  if (standings.some(({ result }) => result === 'failed' || result === 'not-finished'))
    return exitCode.failed;
  return standings.some(({ result }) => result === 'waits-for-a-person') ? exitCode.attention : exitCode.ok;
}

/** Waits until each pipeline has nothing left to do, or cannot go on by itself. */
async function settled(
  { terminal }: Context,
  pools: Hub['pools'],
  names: readonly string[],
  begun: Date,
  timeout: number,
): Promise<Standing[]> {
  const [{ pipelineRows }, { sideRows }] = await Promise.all([
    import('../../database/sql/pipeline-rows.js'),
    import('../../database/sql/side-rows.js'),
  ]);
  const bar = terminal.interactive
    ? new SingleBar({
        format: '  {phase} {bar} {percentage}%  {value}/{total}',
        stream: process.stderr,
        hideCursor: true,
      })
    : null;
  bar?.start(1, 0, { phase: 'reading' });
  const deadline = performance.now() + timeout * 1_000;
  try {
    for (;;) {
      const pipelines = (await pipelineRows(pools.general, null)).filter(({ name }) => names.includes(name));
      const sides = await sideRows(
        pools.general,
        pipelines.map(({ id }) => id),
      );
      const standings = pipelines.map((row) =>
        standing(
          row,
          sides.filter((side) => side.pipeline_id === row.id),
          begun,
        ),
      );
      const late = performance.now() > deadline;
      if (late || standings.every(({ result }) => result !== 'not-finished')) return standings;
      const loading = pipelines.find(({ load_phase: phase }) => phase !== null);
      bar?.setTotal(Math.max(1, loading?.load_total ?? 1));
      bar?.update(loading?.load_done ?? 0, {
        phase: loading === undefined ? 'syncing' : `${loading.name}: ${loading.load_phase ?? ''}`,
      });
      await sleep(pollMs);
    }
  } finally {
    bar?.stop();
  }
}

function standing(
  { name, state, state_detail: why, paused_at: paused }: PipelineRow,
  sides: readonly SideRow[],
  begun: Date,
): Standing {
  const broken = sides.find(({ error_code: code, error_since: since }) => code !== null && since !== null);
  if (state === 'halted')
    return { pipeline: name, result: 'waits-for-a-person', detail: `halted: ${why ?? ''}` };
  if (state === 'report')
    return {
      pipeline: name,
      result: 'waits-for-a-person',
      detail: `its first load waits to be accepted: accord load ${name} --accept`,
    };
  if (paused !== null) return { pipeline: name, result: 'waits-for-a-person', detail: 'it is paused' };
  if (broken !== undefined)
    return {
      pipeline: name,
      result: 'failed',
      detail: `${broken.label}: ${broken.error_detail ?? ''} (${broken.error_code ?? ''})`,
    };
  const done =
    sides.length === 2 &&
    sides.every(
      (side) =>
        side.caught_up_at !== null &&
        side.caught_up_at > begun &&
        side.lag_seconds === 0 &&
        side.backlog === 0,
    );
  return state === 'running' && done
    ? {
        pipeline: name,
        result: 'in-agreement',
        detail: 'everything that was there has been read and written',
      }
    : { pipeline: name, result: 'not-finished', detail: `still ${state === 'running' ? 'at work' : state}` };
}

async function databaseTime(pools: Hub['pools']): Promise<Date> {
  const { rows } = await pools.general.query<{ now: Date }>('select clock_timestamp() as now');
  return rows[0]?.now ?? new Date();
}
