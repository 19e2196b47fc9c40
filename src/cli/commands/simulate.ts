import { randomInt } from 'node:crypto';
import { SingleBar } from 'cli-progress';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { AppError } from '../../common/errors.js';
import { TIER_NAMES, type TierName } from '../../simulate/pipeline/tier-names.js';
import { action, type Context } from '../command.js';
import { exitCode, type ExitCode } from '../exit-codes.js';
import { print } from '../terminal.js';

interface Options {
  readonly pipeline: string;
  readonly runs: number;
  readonly seed?: number;
  readonly aTier?: TierName;
  readonly bTier?: TierName;
}

const MOST_RUNS = 10_000_000;
const SEEDS = 2 ** 31;

export function addSimulate(program: Command): void {
  program
    .command('simulate')
    .description('play thousands of made-up histories through a pipeline, without connecting to anything')
    .requiredOption('--pipeline <file>', 'the pipeline file')
    .option('--runs <n>', 'how many histories', wholeNumber(1, MOST_RUNS), 2_000)
    .option('--seed <n>', 'where to begin; the same seed gives the same histories', wholeNumber(0, SEEDS))
    .addOption(new Option('--a-tier <tier>', 'as if side a were of this tier').choices(TIER_NAMES))
    .addOption(new Option('--b-tier <tier>', 'as if side b were of this tier').choices(TIER_NAMES))
    .action(action<[Options]>(simulate));
}

async function simulate({ terminal }: Context, options: Options): Promise<ExitCode> {
  const [{ validatePipelineFile }, { diagnosticsText }, { simulation }, { describe }] = await Promise.all([
    import('../../pipelines/one-file.js'),
    import('../../pipelines/diagnostic-report.js'),
    import('../simulate/simulation.js'),
    import('../simulate/describe.js'),
  ]);
  const { diagnostics, pipeline } = await validatePipelineFile(options.pipeline, Date.now());
  if (pipeline === null) {
    throw new AppError(
      'invalid',
      `${options.pipeline} is not a valid pipeline.\n${diagnosticsText(diagnostics)}`,
    );
  }
  const wanted = { ...options, file: options.pipeline, seed: options.seed ?? randomInt(SEEDS) };
  const bar = terminal.interactive
    ? new SingleBar({
        format: '  {bar} {percentage}%  {value}/{total} histories  {eta_formatted} left',
        stream: process.stderr,
        hideCursor: true,
        clearOnComplete: true,
      })
    : null;
  bar?.start(options.runs, 0);
  let result;
  try {
    result = await simulation(pipeline, wanted, (done) => bar?.update(done));
  } finally {
    bar?.stop();
  }
  print(terminal, result, () => describe(terminal, result));
  return result.kept ? exitCode.ok : exitCode.attention;
}

function wholeNumber(least: number, most: number) {
  return (text: string): number => {
    const n = Number(text);
    if (!/^\d+$/.test(text) || n < least || n > most)
      throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
    return n;
  };
}
