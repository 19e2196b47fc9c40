import { Option, type Command } from 'commander';
import { variableNamed } from '../../common/env.js';
import { AppError } from '../../common/errors.js';
import { action } from '../command.js';
import { exitCode } from '../exit-codes.js';

interface Options {
  readonly format?: 'text' | 'json' | 'sarif';
}

export function addValidate(program: Command): void {
  program
    .command('validate')
    .argument('[dir]', 'a folder of pipeline files; default: ACCORD_PIPELINES')
    .description('check pipeline files, without connecting to anything')
    .addOption(
      new Option('--format <format>', 'text, json, or sarif for code hosts').choices([
        'text',
        'json',
        'sarif',
      ]),
    )
    .action(
      action<[string | undefined, Options]>(async ({ terminal, env }, dir, { format }) => {
        const folder = dir ?? env.ACCORD_PIPELINES;
        if (folder === undefined)
          throw new AppError('invalid', 'Say which folder: accord validate <dir>, or set ACCORD_PIPELINES');
        const [{ validateProject }, report] = await Promise.all([
          import('../../pipelines/load-project.js'),
          import('../../pipelines/diagnostic-report.js'),
        ]);
        // A check in CI has no secrets: a placeholder stands for a variable that is not set.
        const variable = (name: string): string =>
          variableNamed(name) ?? 'postgresql://placeholder@localhost/placeholder';
        const { diagnostics, project } = await validateProject(folder, { variable, now: Date.now() });
        const as = format ?? (terminal.json ? 'json' : 'text');
        terminal.out(
          as === 'sarif'
            ? report.diagnosticsSarif(diagnostics)
            : as === 'json'
              ? report.diagnosticsJson(diagnostics)
              : report.diagnosticsText(diagnostics),
        );
        return project === null ? exitCode.invalid : exitCode.ok;
      }),
    );
}
