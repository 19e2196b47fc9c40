import type { ConflictKind } from '../../core/conflict.js';
import { propertyName, tellViolation } from '../../simulate/pipeline/words.js';
import { table } from '../table.js';
import type { Terminal } from '../terminal.js';
import { sidePromises } from './promises.js';
import type { FieldResult, SimulationResult } from './simulation.js';

/** The result for people. */
export function describe({ colours }: Terminal, result: SimulationResult): string {
  const { bold, dim } = colours;
  const { A, B } = result.sides;
  const title = `${bold(result.pipeline)}: ${A.label} and ${B.label}, ${number(result.runs)} made-up histories`;
  return [
    title,
    '',
    table(
      sidePromises(result.sides).map(([side, promise]) => [bold(side), promise]),
      '  ',
    ),
    '',
    bold('What is promised'),
    fields({ colours }, result),
    '',
    bold('How often a person was asked'),
    questions(result),
    '',
    bold('What was tried'),
    wrapped(
      tried(result).map(([what, n]) => `${number(n)} ${what}`),
      ' · ',
      '  ',
    ),
    '',
    ...verdict({ colours }, result),
    '',
    ...(result.notSimulated.length === 0
      ? []
      : [
          bold('Not played'),
          ...[...remarks(result)].map(([why, what]) => `  ${what.join(', ')}: ${dim(why)}`),
          '',
        ]),
    dim(`The same again: ${again(result)}`),
  ].join('\n');
}

/** Edits first, then what went wrong, the most frequent first. */
function tried({ tried: all }: SimulationResult): readonly (readonly [string, number])[] {
  const rank = (what: string): number => (what === 'edits' ? 1 : 0);
  return Object.entries(all).sort(([x, n], [y, m]) => rank(y) - rank(x) || m - n);
}

function remarks({ notSimulated }: SimulationResult): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { what, why } of notSimulated) found.set(why, [...(found.get(why) ?? []), what]);
  return found;
}

type Colours = Pick<Terminal, 'colours'>;

function fields({ colours }: Colours, { fields: all }: SimulationResult): string {
  const { green, red } = colours;
  const rows = all.map(({ field, policy, refused }) => [
    refused.length === 0 ? green('✓') : red('✗'),
    field,
    policy,
  ]);
  const refusals = new Map<string, string[]>();
  for (const { field, refused } of all)
    for (const why of refused) refusals.set(why, [...(refusals.get(why) ?? []), field]);
  return [
    table(rows, '  '),
    ...[...refusals].flatMap(([why, of]) => [
      `  ${red('✗')} not under these tiers (tier-policy): ${why}`,
      wrapped(of.length === all.length ? ['every field'] : of, ', ', '      '),
    ]),
  ].join('\n');
}

/** Far more is edited at the same time here than anywhere in the world: what counts is how the fields compare. */
function questions({ fields: all, existence }: SimulationResult): string {
  const rows = [...all, { field: 'deletes', ...existence }].map(({ field, edits, asked }) => {
    const times = Object.values(asked).reduce((sum, n) => sum + n, 0);
    return { field, asked, times, share: edits === 0 ? 0 : (100 * times) / edits };
  });
  const silent = rows.filter(({ times, field }) => times === 0 && field !== 'deletes');
  const lines = rows
    .filter(({ times }) => times > 0)
    .sort((x, y) => y.share - x.share)
    .map(({ field, asked, times, share }) => [share.toFixed(0).padStart(4), field, reasons(asked, times)]);
  return [
    '  Questions per 100 edits of the field. Edits meet here far more often than in life: the figures are there to compare.',
    ...(lines.length === 0 ? [] : [table(lines, '  ')]),
    ...(silent.length === 0 ? [] : [`  never: ${silent.map(({ field }) => field).join(', ')}`]),
  ].join('\n');
}

const WHY: Readonly<Record<ConflictKind, string>> = {
  value: 'both sides changed it',
  'foreign-edit': 'changed where it is not owned',
  tie: 'nobody can say which is newer',
  merge: 'could not be merged',
  'ambiguous-base': 'no earlier value to count from',
  'stale-decision': 'it moved after it was decided',
  undone: 'a decision was taken back',
  fight: 'it went back and forth',
  invariant: 'a rule across fields would break',
  delete: 'deleted on one side',
  'delete-vs-edit': 'deleted here, edited there',
};

function reasons(asked: FieldResult['asked'], all: number): string {
  return Object.entries(asked)
    .sort(([, x], [, y]) => y - x)
    .slice(0, 3)
    .map(([why, n]) => `${WHY[why as ConflictKind]} ${((100 * n) / all).toFixed(0)} %`)
    .join(', ');
}

function verdict({ colours }: Colours, result: SimulationResult): readonly string[] {
  const { bold, green, red } = colours;
  const { story, violated, runs, sides } = result;
  if (story === null) {
    const refused = result.fields.filter((field) => field.refused.length > 0).length;
    return [
      `${green('✓')} ${bold('Violations: none.')} No edit was lost, invented or applied twice in ${number(runs)} histories.`,
      ...(refused === 0
        ? []
        : [`  ${red('✗')} Accord would not start this pipeline all the same: see the fields marked above.`]),
    ];
  }
  const blind = (['A', 'B'] as const).filter((side) => sides[side].tier === 'T4');
  const names = { A: sides.A.label, B: sides.B.label };
  return [
    `${red('✗')} ${bold(`Something was lost or mixed up in ${number(violated)} of ${number(runs)} histories.`)}`,
    ...Object.entries(result.violations).map(
      ([property, { runs: n, at }]) =>
        `  ${propertyName(property)}: not in ${number(n)}, most at ${unitsOf(at)}`,
    ),
    '',
    `The first (seed ${String(story.seed)}), cut down from ${number(story.cutFrom)} steps:`,
    table(
      story.steps.map(({ who, did }, i) => [String(i + 1).padStart(3), who, did]),
      '  ',
    ),
    ...story.violations.map((violation) => `  → ${tellViolation(violation, names)}`),
    ...(blind.length === 0
      ? ['  Accord has broken a promise here, and not your file. Please report it with the line at the end.']
      : [
          `  ${blind.map((side) => names[side]).join(' and ')} cannot write "only if nothing changed" and keeps no history, so Accord cannot promise`,
          '  otherwise: let the fields flow to that side only, or find a way to write there conditionally.',
        ]),
  ];
}

function unitsOf(units: Readonly<Record<string, number>>): string {
  return Object.entries(units)
    .sort(([, x], [, y]) => y - x)
    .slice(0, 5)
    .map(([unit]) => (unit === '' ? 'the record' : unit))
    .join(', ');
}

function again({ seed, runs, sides, file }: SimulationResult): string {
  return `accord simulate --pipeline ${file} --runs ${String(runs)} --seed ${String(seed)} --a-tier ${sides.A.tier} --b-tier ${sides.B.tier}`;
}

function wrapped(items: readonly string[], separator: string, indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const item of items) {
    if (line !== '' && `${indent}${line}${separator}${item}`.length > 100) {
      lines.push(indent + line);
      line = item;
    } else line = line === '' ? item : `${line}${separator}${item}`;
  }
  return [...lines, indent + line].join('\n');
}

function number(n: number): string {
  return n.toLocaleString('en');
}
