import { isSupportedCountry, parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js';
import type { LikenessName, NormalFormName } from '../pipeline/spec.js';
import { stableStringify, type Canon } from '../value.js';
import { fold, wordsOf } from './fold.js';

/** What says only how a company is constituted; written out, shortened or left out as people please. */
const LEGAL = new Set(
  `ab ag aktiengesellschaft as asa bhd bv bvba cia co company corp corporation coltd cv doo eg ek eirl eood esp gbr gesellschaft gmbh
   inc incorporated int intl international kft kg kk kgaa lda limitada limited llc llp lp ltd ltda limted mbh nv oao ohg ood oy oyj ooo
   plc pte pty pvt private public sa sarl sas sdn se sl slu snc spa spol sro srl sp spzoo ug und zoo zrt the and of`
    .split(/\s+/)
    .filter((word) => word !== ''),
);

const STREETS: Readonly<Record<string, string>> = {
  st: 'street',
  str: 'street',
  strasse: 'street',
  rd: 'road',
  ave: 'avenue',
  av: 'avenue',
  blvd: 'boulevard',
  ln: 'lane',
  dr: 'drive',
  ct: 'court',
  sq: 'square',
  pl: 'place',
  hwy: 'highway',
  pkwy: 'parkway',
  apt: 'apartment',
  ste: 'suite',
  fl: 'floor',
  bldg: 'building',
  n: 'north',
  s: 'south',
  e: 'east',
  w: 'west',
  no: '',
  nr: '',
};

/** Written as one word in German: Hauptstr., Hauptstraße. */
const STREET_ENDING = /^([a-z]{3,})(?:strasse|str)$/;

/**
 * A value in its normal form; `null` where nothing is left of it. `region`: where phone numbers without a country code belong. Values
 * that are equal in it may be taken for the same by a rule that says so; all forms but `phone` and `email` also forgive much.
 */
export function normalForm(form: NormalFormName, text: string, region?: string): string | null {
  const result = FORMS[form](text, region);
  return result === '' ? null : result;
}

const FORMS: Readonly<Record<NormalFormName, (text: string, region?: string) => string>> = {
  text: fold,
  name: (text) => [...wordsOf(fold(text))].sort().join(' '),
  company: (text) => {
    const words = wordsOf(fold(text));
    const telling = words.filter((word) => !LEGAL.has(word));
    return (telling.length > 0 ? telling : words).join(' ');
  },
  address: (text) =>
    wordsOf(fold(text))
      .map(street)
      .filter((word) => word !== '')
      .join(' '),
  email: (text) =>
    text
      .trim()
      .replace(/^mailto:/i, '')
      .replace(/^.*<(.+)>$/, '$1')
      .toLowerCase(),
  phone,
  digits: (text) => fold(text).replaceAll(' ', ''),
  domain: (text) =>
    text
      .trim()
      .toLowerCase()
      .replace(/^[a-z]+:\/\//, '')
      .replace(/^.*@/, '')
      .replace(/[/?#:].*$/, '')
      .replace(/^www\./, ''),
};

/** A value that is not blank, as text. */
export function canonText(value: Canon): string {
  return typeof value === 'string' ? value : stableStringify(value);
}

/** The form in which values are held that are compared in a way. */
export function formOf(as: LikenessName): NormalFormName | null {
  switch (as) {
    case 'exact':
    case 'date':
    case 'number':
      return null;
    case 'name':
      return 'text';
    default:
      return as;
  }
}

function street(word: string): string {
  const known = STREETS[word];
  if (known !== undefined) return known;
  return word.replace(STREET_ENDING, '$1 street');
}

function phone(text: string, region?: string): string {
  const country = region !== undefined && isSupportedCountry(region) ? region : undefined;
  const [base = ''] = text.split(';ext=');
  const parsed = parsePhoneNumberFromString(base, options(country));
  return parsed === undefined ? base.replace(/\D+/g, '') : parsed.number;
}

function options(country: CountryCode | undefined): { defaultCountry?: CountryCode; extract: false } {
  return { extract: false, ...(country !== undefined && { defaultCountry: country }) };
}
