import { Option, type Command } from 'commander';
import type { Answer } from '../client.js';
import { action, type Context } from '../command.js';
import { AppError } from '../../common/errors.js';
import { oneLine, table } from '../table.js';
import { print, type Terminal } from '../terminal.js';
import type { Candidate, Conflict, ConflictSummary, Page, Work } from '../wire.js';
import { describeMatch } from './match.js';
import { addQueueWork } from './queue-work.js';

interface Filter {
  readonly filter?: string;
  readonly pipeline?: string;
  readonly state?: string;
  readonly unit?: string;
  readonly limit: number;
  readonly reveal?: boolean;
}

export function addConflicts(program: Command): void {
  const conflicts = program
    .command('conflicts')
    .argument('[id]', 'show this one in full')
    .description('what waits for a person: conflicts, guards that tripped, halts; most urgent first')
    .option('-f, --filter <filter>', 'such as "priority:urgent,high -assignee:none due:<4h" (docs/queue.md)')
    .option('-p, --pipeline <name>', 'only of this pipeline')
    .option('-u, --unit <name>', 'only of this field or group')
    .addOption(
      new Option('-s, --state <state>', 'default: open and held').choices([
        'open',
        'snoozed',
        'held',
        'closed',
      ]),
    )
    .option('-n, --limit <n>', 'at most so many', (text) => Number.parseInt(text, 10), 20)
    .option('--reveal', 'with an id: show personal data, which is noted in the audit log')
    .action(
      action<[string | undefined, Filter]>(async (context, id, filter) => {
        if (id === undefined && filter.reveal === true)
          throw new AppError('invalid', '--reveal needs the id of one conflict: lists show no personal data');
        await (id === undefined ? list(context, filter) : show(context, id, filter.reveal === true));
      }),
    );
  addQueueWork(conflicts);
}

async function list(
  { terminal, service }: Context,
  { filter, pipeline, state, unit, limit }: Filter,
): Promise<void> {
  const items: ConflictSummary[] = [];
  let next: string | null = null;
  do {
    const query: URLSearchParams = new URLSearchParams({
      ...(filter === undefined ? {} : { filter }),
      ...(pipeline === undefined ? {} : { pipeline }),
      ...(state === undefined ? {} : { state }),
      ...(unit === undefined ? {} : { unit }),
      ...(next === null ? {} : { cursor: next }),
      limit: String(Math.min(200, limit - items.length)),
    });
    const { body }: Answer<Page<ConflictSummary>> = await service.get(`/conflicts?${query.toString()}`);
    items.push(...body.items);
    next = body.next;
  } while (next !== null && items.length < limit);

  const { bold, dim } = terminal.colours;
  print(terminal, { items, next }, () =>
    items.length === 0
      ? 'Nothing waits for a decision.'
      : [
          ...items.map((conflict) => summary(terminal, conflict)),
          ...(next === null ? [] : [dim(`There are more; --limit ${limit * 2} shows them.`)]),
          dim(`Decide with: ${bold('accord decide <id> --take a|b|base|value')}`),
        ].join('\n\n'),
  );
}

async function show({ terminal, service }: Context, id: string, reveal: boolean): Promise<void> {
  const path = `/conflicts/${encodeURIComponent(id)}${reveal ? '?reveal=personal' : ''}`;
  const { body } = await service.get<Conflict>(path);
  print(terminal, body, () =>
    [
      describeConflict(terminal, body),
      ...(body.covered ? [terminal.colours.dim('Personal data is covered; --reveal shows it.')] : []),
    ].join('\n'),
  );
}

function summary(
  { colours }: Terminal,
  { id, title, unit, reason, state, base, candidates, closeReason, work, actions }: ConflictSummary,
): string {
  const { bold, dim, yellow } = colours;
  return [
    `${bold(title)}  ${yellow(unit)}${state === 'open' ? '' : dim(` ${[state, closeReason ?? ''].join(' ').trim()}`)}`,
    `  ${reason}`,
    table(
      [
        ...(base === null ? [] : [[dim('base'), oneLine(base.value)]]),
        ...candidates.map((candidate) => [candidate.label, oneLine(candidate.value)]),
      ],
      '  ',
    ),
    ...workLine(work).map((line) => `  ${dim(line)}`),
    `  ${dim(id)}`,
    ...actions
      .filter(({ name }) => name !== 'decide')
      .map(({ name, path }) => `  ${dim(`${name}: POST ${path}`)}`),
  ].join('\n');
}

/** Who has it, until when, and what else people said of it; nothing where there is nothing to say. */
export function workLine(work: Work): string[] {
  const parts = [
    ...(work.priority === 'normal' ? [] : [work.priority]),
    ...(work.dueAt === null ? [] : [`due ${work.dueAt}`]),
    ...(work.assignee === null ? [] : [`assigned to ${work.assignee.name}`]),
    ...(work.claim === null ? [] : [`${work.claim.by.name} is at work on it until ${work.claim.until}`]),
    ...(work.snooze === null ? [] : [`put off until ${work.snooze.until ?? 'it changes'}`]),
    ...(work.comments === 0 ? [] : [`comments: ${String(work.comments)}`]),
  ];
  return parts.length === 0 ? [] : [parts.join(', ')];
}

/** A conflict in full: every value with who, when and its clock, and what each choice would write. */
export function describeConflict(terminal: Terminal, conflict: Conflict): string {
  const { colours } = terminal;
  if (conflict.match) return describeMatch(terminal, conflict, conflict.match);
  const { bold, cyan, dim } = colours;
  const { base, candidates, effects, merged } = conflict;
  const choices = (['a', 'b', 'base', 'merged'] as const).flatMap((take) => {
    const effect = effects[take];
    return effect === undefined ? [] : [[cyan(`--take ${take}`), effect]];
  });
  return [
    `${bold(conflict.title)}  ${bold(conflict.unit)}  ${dim(`${conflict.pipeline}, ${conflict.state}`)}`,
    conflict.why,
    table(
      [
        ...(base === null ? [] : [['base', oneLine(base.value, 200)]]),
        ...candidates.map((candidate) => [
          candidate.label,
          `${oneLine(candidate.value, 200)} ${dim(origin(candidate))}`,
        ]),
        ...(merged === null ? [] : [['merged', oneLine(merged.value, 200)]]),
      ],
      '  ',
    ),
    table(choices, '  '),
    ...workLine(conflict.work),
    dim(conflict.id),
  ].join('\n');
}

function origin({ by, at, clock }: Candidate): string {
  const parts = [
    ...(by === null ? [] : [`by ${by.name}`]),
    ...(at === null ? [] : [`at ${at.to}`]),
    Object.entries(clock)
      .map(([actor, n]) => `${actor}${n}`)
      .join(' '),
  ];
  return `(${parts.filter((part) => part !== '').join(', ')})`;
}
