import { Option, type Command } from 'commander';
import type { LinkOrderedDto, MergedAnswerDto, UnlinkedDto } from '../../review/links.dto.js';
import type { RestoredDto } from '../../review/restore.dto.js';
import { action } from '../command.js';
import { print } from '../terminal.js';

const recordPath = (id: string): string => `/records/${encodeURIComponent(id)}`;

export function addLinks(program: Command): void {
  program
    .command('unlink')
    .argument('<record>', 'rec_…')
    .description('end a link: both records stay, and no rule links the two again')
    .option('--note <text>', 'why, for whoever asks later')
    .action(
      action<[string, { readonly note?: string }]>(async ({ terminal, service }, record, { note }) => {
        const { body } = await service.post<UnlinkedDto>(`${recordPath(record)}/unlink`, given({ note }));
        print(
          terminal,
          body,
          () => `${record} is no more: ${body.a ?? '–'} in A and ${body.b ?? '–'} in B go their own ways.`,
        );
      }),
    );
  program
    .command('restore')
    .argument('<record>', 'rec_…')
    .description('make a deleted record again, from what is held of it')
    .addOption(new Option('--side <side>', 'only there; default: wherever it is gone').choices(['a', 'b']))
    .option('--note <text>', 'why, for whoever asks later')
    .action(
      action<[string, { readonly side?: 'a' | 'b'; readonly note?: string }]>(
        async ({ terminal, service }, record, { side, note }) => {
          const { body } = await service.post<RestoredDto>(
            `${recordPath(record)}/restore`,
            given({ side: side?.toUpperCase(), note }),
          );
          print(terminal, body, () => `${record} is made again in ${body.sides.join(' and ')} in a moment.`);
        },
      ),
    );
  program
    .command('link')
    .argument('<pipeline>')
    .argument('<a>', 'id of the record in A')
    .argument('<b>', 'id of the record in B')
    .description('link two records, also two that were said not to be the same')
    .option('--note <text>', 'why, for whoever asks later')
    .action(
      action<[string, string, string, { readonly note?: string }]>(
        async ({ terminal, service }, pipeline, a, b, { note }) => {
          const path = `/pipelines/${encodeURIComponent(pipeline)}/links`;
          const { body } = await service.post<LinkOrderedDto>(path, given({ a, b, note }));
          print(terminal, body, () => `${pipeline} links ${a} in A with ${b} in B in a moment.`);
        },
      ),
    );
  program
    .command('merged')
    .argument('<record>', 'rec_…')
    .argument('<into>', 'id, on that side, of the record that it went into')
    .description(
      'a side has merged this record into another of its own; nothing is deleted on the other side',
    )
    .addOption(new Option('--side <side>', 'the side that merged').choices(['a', 'b']).makeOptionMandatory())
    .action(
      action<[string, string, { readonly side: 'a' | 'b' }]>(
        async ({ terminal, service }, record, into, { side }) => {
          const { body } = await service.post<MergedAnswerDto>(`${recordPath(record)}/merged`, {
            side: side.toUpperCase(),
            into,
          });
          print(terminal, body, () =>
            body.outcome === 'moved'
              ? `${body.record} is with ${into} now.`
              : `${into} is linked itself, as ${body.record}: ${record} has ended, and its record on the other side stays as it is.`,
          );
        },
      ),
    );
}

function given(values: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
