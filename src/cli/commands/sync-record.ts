import type { Command } from 'commander';
import type { WhyDto } from '../../lineage/why.dto.js';
import type { SyncAnswerDto } from '../../review/sync-record.dto.js';
import { action, type Context } from '../command.js';
import { exitCode, type ExitCode } from '../exit-codes.js';
import { print } from '../terminal.js';

const recordPath = (id: string): string => `/records/${encodeURIComponent(id)}`;

/** Single records: why they are not in sync, out of sync, in again, and read once more. */
export function addSyncRecord(program: Command): void {
  program
    .command('why')
    .argument('<record>', 'rec_…')
    .description('why a record is not in sync, and what can be done')
    .action(action<[string, object]>(why));
  program
    .command('exclude')
    .argument('<record>', 'rec_…')
    .description('keep a record out of sync: it is seen and never written, until it is included again')
    .requiredOption('--reason <text>', 'why, for whoever asks later')
    .action(
      action<[string, { readonly reason: string }]>(async ({ terminal, service }, record, { reason }) => {
        const { body } = await service.post<SyncAnswerDto>(`${recordPath(record)}/exclude`, { reason });
        print(terminal, body, () => `${record} is kept out of sync. Nothing of it is deleted.`);
      }),
    );
  program
    .command('include')
    .argument('<record>', 'rec_…')
    .description('take a record back into sync: both sides are compared, and it goes on')
    .option('--note <text>', 'why, for whoever asks later')
    .action(
      action<[string, { readonly note?: string }]>(async ({ terminal, service }, record, { note }) => {
        const body = note === undefined ? {} : { note };
        const answer = await service.post<SyncAnswerDto>(`${recordPath(record)}/include`, body);
        print(terminal, answer.body, () => `${record} is compared in a moment, and goes on.`);
      }),
    );
  program
    .command('resync')
    .argument('<record>', 'rec_…')
    .description('read a record on both sides again and settle it anew; no edit is lost')
    .action(
      action<[string, object]>(async ({ terminal, service }, record) => {
        const { body } = await service.post<SyncAnswerDto>(`${recordPath(record)}/resync`, {});
        print(terminal, body, () => `${record} is read again in a moment: accord why ${record}`);
      }),
    );
}

async function why({ terminal, service }: Context, record: string): Promise<ExitCode> {
  const { body } = await service.get<WhyDto>(`${recordPath(record)}/why`);
  const { bold, cyan, dim, green, red, yellow } = terminal.colours;
  const mark = { stops: red('✗'), waits: yellow('…'), settled: green('✓') };
  print(terminal, body, () =>
    [
      bold(body.sentence),
      ...body.reasons.flatMap(({ weight, field, detail, advice, until, conflict }) => [
        `${mark[weight]} ${field === null ? '' : `${bold(field)}  `}${detail}${conflict === null ? '' : dim(` (${conflict})`)}`,
        `    ${cyan('→')} ${advice}${until === null ? '' : dim(` Next: ${until}`)}`,
      ]),
    ].join('\n'),
  );
  return body.inSync || body.reasons.every(({ weight }) => weight !== 'stops')
    ? exitCode.ok
    : exitCode.attention;
}
