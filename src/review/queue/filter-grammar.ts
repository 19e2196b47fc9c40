import { AppError } from '../../common/errors.js';
import { nearest } from '../../core/lint/nearest.js';

/** What can be asked for, with words that explain it; `docs/queue.md` is about the same. */
export const FILTER_NAMES = [
  'pipeline',
  'queue',
  'field',
  'unit',
  'kind',
  'state',
  'priority',
  'due',
  'age',
  'assignee',
  'claimed',
  'turn',
  'asked',
  'author',
  'value',
  'side',
  'record',
  'title',
  'closed',
  'reopened',
  'commented',
] as const;
export type FilterName = (typeof FILTER_NAMES)[number];

export interface FilterValue {
  readonly text: string;
  /** Where it begins in the filter, from 0. */
  readonly at: number;
}

/** `-name:value,value`: one of the values, or with a minus none of them. */
export interface FilterTerm {
  readonly name: FilterName;
  readonly negated: boolean;
  readonly values: readonly FilterValue[];
  readonly at: number;
}

const MOST_TERMS = 30;
const MOST_VALUES = 50;
const MOST_CHARACTERS = 1_000;

/**
 * Reads a filter: terms with spaces between them, all of which must hold. A word without a name is looked for in the title.
 *
 * @throws AppError `filter-invalid` with the position of what cannot be read and what was expected there
 */
export function parseFilter(text: string): readonly FilterTerm[] {
  if (text.length > MOST_CHARACTERS)
    throw filterFault(text, MOST_CHARACTERS, `at most ${String(MOST_CHARACTERS)} characters`);
  const reader = new Reader(text);
  const terms: FilterTerm[] = [];
  reader.skipSpace();
  while (!reader.atEnd) {
    if (terms.length === MOST_TERMS) throw reader.fault(`at most ${String(MOST_TERMS)} terms`);
    terms.push(readTerm(reader));
    reader.skipSpace();
  }
  return terms;
}

export function filterFault(filter: string, position: number, expected: string): AppError {
  const detail = `expected ${expected}, at character ${String(position + 1)}`;
  return new AppError('filter-invalid', `filter: ${detail}`, {
    details: { filter, position, expected },
    faults: [{ pointer: '/filter', code: 'filter', detail }],
  });
}

function readTerm(reader: Reader): FilterTerm {
  const at = reader.position;
  const negated = reader.take('-');
  const name = reader.name();
  if (name === null) return { name: 'title', negated, values: [reader.value()], at };
  const known = FILTER_NAMES.find((one) => one === name.text);
  if (known === undefined) {
    const like = nearest(name.text, FILTER_NAMES);
    reader.position = name.at;
    throw reader.fault(
      like === null ? `one of ${FILTER_NAMES.join(', ')}` : `the name of a filter, such as ${like}`,
    );
  }
  const values = [reader.value()];
  while (reader.take(',')) {
    if (values.length === MOST_VALUES) throw reader.fault(`at most ${String(MOST_VALUES)} values`);
    values.push(reader.value());
  }
  if (!reader.atEnd && !reader.atSpace) throw reader.fault('a space before the next term');
  return { name: known, negated, values, at };
}

class Reader {
  position = 0;

  constructor(readonly text: string) {}

  get atEnd(): boolean {
    return this.position >= this.text.length;
  }

  get atSpace(): boolean {
    return /\s/.test(this.text.charAt(this.position));
  }

  skipSpace(): void {
    while (!this.atEnd && this.atSpace) this.position += 1;
  }

  take(character: string): boolean {
    if (this.text.charAt(this.position) !== character) return false;
    this.position += 1;
    return true;
  }

  /** `name:`, of which the colon is taken too; `null` where there is none. */
  name(): FilterValue | null {
    const found = /^([A-Za-z][\w-]*):/.exec(this.text.slice(this.position));
    if (found === null) return null;
    const value = { text: (found[1] ?? '').toLowerCase(), at: this.position };
    this.position += found[0].length;
    return value;
  }

  value(): FilterValue {
    const at = this.position;
    if (this.take('"')) return { text: this.#quoted(at), at };
    const bare = /^[^\s,"]+/.exec(this.text.slice(at))?.[0];
    if (bare === undefined) throw this.fault('a value');
    this.position += bare.length;
    return { text: bare, at };
  }

  fault(expected: string): AppError {
    return filterFault(this.text, this.position, expected);
  }

  #quoted(start: number): string {
    let text = '';
    for (;;) {
      const next = this.text.charAt(this.position);
      if (next === '') throw filterFault(this.text, start, 'a second " where the value ends');
      this.position += 1;
      if (next === '"') return text;
      if (next === '\\') {
        text += this.text.charAt(this.position);
        this.position += 1;
      } else text += next;
    }
  }
}
