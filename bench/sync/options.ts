import { Command, InvalidArgumentError, Option } from 'commander';
import { workloadNames, type WorkloadName } from './edits.js';

export interface BenchOptions {
  readonly records: number;
  readonly singles: number;
  readonly bulk: number | undefined;
  readonly workloads: readonly WorkloadName[];
  readonly accord: boolean;
  readonly floor: boolean;
  readonly peer: boolean;
  readonly json: boolean;
  readonly seed: number;
  readonly cpuProf: string | undefined;
}

const wholeNumber =
  (least: number) =>
  (text: string): number => {
    const number = Number(text);
    if (!Number.isInteger(number) || number < least)
      throw new InvalidArgumentError(`a whole number from ${least} is expected`);
    return number;
  };

function workloads(text: string): WorkloadName[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !(workloadNames as readonly string[]).includes(name));
  if (unknown.length > 0)
    throw new InvalidArgumentError(`unknown: ${unknown.join(', ')}; there are ${workloadNames.join(', ')}`);
  // W1 fills the other side; nothing can be measured without it.
  return workloadNames.filter((name) => name === 'W1' || names.includes(name));
}

export function readOptions(argv: readonly string[]): BenchOptions {
  return new Command('bench:sync')
    .description(
      'Two PostgreSQL databases kept in agreement: seconds, memory, and whether an edit was lost.\n' +
        'Uses the embedded server, or the server of DATABASE_URL (databases bench_* are made there and dropped).',
    )
    .addOption(
      new Option('--records <n>', 'records in the table').default(100_000).argParser(wholeNumber(100)),
    )
    .addOption(new Option('--singles <n>', 'W6: changes each way').default(200).argParser(wholeNumber(1)))
    .addOption(
      new Option(
        '--bulk <n>',
        'W2: records edited on each side; a fifth of all if not said, and at most',
      ).argParser(wholeNumber(1)),
    )
    .addOption(
      new Option('--workloads <names>', `of ${workloadNames.join(',')}; W1 always runs`)
        .default([...workloadNames], 'all')
        .argParser(workloads),
    )
    .addOption(new Option('--seed <n>', 'of the edit script').default(1).argParser(wholeNumber(0)))
    .option('--peer', 'also run Bucardo, where its packages are installed', false)
    .option('--no-accord', 'leave Accord out')
    .option('--no-floor', 'leave the floor out')
    .option('--json', 'print one JSON document', false)
    .option('--cpu-prof <folder>', 'write a CPU profile of the service there')
    .parse(argv)
    .opts<BenchOptions>();
}
