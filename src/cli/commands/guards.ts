import { InvalidArgumentError, Option, type Command } from 'commander';
import type { GuardTripDto, GuardTripListDto } from '../../ops/guard.dto.js';
import { span } from '../../ops/verdict.js';
import { action, type Context } from '../command.js';
import { exitCode, type ExitCode } from '../exit-codes.js';
import { print, type Terminal } from '../terminal.js';

interface Options {
  readonly all?: boolean;
  readonly release?: string;
  readonly discard?: string;
  readonly note?: string;
}

export function addGuards(program: Command): void {
  program
    .command('guards')
    .argument('<pipeline>')
    .description('what was stopped because it was too much at once, and the answer to it')
    .option('--all', 'also those that were answered')
    .addOption(
      new Option('--release <id>', 'it was meant: what is held goes on its way')
        .argParser(guardId)
        .conflicts('discard'),
    )
    .addOption(
      new Option('--discard <id>', 'it was not meant: take it back where it was done').argParser(guardId),
    )
    .option('--note <text>', 'why; kept in the audit log')
    .action(action<[string, Options]>(guards));
}

async function guards(
  { terminal, service }: Context,
  name: string,
  { all, release, discard, note }: Options,
): Promise<ExitCode> {
  const path = `/pipelines/${encodeURIComponent(name)}/guards`;
  const id = release ?? discard;
  if (id !== undefined) {
    const what = release === undefined ? 'discard' : 'release';
    const { body } = await service.post<GuardTripDto>(`${path}/${id}/${what}`, {
      ...(note !== undefined && { note }),
    });
    print(terminal, body, () => describe(terminal, body));
    return exitCode.ok;
  }
  const { body } = await service.get<GuardTripListDto>(`${path}?open=${String(all !== true)}`);
  print(terminal, body, () =>
    body.items.length === 0
      ? 'No guard holds anything.'
      : body.items.map((item) => describe(terminal, item)).join('\n\n'),
  );
  return body.items.some(({ state }) => state === 'open') ? exitCode.attention : exitCode.ok;
}

function describe({ colours: { bold, dim } }: Terminal, trip: GuardTripDto): string {
  const { id, side, state, held, openedAt, closedBy, closedAt, sample } = trip;
  const answered = closedBy === null ? '' : `, ${state} by ${closedBy} at ${closedAt ?? ''}`;
  return [
    `${bold(inWords(trip))} ${dim(id)}`,
    `  side ${side}, since ${openedAt}${answered}; ${held.toLocaleString('en')} held now`,
    ...sample
      .slice(0, 3)
      .map(
        ({ record, unit, before, after }) =>
          `  ${dim(`${record} ${unit}: ${JSON.stringify(before)} → ${JSON.stringify(after)}`)}`,
      ),
    ...(state === 'open'
      ? [
          `  Let it through: accord guards ${trip.pipeline} --release ${id}`,
          `  Take it back:   accord guards ${trip.pipeline} --discard ${id}`,
        ]
      : []),
  ].join('\n');
}

function inWords({ kind, subject, count, most, windowMs }: GuardTripDto): string {
  const records = `${count.toLocaleString('en')} records`;
  const limit = `within ${span(windowMs / 1000)} (${most.toLocaleString('en')} pass)`;
  switch (kind) {
    case 'deletes':
      return `${records} deleted ${limit}`;
    case 'blanking':
      return `${subject} wiped in ${records} ${limit}`;
    case 'overwrite':
      return `${records} changed by ${subject} ${limit}`;
    case 'canary':
      return `the canary ${subject} cannot be read`;
  }
}

function guardId(text: string): string {
  if (!/^grd_[0-9a-f-]{36}$/.test(text)) throw new InvalidArgumentError('must be the id of a guard, grd_…');
  return text;
}
