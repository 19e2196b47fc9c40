import { Command, CommanderError } from 'commander';
import { version } from '../ops/build.js';
import { addAudit } from './commands/audit.js';
import { addBackupCheck } from './commands/backup-check.js';
import { addConflicts } from './commands/conflicts.js';
import { addDb } from './commands/db.js';
import { addDecide } from './commands/decide.js';
import { addDoctor } from './commands/doctor.js';
import { addGuards } from './commands/guards.js';
import { addLinks } from './commands/links.js';
import { addLoad } from './commands/load.js';
import { addMail } from './commands/mail.js';
import { addPauseAndResume } from './commands/pause.js';
import { addPeople } from './commands/people.js';
import { addPlan } from './commands/plan.js';
import { addRotateKeys } from './commands/rotate-keys.js';
import { addRun } from './commands/run.js';
import { addSimulate } from './commands/simulate.js';
import { addStart } from './commands/start.js';
import { addStatus } from './commands/status.js';
import { addToken } from './commands/token.js';
import { addUninstall } from './commands/uninstall.js';
import { addValidate } from './commands/validate.js';
import { addSyncRecord } from './commands/sync-record.js';
import { addVerify } from './commands/verify.js';
import { exitCode } from './exit-codes.js';

/** The command line, with every command. */
export function createProgram(): Command {
  const program = new Command('accord')
    .description('Keeps two record systems in agreement, field by field.')
    .version(version, '-V, --version')
    .option('--json', 'one JSON object on standard output instead of text')
    .configureHelp({ sortSubcommands: false })
    .showHelpAfterError('(accord --help lists the commands, accord <command> --help its options)')
    .exitOverride();
  addStart(program);
  addValidate(program);
  addSimulate(program);
  addPlan(program);
  addRun(program);
  addStatus(program);
  addConflicts(program);
  addDecide(program);
  addLinks(program);
  addSyncRecord(program);
  addPauseAndResume(program);
  addLoad(program);
  addGuards(program);
  addVerify(program);
  addDoctor(program);
  addUninstall(program);
  addBackupCheck(program);
  addDb(program);
  addPeople(program);
  addToken(program);
  addAudit(program);
  addMail(program);
  addRotateKeys(program);
  // Commands inherit what is set on the program when they are added, except this.
  for (const command of allCommands(program)) command.exitOverride().option('--json', 'the result as JSON');
  return program;
}

/** Runs a command line; `process.exitCode` tells how it ended. */
export async function runProgram(argv: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version were asked for; anything else is a command line that makes no sense.
    process.exitCode = error.exitCode === 0 ? exitCode.ok : exitCode.invalid;
  }
}

function allCommands(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...allCommands(child)]);
}
