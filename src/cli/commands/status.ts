import type { Command } from 'commander';
import type { PipelineDto, PipelineSideDto } from '../../ops/pipeline.dto.js';
import { span } from '../../ops/verdict.js';
import { action, type Context } from '../command.js';
import { exitCode, type ExitCode } from '../exit-codes.js';
import { table } from '../table.js';
import { print, type Terminal } from '../terminal.js';

export function addStatus(program: Command): void {
  program
    .command('status')
    .argument('[pipeline]', 'only this pipeline')
    .description('how pipelines are: lag, counts, what waits')
    .action(action<[string | undefined, object]>(status));
}

async function status({ terminal, service }: Context, name: string | undefined): Promise<ExitCode> {
  const items =
    name === undefined
      ? (await service.get<{ items: PipelineDto[] }>('/pipelines')).body.items
      : [(await service.get<PipelineDto>(`/pipelines/${encodeURIComponent(name)}`)).body];
  print(terminal, { items }, () =>
    items.length === 0
      ? 'There is no pipeline yet.'
      : items.map((item) => describe(terminal, item)).join('\n\n'),
  );
  return items.some(({ health }) => health === 'attention' || health === 'down')
    ? exitCode.attention
    : exitCode.ok;
}

/** One pipeline for people. */
export function describe({ colours }: Terminal, pipeline: PipelineDto): string {
  const { bold, dim, green, red, yellow } = colours;
  const mark = { ok: green('●'), 'catching-up': yellow('●'), attention: yellow('▲'), down: red('■') }[
    pipeline.health
  ];
  const { counts } = pipeline;
  const numbers: [string, number][] = [
    ['linked', counts.linked],
    ['in sync', counts.inSync],
    ['excluded', counts.excluded],
    ['conflicts', counts.conflicts],
    ['held', counts.held],
    ['blocked', counts.blocked],
    ['waiting for others', counts.waiting],
    ['guards tripped', counts.guards],
    ['unmatched', counts.unmatched],
    ['changes read', counts.changesTotal],
    ['records written', counts.writesTotal],
  ];
  const sides = [
    ['A', pipeline.sides.A],
    ['B', pipeline.sides.B],
  ] as const;
  return [
    `${mark} ${bold(pipeline.name)} ${dim(`revision ${pipeline.revision}, ${pipeline.state}`)}`,
    `  ${pipeline.sentence}`,
    table(
      sides.map(([key, side]) => (side === null ? [key, dim('not started')] : [key, ...sideCells(side)])),
      '  ',
    ),
    `  ${dim(numbers.map(([label, n]) => `${label} ${n.toLocaleString('en')}`).join(' · '))}`,
  ].join('\n');
}

function sideCells(side: PipelineSideDto): string[] {
  const lag =
    side.lagSeconds === null
      ? 'lag unknown'
      : side.lagSeconds < 1
        ? 'up to date'
        : `behind by ${span(side.lagSeconds)}`;
  const state =
    side.error !== null
      ? `${side.error.code}: ${side.error.detail}`
      : side.paused !== null
        ? `paused: ${side.paused.reason}`
        : '';
  return [
    side.label,
    side.object,
    lag,
    side.backlog > 0 ? `${side.backlog.toLocaleString('en')} under way` : '',
    state,
  ];
}
