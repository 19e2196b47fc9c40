import type { Command } from 'commander';
import { loadEnv } from '../../common/env.js';
import { runService } from '../../run-service.js';

export function addStart(program: Command): void {
  program
    .command('start')
    .description('run the service in this terminal, as npm start does')
    .action(async () => {
      process.exitCode = await runService(() => loadEnv());
    });
}
