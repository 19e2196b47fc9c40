import { type Command, Option } from 'commander';
import type { PipelineDto } from '../../ops/pipeline.dto.js';
import { action } from '../command.js';
import { print } from '../terminal.js';
import { describe } from './status.js';

interface SideOption {
  readonly side?: 'A' | 'B';
}

const sideOption = (what: string): Option =>
  new Option('--side <side>', what)
    .choices(['A', 'B', 'a', 'b'])
    .argParser((side: string) => side.toUpperCase());

export function addPauseAndResume(program: Command): void {
  program
    .command('pause')
    .argument('<pipeline>')
    .description('stop writing; what changes meanwhile waits and is not lost')
    .addOption(sideOption('only stop writing to this side'))
    .requiredOption('--reason <text>', 'why; shown to everybody who wonders')
    .action(
      action<[string, SideOption & { readonly reason: string }]>(
        async ({ terminal, service }, name, { side, reason }) => {
          const body = { reason, ...(side === undefined ? {} : { side }) };
          const { body: pipeline } = await service.post<PipelineDto>(
            `/pipelines/${encodeURIComponent(name)}/pause`,
            body,
          );
          print(terminal, pipeline, () => describe(terminal, pipeline));
        },
      ),
    );
  program
    .command('resume')
    .argument('<pipeline>')
    .description('go on after a pause, a halt or an error')
    .addOption(sideOption('only this side'))
    .addOption(
      new Option(
        '--restored <what>',
        'for a side that was restored or replaced: give-back (it gets what Accord knows) or take (what it shows are edits)',
      ).choices(['give-back', 'take']),
    )
    .action(
      action<[string, SideOption & { readonly restored?: string }]>(
        async ({ terminal, service }, name, { side, restored }) => {
          const body = { ...(side !== undefined && { side }), ...(restored !== undefined && { restored }) };
          const { body: pipeline } = await service.post<PipelineDto>(
            `/pipelines/${encodeURIComponent(name)}/resume`,
            body,
          );
          print(terminal, pipeline, () => describe(terminal, pipeline));
        },
      ),
    );
}
