import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { DateTime } from 'luxon';

/** What the bench uses of src/core, which is built apart from it. */
interface LensModule {
  readonly fieldLens: (
    field: string,
    type: string,
    end: { column: string; facts: undefined; read: string | null; write: string | null },
  ) => { readonly get: (raw: string) => unknown };
}

interface Subject {
  readonly name: string;
  /** The i-th of many different values. */
  readonly value: (i: number) => string;
  /** What the library that does the work takes when it is called directly, as its documentation says. */
  readonly library: (value: string) => unknown;
}

const ENGLISH = { zone: 'UTC', locale: 'en-US', numberingSystem: 'latn' } as const;
const two = (n: number): string => String(n).padStart(2, '0');
const day = (i: number): string =>
  `${two(1 + (i % 28))}.${two(1 + (Math.floor(i / 28) % 12))}.${String(1700 + Math.floor(i / 336))}`;

const SUBJECTS: readonly Subject[] = [
  {
    name: 'date.parse(value, "dd.MM.yyyy")',
    value: day,
    library: (value) => DateTime.fromFormat(value, 'dd.MM.yyyy', ENGLISH).toISODate(),
  },
  {
    name: 'date.format(value, "d MMM yyyy")',
    value: (i) => day(i).split('.').reverse().join('-'),
    library: (value) => DateTime.fromISO(value, ENGLISH).toFormat('d MMM yyyy'),
  },
  {
    name: 'phone.toE164(value, "DE")',
    value: (i) => `030 ${String(1_000_000 + i)}`,
    library: (value) => parsePhoneNumberFromString(value, { defaultCountry: 'DE', extract: false })?.number,
  },
  {
    name: 'upper(trim(value))',
    value: (i) => ` a${String(i)} `,
    library: (value) => value.trim().toUpperCase(),
  },
];

/** This many different values in all, of which a column that repeats itself has so many. */
const VALUES = 20_000;
const REPEATED = 200;

// This file is dist/bench/transforms/main.js when it runs.
const core = pathToFileURL(join(import.meta.dirname, '..', '..', 'core', 'mapping', 'lens.js')).href;
const { fieldLens } = (await import(core)) as LensModule;

/** Best of three, in microseconds a value. */
function measure(values: readonly string[], run: (value: string) => unknown): number {
  let best = Infinity;
  for (let round = 0; round < 3; round++) {
    const began = performance.now();
    for (const value of values) run(value);
    best = Math.min(best, ((performance.now() - began) * 1000) / values.length);
  }
  return best;
}

const rows = SUBJECTS.map(({ name, value, library }) => {
  const different = Array.from({ length: VALUES }, (_, i) => value(i));
  const repeated = different.map((_, i) => value(i % REPEATED));
  const { get } = fieldLens('f', 'text', { column: 'f', facts: undefined, read: name, write: null });
  const bare = measure(different, library);
  const once = measure(different, get);
  const again = measure(repeated, get);
  return [name, us(bare), us(once), ratio(bare, once), us(again), ratio(bare, again)];
});
const head = ['transform', 'library', 'new values', 'faster', `${String(REPEATED)} values`, 'faster'];
const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i]?.length ?? 0)));
for (const row of [head, ...rows])
  console.log(
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );

function us(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 1)} µs`;
}

function ratio(before: number, after: number): string {
  const times = before / after;
  return `${times.toFixed(times < 1 ? 2 : times < 10 ? 1 : 0)}×`;
}
