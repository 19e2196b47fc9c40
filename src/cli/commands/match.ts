import { oneLine, table } from '../table.js';
import type { Terminal } from '../terminal.js';
import type { Conflict, Match } from '../wire.js';

/** Who may be who: the record in question beside its candidates, field by field, with what speaks for each. */
export function describeMatch({ colours }: Terminal, conflict: Conflict, match: Match): string {
  const { bold, cyan, dim } = colours;
  const open = match.candidates.filter(({ gone }) => gone === null);
  const head = ['', `${match.side} ${match.id}`, ...open.map(({ n, id }) => `${String(n)}: ${id}`)];
  const rows = Object.keys(match.values).map((field) => [
    field,
    shown(match.values[field]),
    ...open.map(({ values, verdicts }) => {
      const verdict = verdicts.find((one) => one.field === field);
      const points =
        verdict === undefined || verdict.verdict === 'blank' ? '' : ` ${dim(`(${signed(verdict.points)})`)}`;
      return `${shown(values[field])}${points}`;
    }),
  ]);
  const points = open.map(({ points: of }) => (of === null ? 'same key' : `${String(of)} points`));
  return [
    `${bold(conflict.title)}  ${dim(`${conflict.pipeline}, ${conflict.state}`)}`,
    conflict.why,
    table([head, ...rows, ['', '', ...points]], '  '),
    table(
      [
        ...open.map(({ n, title }) => [
          cyan(`--take link --candidate ${String(n)}`),
          `${oneLine(title)} is the same record`,
        ]),
        [cyan('--take create'), 'it is none of them, and is made on the other side'],
        [cyan('--take apart'), 'it is none of them, and stays where it is'],
      ],
      '  ',
    ),
    dim(conflict.id),
  ].join('\n');
}

function shown(value: unknown): string {
  return value === null || value === undefined ? '–' : oneLine(value, 60);
}

function signed(points: number): string {
  return points < 0 ? String(points) : `+${String(points)}`;
}
