import { InvalidArgumentError, Option, type Command } from 'commander';
import { AppError } from '../../common/errors.js';
import { PERMISSIONS, type Permission } from '../../common/permissions.js';
import { action, type Context } from '../command.js';
import { commandLine, withDatabase } from '../own-pools.js';
import { print } from '../terminal.js';

interface Options {
  readonly name: string;
  readonly scope?: readonly Permission[];
  readonly days: number;
}

const dayCount = (text: string): number => {
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1 || days > 365) throw new InvalidArgumentError('1 to 365 days.');
  return days;
};

export function addToken(program: Command): void {
  program
    .command('token')
    .description('API tokens')
    .command('create')
    .argument('<e-mail>', 'of the person for whom it acts')
    .description('make a token on this machine, by the database; it is printed once')
    .option('--name <text>', 'what it is for', 'command line')
    .addOption(
      new Option('--scope <scope...>', 'what it may do; default: whatever its person may').choices(
        PERMISSIONS,
      ),
    )
    .addOption(new Option('--days <n>', 'how long it is good').argParser(dayCount).default(90))
    .action(action<[string, Options]>(create));
}

async function create({ terminal, env }: Context, email: string, options: Options): Promise<void> {
  const [{ TokensService }, { Clock }, sql, { run }] = await Promise.all([
    import('../../access/tokens.service.js'),
    import('../../common/clock.js'),
    import('../../database/sql/access/people.js'),
    import('../../database/sql/statement.js'),
  ]);
  const { name, days, scope: scopes = PERMISSIONS } = options;
  const token = await withDatabase(env, async (pools) => {
    const [person] = await run(pools.general, sql.personByEmail, [email.trim().toLowerCase()]);
    if (person === undefined) throw new AppError('not-found', `There is nobody with the address ${email}.`);
    const made = await new TokensService(pools, new Clock()).make(
      person.id,
      { name, scopes, days },
      commandLine,
    );
    return { token: made.secret, expiresAt: made.row.expires_at.toISOString() };
  });
  print(terminal, token, () => `${token.token}\n`);
}
