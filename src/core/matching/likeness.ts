import { jaroWinkler } from '@skyra/jaro-winkler';
import { doubleMetaphone } from 'double-metaphone';
import leven from 'leven';
import type { LikenessName } from '../pipeline/spec.js';
import { wordsOf } from './fold.js';

/** From 0, nothing in common, to 1, the same. The values are in the normal form of the way they are compared in. */
export function likeness(as: LikenessName, x: string, y: string): number {
  return x === y ? 1 : WAYS[as](x, y);
}

const WAYS: Readonly<Record<LikenessName, (x: string, y: string) => number>> = {
  exact: () => 0,
  text: jaroWinkler,
  name: names,
  company: (x, y) => Math.max(inCommon(x, y), 0.98 * runTogether(x, y)),
  address,
  email,
  phone,
  digits: (x, y) => slip(x, y, 4),
  date,
  number: (x, y) => {
    const [a, b] = [Number(x), Number(y)];
    if (!Number.isFinite(a) || !Number.isFinite(b)) return 0;
    return Math.max(0, 1 - Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b)));
  },
};

/** Words that are as good as the same, however they are spelt. */
const SOUNDS_ALIKE = 0.92;
const INITIAL = 0.85;
const MISSING_WORD = 0.06;

/** Names of people: in any order, with initials, with or without the ones in the middle. */
function names(x: string, y: string): number {
  const [few, many] = byLength(wordsOf(x), wordsOf(y));
  if (few.length === 0) return 0;
  let sum = 0;
  for (const [word, other] of aligned(few, many, sameName)) sum += other === null ? 0 : sameName(word, other);
  const whole = few.length > 1 || many.length === 1 ? 1 : 0.9;
  return Math.max(0, (whole * sum) / few.length - MISSING_WORD * (many.length - few.length));
}

function sameName(x: string, y: string): number {
  if (x === y) return 1;
  if ((x.length === 1 && y.startsWith(x)) || (y.length === 1 && x.startsWith(y))) return INITIAL;
  const alike = jaroWinkler(x, y);
  if (alike < 0.7) return 0;
  return alike < SOUNDS_ALIKE && sound(x) === sound(y) ? SOUNDS_ALIKE : alike;
}

/** The share of letters that stand in words which both have, or nearly. */
function inCommon(x: string, y: string): number {
  const [few, many] = byLength(wordsOf(x), wordsOf(y));
  let common = 0;
  for (const [word, other] of aligned(few, many, sameWord))
    if (other !== null) common += (word.length + other.length) * sameWord(word, other);
  const letters = x.replaceAll(' ', '').length + y.replaceAll(' ', '').length;
  return letters === 0 ? 0 : common / letters;
}

function sameWord(x: string, y: string): number {
  if (x === y) return 1;
  const alike = jaroWinkler(x, y);
  return alike < 0.8 ? 0 : alike;
}

/** Spaces come and go: Blue Print, Blueprint. */
function runTogether(x: string, y: string): number {
  const [a, b] = [x.replaceAll(' ', ''), y.replaceAll(' ', '')];
  if (a === b) return 1;
  const longest = Math.max(a.length, b.length);
  return longest === 0 || Math.abs(a.length - b.length) > longest / 3 ? 0 : 1 - leven(a, b) / longest;
}

/** House numbers weigh more than their letters: the neighbour's address is another one. */
function address(x: string, y: string): number {
  const alike = Math.max(inCommon(x, y), runTogether(x, y));
  const [a, b] = [numbersOf(x), numbersOf(y)];
  if (a.length === 0 || b.length === 0 || a.some((number) => b.includes(number))) return alike;
  const near = a.some((one) => b.some((other) => slip(one, other, 2) > 0));
  return alike * (near ? 0.8 : 0.7);
}

function numbersOf(text: string): readonly string[] {
  return wordsOf(text).filter((word) => /^\d/.test(word));
}

function email(x: string, y: string): number {
  const [localX = '', domainX = ''] = x.split('@');
  const [localY = '', domainY = ''] = y.split('@');
  if (localX === localY) return jaroWinkler(domainX, domainY) > 0.85 ? 0.95 : 0.8;
  if (domainX === domainY && leven(localX, localY) <= 2 && localX.length > 4) return 0.9;
  return 0;
}

function phone(x: string, y: string): number {
  const [a, b] = [x.replace(/\D+/g, ''), y.replace(/\D+/g, '')];
  if (a.length >= 7 && a.slice(-7) === b.slice(-7)) return 0.95;
  return slip(a, b, 7);
}

/** Short codes: one slip of the hand, or none. */
function slip(x: string, y: string, least: number): number {
  if (x.length < least || y.length < least || Math.abs(x.length - y.length) > 1) return 0;
  if (isSwapped(x, y)) return 0.9;
  return leven(x, y) === 1 ? 0.85 : 0;
}

function date(x: string, y: string): number {
  const [yearX, monthX, dayX] = x.slice(0, 10).split('-');
  const [yearY, monthY, dayY] = y.slice(0, 10).split('-');
  if (yearX === yearY && monthX === dayY && dayX === monthY) return 0.92;
  return slip(x.slice(0, 10), y.slice(0, 10), 8);
}

function isSwapped(x: string, y: string): boolean {
  if (x.length !== y.length) return false;
  let at = 0;
  while (at < x.length && x[at] === y[at]) at++;
  return x[at] === y[at + 1] && x[at + 1] === y[at] && x.slice(at + 2) === y.slice(at + 2);
}

type Words = readonly string[];

function byLength(x: Words, y: Words): readonly [Words, Words] {
  return x.length <= y.length ? [x, y] : [y, x];
}

/** Each word of the shorter list with the best that is left for it in the longer one; `null`: nothing is alike. */
function aligned(
  few: Words,
  many: Words,
  alike: (x: string, y: string) => number,
): readonly (readonly [string, string | null])[] {
  const left = [...many];
  const open: string[] = [];
  const pairs: [string, string | null][] = [];
  for (const word of few) {
    const at = left.indexOf(word);
    if (at < 0) open.push(word);
    else pairs.push([word, ...(left.splice(at, 1) as [string])]);
  }
  for (const word of open) {
    let best = -1;
    let most = 0;
    for (let i = 0; i < left.length; i++) {
      const found = alike(word, left[i] as string);
      if (found <= most) continue;
      most = found;
      best = i;
    }
    pairs.push([word, best < 0 ? null : ((left.splice(best, 1)[0] as string) ?? null)]);
  }
  return pairs;
}

const sounds = new Map<string, string>();
const MOST_SOUNDS = 50_000;

/** How a word is pronounced, about: Meyer and Maier are the same. */
export function sound(word: string): string {
  const known = sounds.get(word);
  if (known !== undefined) return known;
  if (sounds.size >= MOST_SOUNDS) sounds.clear();
  const [primary] = doubleMetaphone(word);
  const code = primary === '' ? word : primary;
  sounds.set(word, code);
  return code;
}
