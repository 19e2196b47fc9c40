import type { Json } from '../value.js';

type Check = (key: string, value: unknown, context?: { readonly source?: string }) => unknown;

/** An escape that ends a key, or nearly: a text without it has no key with an escape. */
const ESCAPED_KEY = /\\[^][^"\\]*"\s*:/;
const STRING = /"(?:[^"\\]|\\[^])*"(\s*:)?/g;
const MARK = '\ue000';

/**
 * `JSON.parse`, with the keys that the text has. V8 reads a key with an escape as another one when an object seen before had that
 * other key at the same place: after `{"a":0,"\\":0}`, `{"a":0,"\n":0}` has a backslash for a key (nodejs/node#63785, Node 24 and
 * 26). So such keys are spelled in digits while it parses. Throws SyntaxError; RangeError where `check` is given and the text is
 * nested too deep to be walked.
 *
 * `check` sees every number with its source, and must give back what it was given.
 */
export function parseJson(text: string, check?: Check): Json {
  const parsed = (check === undefined ? JSON.parse(text) : JSON.parse(text, check)) as Json;
  if (!text.includes('\\') || !ESCAPED_KEY.test(text)) return parsed;
  const spelled = text.replace(STRING, (string: string, colon: string | undefined) => {
    if (colon === undefined || !(string.includes('\\') || string.startsWith(MARK, 1))) return string;
    return `"${MARK}${digits(JSON.parse(string.slice(0, string.length - colon.length)) as string)}"${colon}`;
  });
  return JSON.parse(spelled, (_key, value: Json) => renamed(value)) as Json;
}

function renamed(value: Json): Json {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const entries = Object.entries(value);
  if (!entries.some(([key]) => key.startsWith(MARK))) return value;
  return Object.fromEntries(
    entries.map(([key, member]) => [key.startsWith(MARK) ? fromDigits(key.slice(1)) : key, member]),
  );
}

function digits(key: string): string {
  let text = '';
  for (let i = 0; i < key.length; i++) text += key.charCodeAt(i).toString(16).padStart(4, '0');
  return text;
}

function fromDigits(text: string): string {
  let key = '';
  for (let i = 0; i < text.length; i += 4)
    key += String.fromCharCode(Number.parseInt(text.slice(i, i + 4), 16));
  return key;
}
