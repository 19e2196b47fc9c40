import type { Command } from 'commander';
import { AppError } from '../../common/errors.js';
import type { BackupCheck, SideCheck } from '../../sync/preview/backup-check.js';
import { action, type Context } from '../command.js';
import { exitCode, type ExitCode } from '../exit-codes.js';
import { withHub, type Hub } from '../hub.js';
import { print, type Terminal } from '../terminal.js';

export function addBackupCheck(program: Command): void {
  program
    .command('backup-check')
    .description('before a restored database is started: how it stands to both systems; changes nothing')
    .action(action<[object]>((context) => withHub(context.env, (hub) => check(context, hub))));
}

async function check({ terminal }: Context, { pools, project }: Hub): Promise<ExitCode> {
  if (project.pipelines.length === 0)
    throw new AppError('invalid', 'There is no pipeline: set ACCORD_PIPELINES');
  const { checkBackup } = await import('../../sync/preview/backup-check.js');
  const pipelines: BackupCheck[] = [];
  for (const declaration of project.pipelines)
    pipelines.push(await checkBackup(declaration, pools, project.catalog));
  print(terminal, { pipelines }, () => pipelines.map((one) => describe(terminal, one)).join('\n\n'));
  if (pipelines.some(({ sides }) => sides.some(({ state }) => state === 'unreachable')))
    return exitCode.unreachable;
  return pipelines.every(isPlain) ? exitCode.ok : exitCode.attention;
}

function isPlain({ behind, sides }: BackupCheck): boolean {
  return !behind && sides.every(({ state }) => state === 'known' || state === 'never-read');
}

const IN_WORDS: Readonly<Record<SideCheck['state'], string>> = {
  known: 'is the system that was read last, and can be read on from there',
  'other-system':
    'is another system: it was restored or replaced. The pipeline will halt and ask what is right',
  gap: 'has lost changes that were not read: it will be compared as a whole',
  'never-read': 'was never read',
  unreachable: 'cannot be asked',
};

function describe({ colours: { bold, green, yellow } }: Terminal, check: BackupCheck): string {
  const mark = isPlain(check) ? green('✓') : yellow('▲');
  return [
    `${mark} ${bold(check.pipeline)} ${check.state ?? 'never run by this database'}`,
    ...check.sides.map(
      ({ side, state, detail }) => `  ${side} ${IN_WORDS[state]}${detail === null ? '' : ` (${detail})`}`,
    ),
    ...(check.behind
      ? [
          '  This database is older than what the systems remember of it: it was restored from a backup.',
          '  Started, the pipeline halts; resumed, it reads both sides together, and what they agree on stands.',
        ]
      : []),
  ].join('\n');
}
