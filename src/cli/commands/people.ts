import type { Command } from 'commander';
import { AppError } from '../../common/errors.js';
import { publicId } from '../../common/public-ids.js';
import { action, type Context } from '../command.js';
import { commandLine, withDatabase } from '../own-pools.js';
import { print } from '../terminal.js';

export function addPeople(program: Command): void {
  program
    .command('people')
    .description('who can sign in')
    .command('link')
    .argument('[e-mail]', 'of somebody who has lost their password; without it: for the first admin')
    .description('a one-time link to choose a password')
    .action(action<[string | undefined, object]>(link));
}

async function link({ terminal, env }: Context, email: string | undefined): Promise<void> {
  const [
    { OneTimeLinks, setUpLinkMs },
    { linkAddress },
    { PeopleService },
    { AccessSettings },
    { Clock },
    sql,
    { run },
  ] = await Promise.all([
    import('../../access/one-time-links.js'),
    import('../../common/one-time-secret.js'),
    import('../../access/people.service.js'),
    import('../../access/access-settings.js'),
    import('../../common/clock.js'),
    import('../../database/sql/access/people.js'),
    import('../../database/sql/statement.js'),
  ]);
  const { secret, expiresAt } = await withDatabase(env, async (pools) => {
    const clock = new Clock();
    const links = new OneTimeLinks(pools, clock);
    if (email === undefined) {
      const first = await links.forFirstAdmin(commandLine);
      if (first !== null) return { secret: first, expiresAt: new Date(clock.now() + setUpLinkMs) };
      throw new AppError('taken', 'There is an admin. Say for whom: accord people link <e-mail>');
    }
    const [person] = await run(pools.general, sql.personByEmail, [email.trim().toLowerCase()]);
    if (person === undefined) throw new AppError('not-found', `There is nobody with the address ${email}.`);
    const people = new PeopleService(pools, clock, new AccessSettings(env, false), links);
    return people.newLink(publicId.person(person.id), commandLine);
  });
  const address = linkAddress(env.publicUrl, secret);
  const until = expiresAt.toISOString();
  print(terminal, { address, expiresAt: until }, () => `${address}\nIt can be used once, until ${until}.`);
}
