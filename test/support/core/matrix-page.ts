import type { CaseRow, CaseTable, Expected } from './case-row.js';
import type { LifeRow } from '../../core/cases/life.js';
import type { PolicyName } from './policies.js';

const INTRO = `# What happens when both sides change the same field

Every line on this page is a test (\`test/core/case-tables.spec.ts\`, \`test/core/life.spec.ts\`); the page is written from the same
rows by \`node scripts/conflict-matrix.mjs\`.

A and B are the two sides; *head* is the last value that Accord settled on. A value is followed by its number: \`x @A2\` is the second
edit on A, \`@H3\` the third value that Accord signed. In brackets stands what its maker had seen of A, B and Accord: whoever made
\`x @A2 (1.1.1)\` knew the first value of each. \`∅\` is blank, \`{a, b}\` a list of members, \`[100–110]\` the time in which an edit was
certainly made; \`[100–110, bulk]\` is the time of an edit that touched many records at once, \`[100–110, ahead]\` lies in the future. A
side that is not mentioned holds head.
`;

/** The page of all case tables, as Markdown. */
export function matrixPage(
  tables: readonly CaseTable[],
  life: readonly LifeRow[],
  plain: readonly PolicyName[],
): string {
  const everywhere = `"Any policy" stands for: ${plain.join('; ')}.\n`;
  return [INTRO, everywhere, ...tables.map((table) => section(table, plain)), lifeSection(life)].join('\n');
}

function section(table: CaseTable, plain: readonly PolicyName[]): string {
  const lines = table.rows.map((row) => [
    row.id,
    row.says,
    policies(row, plain),
    [registers(row), ...(row.events ?? []).map((event) => `then ${event}`)].join('; '),
    outcome(row.then),
  ]);
  return `## ${table.title}\n\n${table.intro}\n\n${grid(['§', 'Case', 'Policy', 'Before', 'Outcome'], lines)}`;
}

function lifeSection(rows: readonly LifeRow[]): string {
  const lines = rows.map((row) => {
    const rules = Object.entries(row.deletes).map(([key, value]) => `${key}: ${value}`);
    const { outcome: what, push = [], written = [], why } = row.then;
    return [
      row.says,
      rules.length === 0 ? 'review' : rules.join(', '),
      `record ${state(row.life)}; field ${state(row.field)}${row.refusedBy === undefined ? '' : `; refused by ${row.refusedBy}`}`,
      [
        bold(what),
        ...(push.length > 0 ? [`carried over to ${push.join(' and ')}`] : []),
        ...(written.length > 0 ? [`field written to ${written.join(' and ')}`] : []),
        ...(why === undefined ? [] : [`“${why}”`]),
      ].join('; '),
    ];
  });
  return `## Deletes\n\nWhat a delete on one side does; \`deletes\` in the pipeline says which.\n\n${grid(['Case', 'Rules', 'Before', 'Outcome'], lines)}`;
}

function policies(row: CaseRow, plain: readonly PolicyName[]): string {
  const any = plain.every((name) => row.policies.includes(name));
  const others = any ? row.policies.filter((name) => !plain.includes(name)) : row.policies;
  return [
    [...(any ? ['any policy'] : []), ...others].join('; '),
    ...(row.preferNonBlank === true ? ['prefers non-blank'] : []),
    ...(row.direction === undefined ? [] : [row.direction]),
  ].join(', ');
}

function registers(row: CaseRow): string {
  const { recovered } = row.before;
  return [
    state(row.before),
    ...(recovered === undefined ? [] : [`recovered on ${recovered.side} ${code(recovered.version)}`]),
  ].join(', ');
}

function state({ head, A, B, incA, incB }: CaseRow['before']): string {
  const parts = [
    `head ${code(head)}`,
    ...(A === undefined ? [] : [`A ${code(A)}`]),
    ...(B === undefined ? [] : [`B ${code(B)}`]),
  ];
  if (incA === 'none') parts.push('no shared past');
  else {
    if (incA !== undefined) parts.push(`folded in of A ${code(incA)}`);
    if (incB !== undefined) parts.push(`folded in of B ${code(incB)}`);
  }
  return parts.join(', ');
}

function outcome(then: Expected): string {
  return [
    bold(then.outcome),
    ...(then.head === undefined ? [] : [`head ${code(then.head)}`]),
    ...(then.push === undefined ? [] : [`written to ${then.push.join(' and ')}`]),
    ...(then.overridden ?? []).map((name) => `replaced: ${code(name)}`),
    ...(then.candidates === undefined ? [] : [`choices: ${then.candidates.map(code).join(', ')}`]),
    ...(then.why === undefined ? [] : [`“${then.why}”`]),
  ].join('; ');
}

function bold(word: string): string {
  return `**${word}**`;
}

function code(text: string): string {
  return `\`${text.replaceAll('`', '')}\``;
}

function grid(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [row(head), row(head.map(() => '---')), ...lines.map(row), ''].join('\n');
}
