import { Option, type Command } from 'commander';
import { variableNamed, type Env } from '../../common/env.js';
import { AppError } from '../../common/errors.js';
import type { Validation } from '../../pipelines/load-project.js';
import { action } from '../command.js';
import { exitCode, type ExitCode } from '../exit-codes.js';

interface Options {
  readonly format?: 'text' | 'json' | 'sarif';
  readonly live?: boolean;
}

export function addValidate(program: Command): void {
  program
    .command('validate')
    .argument('[dir]', 'a folder of pipeline files; default: ACCORD_PIPELINES')
    .description('check pipeline files, without connecting to anything unless asked to')
    .option(
      '--live',
      'look at the connected systems too: columns, rights, the values of some rows; changes nothing there',
    )
    .addOption(
      new Option('--format <format>', 'text, json, or sarif for code hosts').choices([
        'text',
        'json',
        'sarif',
      ]),
    )
    .action(
      action<[string | undefined, Options]>(async ({ terminal, env }, dir, { format, live }) => {
        const [validation, report] = await Promise.all([
          validate(folderOf(env, dir), live === true),
          import('../../pipelines/diagnostic-report.js'),
        ]);
        const { diagnostics } = validation;
        const as = format ?? (terminal.json ? 'json' : 'text');
        terminal.out(
          as === 'sarif'
            ? report.diagnosticsSarif(diagnostics)
            : as === 'json'
              ? report.diagnosticsJson(diagnostics)
              : report.diagnosticsText(diagnostics),
        );
        return endOf(validation);
      }),
    );
}

function folderOf(env: Env, dir: string | undefined): string {
  const folder = dir ?? env.ACCORD_PIPELINES;
  if (folder === undefined)
    throw new AppError('invalid', 'Say which folder: accord validate <dir>, or set ACCORD_PIPELINES');
  return folder;
}

async function validate(folder: string, live: boolean): Promise<Validation> {
  const { validateProject } = await import('../../pipelines/load-project.js');
  const now = Date.now();
  if (live) {
    const { lookThrough } = await import('../../pipelines/live-facts.js');
    return validateProject(folder, { variable: variableNamed, now, look: lookThrough });
  }
  // A check in CI has no secrets: a placeholder stands for a variable that is not set.
  const { placeholderUrl } = await import('../../pipelines/connection-url.js');
  const variable = (name: string): string => variableNamed(name) ?? placeholderUrl;
  return validateProject(folder, { variable, now });
}

/** What could not be looked at is another matter than what is wrong. */
function endOf({ diagnostics, project }: Validation): ExitCode {
  if (project !== null) return exitCode.ok;
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const unreachable = errors.every(({ code }) => code.startsWith('live-side-'));
  return unreachable ? exitCode.unreachable : exitCode.invalid;
}
