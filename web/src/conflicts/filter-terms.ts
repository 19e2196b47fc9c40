/** One condition of a filter, as the service reads it (docs/queue.md): `-name:value,value`. A word without a name is of the title. */
export interface FilterTerm {
  readonly text: string;
  /** Where it begins in the filter, from 0. */
  readonly at: number;
  readonly name: string;
  readonly negated: boolean;
  readonly values: readonly string[];
  /** More of it may come: nothing after the colon or a comma, or a quote that is not closed. */
  readonly unfinished: boolean;
}

const TITLE = 'title';
const QUOTED = /"(?:\\.|[^"\\])*(?:"|$)/;
const TERM = new RegExp(`(?:${QUOTED.source}|[^\\s"])+`, 'g');
const VALUE = new RegExp(`(?:${QUOTED.source}|[^,"])+`, 'g');

/** Splits what was typed. Takes what the service would refuse as well: it is the service that says what is wrong with it. */
export function readTerms(filter: string): readonly FilterTerm[] {
  return [...filter.matchAll(TERM)].map((found) => {
    const [text] = found;
    const [, minus = '', name, rest = ''] = /^(-?)(?:([A-Za-z][\w-]*):)?(.*)$/s.exec(text) ?? [];
    return {
      text,
      at: found.index,
      name: name?.toLowerCase() ?? TITLE,
      negated: minus === '-',
      values: [...rest.matchAll(VALUE)].map(([value]) => unquoted(value)),
      unfinished: rest === '' || rest.endsWith(',') || (rest.match(/(?<!\\)"/g)?.length ?? 0) % 2 === 1,
    };
  });
}

/** Whether every condition has a name and an end: then a space is enough to take it. */
export function isNamed(filter: string): boolean {
  const terms = readTerms(filter);
  return (
    terms.length > 0 && terms.every(({ text, unfinished }) => !unfinished && /^-?[A-Za-z][\w-]*:/.test(text))
  );
}

export function termText(name: string, values: readonly string[], negated: boolean): string {
  return `${negated ? '-' : ''}${name}:${values.map(quoted).join(',')}`;
}

export function withTerm(filter: string, text: string): string {
  return [filter.trim(), text.trim()].filter((part) => part !== '').join(' ');
}

export function withoutTerm(filter: string, { at, text }: FilterTerm): string {
  return `${filter.slice(0, at).trimEnd()} ${filter.slice(at + text.length).trimStart()}`.trim();
}

function quoted(value: string): string {
  return /^[^\s,"]+$/.test(value) ? value : `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

function unquoted(value: string): string {
  if (!value.startsWith('"')) return value;
  return value.replace(/^"|(?<!\\)"$/g, '').replaceAll(/\\(.)/g, '$1');
}
