import fc from 'fast-check';
import { anyText, mutated, nasty } from './texts.js';

const WORKING = [
  'trim(value)',
  'upper(replace(value, " ", ""))',
  'value == null ? "x" : split(value, ";").map(p, lower(p))',
  'join(sort(split(value, ";")), ", ")',
  'map(value, {"G": "gold", "S": "silver"}, "other")',
  'date.format(date.parse(value, "dd.MM.yyyy"), "d MMM yyyy")',
  'instant.fromLocal(value, "Europe/Berlin")',
  'number.format(number.parse(value, "comma"), 2, "point")',
  'phone.toE164(value, "DE")',
  'country.name(country.toIso2(value))',
  'has(value.a) && value.a.exists(x, x > 1)',
  'timestamp(before) - timestamp("2024-01-01T00:00:00Z") > duration("2h")',
  'coalesce(value, before, "")',
  'value.contains(before) || like(value, before)',
  'int(value) + size(before) * 2 - 1',
] as const;

const FUNCTIONS = [
  ...[
    'trim',
    'lower',
    'upper',
    'digits',
    'collapseSpace',
    'size',
    'string',
    'int',
    'double',
    'bool',
    'dyn',
    'type',
    'bytes',
  ],
  ...[
    'split',
    'join',
    'sort',
    'replace',
    'substring',
    'padStart',
    'like',
    'map',
    'unmap',
    'coalesce',
    'concat',
    'round',
  ],
  ...['date.parse', 'date.format', 'instant.parse', 'instant.format', 'instant.toLocal', 'instant.fromLocal'],
  ...['number.parse', 'number.format', 'phone.toE164', 'phone.format', 'country.toIso2', 'country.name'],
  ...['timestamp', 'duration', 'has', 'uint', 'cel.bind', 'optional.of'],
] as const;

const METHODS = [
  ...[
    'contains',
    'startsWith',
    'endsWith',
    'matches',
    'indexOf',
    'lastIndexOf',
    'substring',
    'split',
    'join',
    'trim',
    'size',
  ],
  ...[
    'lowerAscii',
    'all',
    'exists',
    'exists_one',
    'map',
    'filter',
    'getFullYear',
    'getHours',
    'json',
    'hex',
    'at',
    'constructor',
  ],
] as const;

const OPERATORS = ['+', '-', '*', '/', '%', '==', '!=', '<', '<=', '>', '>=', '&&', '||', 'in'] as const;

const literal: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    'null',
    'true',
    'false',
    '0',
    '-1',
    '2',
    '1.5',
    '1e999',
    '0x10',
    '9223372036854775807',
    '1u',
    'b"x"',
  ),
  fc.constantFrom('"dd.MM.yyyy"', '"comma"', '"DE"', '"Europe/Berlin"', '"national"', '";"', '""', '"5h"'),
  nasty.map((text) => JSON.stringify(text)),
);

/** Expressions that look right: every function and operator over values, literals and each other. */
const grown: fc.Arbitrary<string> = fc.letrec<{ term: string }>((tie) => {
  const some = fc.array(tie('term'), { minLength: 0, maxLength: 4 }).map((args) => args.join(', '));
  return {
    term: fc.oneof(
      { maxDepth: 6, depthSize: 'medium' },
      fc.constantFrom(
        'value',
        'before',
        'x',
        'value.a',
        'value[0]',
        'value["constructor"]',
        'value.__proto__',
      ),
      literal,
      fc.tuple(fc.constantFrom(...FUNCTIONS), some).map(([name, args]) => `${name}(${args})`),
      fc
        .tuple(tie('term'), fc.constantFrom(...METHODS), some)
        .map(([on, name, args]) => `${on}.${name}(${args})`),
      fc
        .tuple(tie('term'), fc.constantFrom('map', 'filter', 'all', 'exists'), tie('term'))
        .map(([on, name, body]) => `${on}.${name}(x, ${body})`),
      fc
        .tuple(tie('term'), fc.constantFrom(...OPERATORS), tie('term'))
        .map(([x, by, y]) => `(${x} ${by} ${y})`),
      fc.tuple(tie('term'), tie('term'), tie('term')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      some.map((members) => `[${members}]`),
      fc.tuple(tie('term'), tie('term')).map(([key, member]) => `{${key}: ${member}}`),
      tie('term').map((term) => `!${term}`),
    ),
  };
}).term;

export const expressionText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: grown },
  { weight: 2, arbitrary: mutated(WORKING, 4) },
  { weight: 1, arbitrary: anyText },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom('(', '[', '{', '!', '-', 'value.', 'value+', 'size(', '{"a":', 'a?b:'),
        fc.nat({ max: 3_000 }),
      )
      .map(([part, n]) => part.repeat(n)),
  },
);
