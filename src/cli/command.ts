import type { Command } from 'commander';
import { loadEnv, type Env } from '../common/env.js';
import { AppError, messageOf } from '../common/errors.js';
import { ServiceClient } from './client.js';
import { exitCode, exitCodeOf, type ExitCode } from './exit-codes.js';
import { openTerminal, type Terminal } from './terminal.js';

/** What a command works with. */
export interface Context {
  readonly terminal: Terminal;
  readonly env: Env;
  readonly service: ServiceClient;
}

/** The work of a command; without a code it ended well. */
export type Work<Arguments extends unknown[]> = (
  context: Context,
  ...given: Arguments
) => Promise<ExitCode | undefined> | Promise<void>;

/** Runs the work of a command, and says what went wrong: in words, or as one JSON object with `--json`. */
export function action<Arguments extends unknown[]>(work: Work<Arguments>) {
  return async (...given: [...Arguments, Command]): Promise<void> => {
    const command = given.at(-1) as Command;
    const { json } = command.optsWithGlobals<{ json?: boolean }>();
    const terminal = openTerminal(json === true);
    try {
      const env = loadEnv();
      const context = { terminal, env, service: ServiceClient.of(env) };
      process.exitCode = (await work(context, ...(given.slice(0, -1) as Arguments))) ?? exitCode.ok;
    } catch (error) {
      report(terminal, error);
      process.exitCode = exitCodeOf(error);
    }
  };
}

function report(terminal: Terminal, error: unknown): void {
  const { red, dim } = terminal.colours;
  if (terminal.json) {
    const known = error instanceof AppError;
    terminal.out(
      JSON.stringify({
        error: {
          code: known ? error.code : 'internal',
          message: messageOf(error),
          ...(known && error.faults.length > 0 ? { faults: error.faults } : {}),
        },
      }),
    );
    return;
  }
  if (error instanceof AppError) {
    terminal.err(`${red('✗')} ${error.message} ${dim(`(${error.code})`)}`);
  } else {
    terminal.err(`${red('✗')} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
}
