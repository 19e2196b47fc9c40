import type { Command } from 'commander';
import { action, type Context } from '../command.js';
import { exitCode, type ExitCode } from '../exit-codes.js';
import { commandLine, withDatabase } from '../own-pools.js';
import { print } from '../terminal.js';

export function addRotateKeys(program: Command): void {
  program
    .command('rotate-keys')
    .description('put the secrets of connections under a new master key, while services run; can be repeated')
    .action(action<[object]>(rotate));
}

async function rotate({ terminal, env }: Context): Promise<ExitCode> {
  const [{ Clock }, { KeyStore }, { rotateKeys }] = await Promise.all([
    import('../../common/clock.js'),
    import('../../database/secrets/key-store.js'),
    import('../../database/secrets/rotate-keys.js'),
  ]);
  const store = new KeyStore(env);
  const clock = new Clock();
  const result = await withDatabase(env, ({ general }) =>
    rotateKeys(general, store, commandLine, () => clock.now()),
  );
  const { to, madeKey, rewrapped, unreadable, free } = result;
  const { green, red, yellow, dim } = terminal.colours;
  const count = Object.values(rewrapped).reduce((sum, one) => sum + one, 0);
  print(terminal, result, () =>
    [
      `${green('✓')} ${count === 1 ? '1 secret was' : `${count} secrets were`} put under the master key ${to}${madeKey ? ', which is new' : ''}.`,
      ...unreadable.map(({ connection, why }) => `${red('✗')} ${connection}: ${why}`),
      ...(store.isGiven && count === 0 && unreadable.length === 0 && free.length === 0
        ? [
            `${yellow('!')} ACCORD_MASTER_KEY holds no other key. Put a new one in front of it, separated by a comma, start every process of Accord again, and repeat this.`,
          ]
        : []),
      ...(store.isGiven && free.length > 0
        ? [`Nothing needs ${free.join(', ')} any more: take it out of ACCORD_MASTER_KEY, and start again.`]
        : []),
      ...(store.file === null || store.isGiven
        ? []
        : [
            dim(
              `The key is in ${store.file}. Keep a copy of that file elsewhere: a backup of the database is of no use without it.`,
            ),
          ]),
    ].join('\n'),
  );
  return unreadable.length === 0 ? exitCode.ok : exitCode.attention;
}
