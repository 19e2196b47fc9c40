import type { Command } from 'commander';
import { AppError } from '../../common/errors.js';
import { action, type Context } from '../command.js';
import { exitCode, type ExitCode } from '../exit-codes.js';
import { withDatabase } from '../own-pools.js';
import { print } from '../terminal.js';

interface Options {
  readonly expect?: string;
}

export function addAudit(program: Command): void {
  program
    .command('audit')
    .description('the log of what was done, by whom')
    .command('verify')
    .description('prove that no row of the audit log was changed, removed or inserted')
    .option('--expect <head>', 'a head that an earlier run has printed: the log must go through it')
    .action(action<[Options]>(verify));
}

async function verify({ terminal, env }: Context, { expect }: Options): Promise<ExitCode> {
  if (expect !== undefined && !/^\d{1,15}:[0-9a-f]{64}$/.test(expect))
    throw new AppError('invalid', '--expect must be a head as this command prints it: 1042:9f86d0…');
  const { verifyAudit } = await import('../../database/audit-verify.js');
  const verdict = await withDatabase(env, ({ general }) =>
    verifyAudit(general, { expected: expect ?? null }),
  );
  const { faults, rows, head } = verdict;
  const { green, red, dim } = terminal.colours;
  print(terminal, { intact: faults.length === 0, ...verdict }, () =>
    [
      ...faults.map(({ seq, fault, detail }) => `${red('✗')} row ${seq} ${fault}: ${detail}`),
      faults.length === 0
        ? `${green('✓')} ${rows.toLocaleString('en')} rows, as they were written`
        : `${faults.length} of ${rows.toLocaleString('en')} rows are not as they were written.`,
      dim(`Head, to be kept elsewhere and given to a later run with --expect: ${head}`),
    ].join('\n'),
  );
  return faults.length === 0 ? exitCode.ok : exitCode.attention;
}
