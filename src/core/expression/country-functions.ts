import type { Environment } from '@marcbachmann/cel-js';
import countries from 'i18n-iso-countries';
import { failed } from './bounds.js';

const sync = { async: false };

/** A namespace in expressions is a constant of its own type: `country.name("FR")`. */
class CountryFunctions {
  readonly namespace = 'country';
}

/** Names in the languages of i18n-iso-countries, official and usual ones; upper and lower case do not matter. */
export function registerCountryFunctions(env: Environment): void {
  env
    .registerType('country', CountryFunctions)
    .registerConstant('country', 'country', new CountryFunctions())
    .registerFunction(
      'country.toIso2(string): string',
      (_: unknown, name: string) => toIso2(name, 'en'),
      sync,
    )
    .registerFunction(
      'country.toIso2(string, string): string',
      (_: unknown, name: string, language: string) => toIso2(name, language),
      sync,
    )
    .registerFunction('country.name(string): string', (_: unknown, code: string) => nameOf(code, 'en'), sync)
    .registerFunction(
      'country.name(string, string): string',
      (_: unknown, code: string, language: string) => nameOf(code, language),
      sync,
    );
}

/** Language → name in lower case → code. Filled on first use; the library itself searches all names every time. */
const byName = new Map<string, ReadonlyMap<string, string>>();

/** A code is taken as it is; the three-letter form too. */
function toIso2(name: string, language: string): string {
  const wanted = name.trim();
  const upper = wanted.toUpperCase();
  if (/^[A-Z]{2}$/.test(upper) && countries.isValid(upper)) return upper;
  const three = /^[A-Z]{3}$/.test(upper) ? countries.alpha3ToAlpha2(upper) : undefined;
  return (
    three ?? names(language).get(wanted.toLowerCase()) ?? failed('country.toIso2: no country of that name')
  );
}

function nameOf(code: string, language: string): string {
  names(language);
  return (
    countries.getName(code, language, { select: 'official' }) ?? failed('country.name: not a country code')
  );
}

function names(language: string): ReadonlyMap<string, string> {
  const known = byName.get(language);
  if (known !== undefined) return known;
  if (!countries.langs().includes(language)) return failed('country: no names in this language');
  const all = new Map<string, string>();
  for (const [code, forms] of Object.entries(countries.getNames(language, { select: 'all' }))) {
    for (const form of forms) all.set(form.toLowerCase(), code);
  }
  byName.set(language, all);
  return all;
}
