import fc from 'fast-check';

/** What parsers of all kinds stumble over. */
const NASTY = [
  '\0',
  '\u0001',
  '\u001b[2J',
  '\u007f',
  '\u0085',
  '\u200b',
  '\u202e',
  '\ufeff',
  '\ufffd',
  '\ud800',
  '\udfff',
  '\udc00\ud800',
  '👩‍👩‍👧',
  'İ',
  'ß',
  '\u2028',
  ' ',
  '\t',
  '\r\n',
  '\n',
  '\\',
  '"',
  "'",
  '`',
  '{',
  '}',
  '[',
  ']',
  '(',
  ')',
  ',',
  ':',
  ';',
  '#',
  '&a',
  '*a',
  '!!js',
  '|',
  '>',
  '%',
  '%00',
  '$',
  '${X}',
  '<<',
  '---',
  '...',
  '? ',
  '- ',
  '../',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'null',
  'NULL',
  'true',
  'NaN',
  'Infinity',
  '-Infinity',
  'infinity',
  '-0',
  '0',
  '00',
  '1e999',
  '1e-999',
  '0x10',
  '9007199254740993',
  '99999999999999999999999999',
  '2024-02-30',
  '0000-00-00',
  '24:00:00',
] as const;

export const nasty: fc.Arbitrary<string> = fc.constantFrom(...NASTY);

/** Any code units: fast-check's own unit "binary" knows no lone surrogates and costs seconds to set up. */
const codeUnits: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.nat({ max: 0x7f }), fc.nat({ max: 0xffff }), fc.integer({ min: 0xd800, max: 0xdfff })), {
    maxLength: 40,
  })
  .map((units) => String.fromCharCode(...units));

/** Any text: all code units, lone surrogates among them, what is nasty, long runs of one thing. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  codeUnits,
  fc.string({ unit: 'grapheme-ascii', maxLength: 60 }),
  fc.array(nasty, { maxLength: 12 }).map((parts) => parts.join('')),
  fc.tuple(nasty, fc.nat({ max: 2_000 })).map(([part, n]) => part.repeat(n)),
);

interface Edit {
  readonly at: number;
  readonly length: number;
  readonly how: 'insert' | 'replace' | 'delete' | 'double' | 'cut' | 'move';
  readonly text: string;
  readonly to: number;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat({ max: 30 }),
  how: fc.constantFrom('insert', 'replace', 'delete', 'double', 'cut', 'move'),
  text: fc.oneof(nasty, fc.string({ maxLength: 6 })),
  to: fc.double({ min: 0, max: 1, noNaN: true }),
});

/** A real text with some things done to it. */
export function mutated(samples: readonly string[], edits = 5): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...samples), fc.array(edit, { maxLength: edits }))
    .map(([sample, changes]) => changes.reduce(edited, sample));
}

function edited(text: string, { at, length, how, text: other, to }: Edit): string {
  const start = Math.floor(at * text.length);
  const part = text.slice(start, start + length);
  const [before, after] = [text.slice(0, start), text.slice(start + length)];
  switch (how) {
    case 'insert':
      return before + other + part + after;
    case 'replace':
      return before + other + after;
    case 'delete':
      return before + after;
    case 'double':
      return before + part + part + after;
    case 'cut':
      return before;
    case 'move': {
      const rest = before + after;
      const place = Math.floor(to * rest.length);
      return rest.slice(0, place) + part + rest.slice(place);
    }
  }
}
