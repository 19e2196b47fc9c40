import type { Command } from 'commander';
import { loadEnv } from '../../common/env.js';

export function addStart(program: Command): void {
  program
    .command('start')
    .description('run the service in this terminal, as npm start does')
    .action(async () => {
      const { runService } = await import('../../run-service.js');
      process.exitCode = await runService(() => loadEnv());
    });
}
