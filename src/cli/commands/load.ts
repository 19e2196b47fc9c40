import { setTimeout as sleep } from 'node:timers/promises';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import type { LoadDto } from '../../ops/load.dto.js';
import { span } from '../../ops/verdict.js';
import { AppError } from '../../common/errors.js';
import { action, type Context } from '../command.js';
import { table } from '../table.js';
import { print } from '../terminal.js';

const pollMs = 500;

export function addLoad(program: Command): void {
  program
    .command('load')
    .argument('<pipeline>')
    .description('the report of the first comparison, and how far the first load is')
    .option('--accept', 'accept the report: links are made and missing records created')
    .option(
      '--rate <side=rate>',
      'how many records it may make on a side in a time: b=500/s, or b=off; also while it runs',
    )
    .option('--wait', 'until the load is finished, with a progress bar')
    .action(action<[string, Options]>(load));
}

interface Options {
  readonly accept?: boolean;
  readonly rate?: string;
  readonly wait?: boolean;
}

async function load(context: Context, name: string, { accept, rate, wait }: Options): Promise<void> {
  const { terminal, service } = context;
  const path = `/pipelines/${encodeURIComponent(name)}/load`;
  if (rate !== undefined) await service.post<LoadDto>(`${path}/rate`, rateOf(rate));
  let { body: report } =
    accept === true ? await service.post<LoadDto>(`${path}/accept`, {}) : await service.get<LoadDto>(path);
  if (wait === true) report = await finished(context, path, report);
  print(terminal, report, () => describe(report));
}

function rateOf(text: string): { readonly side: string; readonly rate: string | null } {
  const [, side, rate] = /^([ab])=(.+)$/i.exec(text) ?? [];
  if (side === undefined || rate === undefined)
    throw new AppError('invalid', `--rate: expected a side and a rate, b=500/s or b=off, found ${text}`);
  return { side: side.toUpperCase(), rate: rate === 'off' ? null : rate };
}

async function finished({ terminal, service }: Context, path: string, first: LoadDto): Promise<LoadDto> {
  const bar = terminal.interactive
    ? new SingleBar({
        format: '  {phase} {bar} {percentage}%  {value}/{total}  {rate}/s  {left}',
        stream: process.stderr,
        hideCursor: true,
      })
    : null;
  let report = first;
  bar?.start(1, 0, { phase: 'waiting', rate: '–', left: '' });
  try {
    while (report.finishedAt === null && report.acceptedAt !== null) {
      await sleep(pollMs);
      report = (await service.get<LoadDto>(path)).body;
      const { progress } = report;
      if (progress === null || bar === null) continue;
      bar.setTotal(Math.max(1, progress.total));
      bar.update(progress.done, {
        phase: progress.phase,
        rate: progress.ratePerSecond === null ? '–' : Math.round(progress.ratePerSecond).toLocaleString('en'),
        left: progress.secondsLeft === null ? '' : `${span(progress.secondsLeft)} left`,
      });
    }
  } finally {
    bar?.stop();
  }
  return report;
}

function describe(report: LoadDto): string {
  const counts: [string, number][] = [
    ['linked by a key', report.linked - report.scored],
    ['linked by what they have in common', report.scored],
    ['only in A', report.onlyA],
    ['only in B', report.onlyB],
    ['ambiguous, shown and never guessed', report.ambiguous],
    ['excluded in A', report.excludedA],
    ['excluded in B', report.excludedB],
  ];
  const state =
    report.finishedAt !== null
      ? `Finished at ${report.finishedAt}.`
      : report.acceptedAt === null
        ? `Not accepted yet: nothing is written. Accept with: accord load ${report.pipeline} --accept`
        : `Accepted by ${report.acceptedBy ?? 'someone'}; ${progress(report)}`;
  return [
    `${report.pipeline}, revision ${report.revision}`,
    table(counts.map(([label, n]) => [n.toLocaleString('en').padStart(10), label])),
    ...fieldsOf(report),
    ...samplesOf(report),
    ...report.leftOut.map(
      ({ rule, key, a, b }) =>
        `Left out by ${rule}: ${a.toLocaleString('en')} and ${b.toLocaleString('en')} records share the key ${JSON.stringify(key)}.`,
    ),
    state,
  ].join('\n');
}

function fieldsOf({ fields }: LoadDto): readonly string[] {
  if (fields === null || fields.looked === 0) return [];
  const rows = Object.entries(fields.fields).map(([name, of]) => [
    name,
    String(of.equal),
    String(of.different),
    String(of.onlyA),
    String(of.onlyB),
  ]);
  return [
    `Fields of ${fields.looked.toLocaleString('en')} pairs that would be linked:`,
    table([['field', 'equal', 'different', 'only in A', 'only in B'], ...rows]),
  ];
}

interface Sample {
  readonly kind: string;
  readonly a_id: string | null;
  readonly b_id: string | null;
  readonly detail: string | null;
  readonly points?: number;
}

/** What was linked with the least, and what a person is asked about. */
function samplesOf({ samples }: LoadDto): readonly string[] {
  const words = { scored: 'linked', question: 'in question' } as const;
  return (Array.isArray(samples) ? (samples as readonly Sample[]) : []).flatMap(({ kind, ...of }) =>
    kind === 'scored' || kind === 'question'
      ? [
          `${words[kind]}: A ${of.a_id ?? ''} and B ${of.b_id ?? ''}, ${String(of.points)} points: ${of.detail ?? ''}`,
        ]
      : [],
  );
}

function progress({ progress: of }: LoadDto): string {
  if (of === null) return 'about to begin.';
  const left = of.secondsLeft === null ? '' : `, about ${span(of.secondsLeft)} left`;
  const limits = (['A', 'B'] as const).flatMap((side) =>
    of.rate[side] === null ? [] : [`at most ${of.rate[side]} in ${side}`],
  );
  return (
    [
      `${of.phase}: ${of.done.toLocaleString('en')} of ${of.total.toLocaleString('en')}${left}`,
      ...limits,
    ].join(', ') + '.'
  );
}
