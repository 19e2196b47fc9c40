import { randomUUID } from 'node:crypto';
import { Option, type Command } from 'commander';
import { isCovered } from '../../common/covered.js';
import { AppError, messageOf } from '../../common/errors.js';
import { action, type Context } from '../command.js';
import { oneLine } from '../table.js';
import { print } from '../terminal.js';
import type { Conflict, Decision } from '../wire.js';
import { describeConflict } from './conflicts.js';

interface Choice {
  readonly take: 'a' | 'b' | 'base' | 'merged' | 'value' | 'link' | 'create' | 'apart';
  readonly value?: string;
  readonly candidate?: number;
  readonly note?: string;
  readonly dryRun?: boolean;
}

export function addDecide(program: Command): void {
  program
    .command('decide')
    .argument('<id>', 'of a conflict: cf_…')
    .description('decide a conflict; it can be undone until it is written')
    .addOption(
      new Option('-t, --take <which>', 'whose value is to stand; of a match: link, create or apart')
        .choices(['a', 'b', 'base', 'merged', 'value', 'link', 'create', 'apart'])
        .makeOptionMandatory(),
    )
    .option('--value <value>', 'with --take value: text as it is, anything else as JSON')
    .option('--candidate <n>', 'with --take link: which of those shown', (text) => Number.parseInt(text, 10))
    .option('--note <text>', 'why, for whoever asks later')
    .option('--dry-run', 'only show what would be decided')
    .action(action<[string, Choice]>(decide));
  program
    .command('undo')
    .argument('<id>', 'of a decision: dec_…')
    .description(
      'take a decision back; what was written already is written back, where nobody edited it since',
    )
    .action(
      action<[string, object]>(async ({ terminal, service }, id) => {
        const { body } = await service.post<Decision>(
          `/decisions/${encodeURIComponent(id)}/undo`,
          {},
          { 'idempotency-key': randomUUID() },
        );
        print(terminal, body, () =>
          [`Taken back: ${body.id} (${body.outcome}).`, ...undone(body)].join('\n'),
        );
      }),
    );
}

function undone({ undone: sides }: Decision): string[] {
  if (sides === undefined) return [];
  return [`It had been written. A ${UNDONE[sides.A]}; B ${UNDONE[sides.B]}. The conflict is open again.`];
}

const UNDONE = {
  'given-back': 'gets back what it had',
  'edited-since': 'keeps what was edited there since',
  'as-it-was': 'has what it had',
} as const;

async function decide(
  { terminal, service }: Context,
  id: string,
  { take, value, candidate, note, dryRun }: Choice,
): Promise<void> {
  if ((take === 'value') !== (value !== undefined)) {
    throw new AppError(
      'invalid',
      take === 'value' ? '--take value needs --value' : '--value goes with --take value only',
    );
  }
  const path = `/conflicts/${encodeURIComponent(id)}`;
  const covered = await service.get<Conflict>(path);
  // How a value is typed is told by those that stand there.
  const { body: conflict, etag } =
    value !== undefined && valuesOf(covered.body).some(isCovered)
      ? await service.get<Conflict>(`${path}?reveal=personal`)
      : covered;
  const body = {
    take,
    ...(value === undefined ? {} : { value: typed(value, conflict) }),
    ...(candidate === undefined ? {} : { candidate }),
    ...(note === undefined ? {} : { note }),
  };
  if (dryRun === true) {
    print(
      terminal,
      { conflict, decision: body },
      () => `${describeConflict(terminal, conflict)}\n\nWould decide: ${JSON.stringify(body)}`,
    );
    return;
  }
  // Decided is what stands there now: when it changes between the two requests, the answer is "stale" and nothing happens.
  const { body: decision } = await service.post<Decision>(`${path}/decisions`, body, {
    'if-match': etag ?? '',
    'idempotency-key': randomUUID(),
  });
  const { green, dim } = terminal.colours;
  print(terminal, decision, () =>
    [
      `${green('✓')} ${conflict.title}, ${conflict.match ? `${take}${candidate === undefined ? '' : ` with ${String(candidate)}`}` : `${conflict.unit}: ${oneLine(decision.value)}`}`,
      dim(`Written after ${decision.undoUntil}. Until then: accord undo ${decision.id}`),
    ].join('\n'),
  );
}

function valuesOf({ base, candidates }: Conflict): readonly unknown[] {
  return [...candidates.map((candidate) => candidate.value), base?.value];
}

/** Text where the values in conflict are text; otherwise JSON. */
function typed(given: string, conflict: Conflict): unknown {
  const present = valuesOf(conflict).filter((of) => of !== null && of !== undefined);
  if (present.length === 0 || present.some((of) => typeof of === 'string')) return given;
  try {
    return JSON.parse(given) as unknown;
  } catch (cause) {
    throw new AppError(
      'invalid',
      `--value must be JSON here, as the present values are (${oneLine(present[0])}): ${messageOf(cause)}`,
      { cause },
    );
  }
}
