/** An element of a PostgreSQL array: text, NULL, or an inner array. */
export type ArrayElement = string | null | readonly ArrayElement[];

/** PostgreSQL allows six dimensions. */
export const MAX_DIMENSIONS = 6;

/**
 * Parses PostgreSQL's array text in one pass (the known libraries trust their input: on an unclosed quote they never return).
 * Throws SyntaxError on anything that the server would not have printed as an array.
 */
export function parseArrayText(text: string): ArrayElement[] {
  const open = text.startsWith('[') ? text.indexOf('=') + 1 : 0;
  if (text[open] !== '{' || !text.endsWith('}')) throw new SyntaxError('no braces');
  const root: ArrayElement[] = [];
  const stack: ArrayElement[][] = [];
  let current = root;
  let at = open + 1;
  let expectElement = true;
  for (;;) {
    const character = text[at];
    if (character === undefined) throw new SyntaxError('ends early');
    if (character === '}') {
      if (expectElement && current.length > 0) throw new SyntaxError('an element is missing');
      at++;
      const outer = stack.pop();
      if (outer === undefined) break;
      current = outer;
      expectElement = false;
    } else if (character === ',') {
      if (expectElement) throw new SyntaxError('an element is missing');
      expectElement = true;
      at++;
    } else if (!expectElement) {
      throw new SyntaxError('a comma is missing');
    } else if (character === '{') {
      if (stack.length + 1 >= MAX_DIMENSIONS) throw new SyntaxError('too many dimensions');
      const inner: ArrayElement[] = [];
      current.push(inner);
      stack.push(current);
      current = inner;
      at++;
    } else {
      at = character === '"' ? readQuoted(text, at, current) : readBare(text, at, current);
      expectElement = false;
    }
  }
  if (at !== text.length) throw new SyntaxError('text behind the array');
  return root;
}

/** PostgreSQL's own output form, so that an array that was only read is written back letter for letter. */
export function arrayText(elements: readonly ArrayElement[]): string {
  return `{${elements.map(elementText).join(',')}}`;
}

function readQuoted(text: string, start: number, into: ArrayElement[]): number {
  let value = '';
  let from = start + 1;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === '"') {
      into.push(value + text.slice(from, at));
      return at + 1;
    }
    if (character === '\\') {
      value += text.slice(from, at);
      from = ++at;
    }
  }
  throw new SyntaxError('a quote is not closed');
}

function readBare(text: string, start: number, into: ArrayElement[]): number {
  let at = start;
  while (at < text.length && text[at] !== ',' && text[at] !== '}') {
    if (text[at] === '"' || text[at] === '{' || text[at] === '\\')
      throw new SyntaxError('a character that must be quoted');
    at++;
  }
  const value = text.slice(start, at);
  into.push(value === 'NULL' ? null : value);
  return at;
}

function elementText(element: ArrayElement): string {
  if (element === null) return 'NULL';
  if (typeof element !== 'string') return arrayText(element);
  // The blanks that PostgreSQL's array_out quotes.
  const bare = element !== '' && !/[{}",\\ \t\n\r\v\f]/.test(element) && element.toUpperCase() !== 'NULL';
  return bare ? element : `"${element.replace(/["\\]/g, '\\$&')}"`;
}
