import type { Command } from 'commander';
import { AppError, messageOf } from '../../common/errors.js';
import { openOwnDatabase } from '../../embedded/own-database.js';
import { action, type Context } from '../command.js';
import { print } from '../terminal.js';

export function addDb(program: Command): void {
  const db = program.command('db').description("Accord's own database");
  db.command('migrate')
    .description('bring it to the schema of this version; a start does the same')
    .option('--plan', 'only show what would be done')
    .action(
      action<[{ readonly plan?: boolean }]>(async (context, { plan }) => {
        const database = await openOwnDatabase(context.env);
        try {
          await (plan === true ? show(context, database.url) : run(context, database.url));
        } finally {
          await database.close();
        }
      }),
    );
}

async function show({ terminal }: Context, url: string): Promise<void> {
  const [{ Client }, { schemaVersion }] = await Promise.all([
    import('pg'),
    import('../../database/migrate.js'),
  ]);
  const client = new Client({ connectionString: url, application_name: 'accord db migrate' });
  try {
    await client.connect();
  } catch (cause) {
    throw new AppError('database-unreachable', `Accord's database cannot be reached: ${messageOf(cause)}`, {
      cause,
    });
  }
  try {
    const version = await schemaVersion(client);
    print(terminal, version, () =>
      version.unknown.length > 0
        ? `A newer version has migrated it: ${version.unknown.join(', ')}`
        : version.pending.length === 0
          ? `Nothing to do: it is at ${version.applied.at(-1) ?? 'the beginning'}.`
          : `Would run: ${version.pending.join(', ')}`,
    );
  } finally {
    await client.end();
  }
}

async function run({ terminal }: Context, url: string): Promise<void> {
  // Loaded when it is needed: other commands should answer at once.
  const { migrate } = await import('../../database/migrate.js');
  const report = await migrate(url);
  print(terminal, report, () =>
    report.ran.length === 0 ? `Nothing to do: it is at ${report.version}.` : `Ran ${report.ran.join(', ')}.`,
  );
}
