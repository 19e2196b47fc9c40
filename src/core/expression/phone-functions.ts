import type { Environment } from '@marcbachmann/cel-js';
import { isSupportedCountry, parsePhoneNumberFromString, type PhoneNumber } from 'libphonenumber-js';
import { failed } from './bounds.js';

const sync = { async: false };

/** A namespace in expressions is a constant of its own type: `phone.toE164(value, "DE")`. */
class PhoneFunctions {
  readonly namespace = 'phone';
}

/** `region`: ISO 3166 code of the country where a number without a country code belongs. */
export function registerPhoneFunctions(env: Environment): void {
  env
    .registerType('phone', PhoneFunctions)
    .registerConstant('phone', 'phone', new PhoneFunctions())
    .registerFunction(
      'phone.toE164(string): string',
      (_: unknown, value: string) => e164(value, undefined),
      sync,
    )
    .registerFunction(
      'phone.toE164(string, string): string',
      (_: unknown, value: string, region: string) => e164(value, region),
      sync,
    )
    .registerFunction(
      'phone.format(string, string): string',
      (_: unknown, value: string, style: string) => format(value, style, undefined),
      sync,
    )
    .registerFunction(
      'phone.format(string, string, string): string',
      (_: unknown, value: string, style: string, region: string) => format(value, style, region),
      sync,
    );
}

function e164(value: string, region: string | undefined): string {
  const number = parse(value, region);
  return number.ext === undefined ? number.number : `${number.number};ext=${number.ext}`;
}

function format(value: string, style: string, region: string | undefined): string {
  const number = parse(value, region);
  if (style === 'international') return number.formatInternational();
  if (style === 'national') return number.formatNational();
  return failed('phone.format: the style is "international" or "national"');
}

function parse(value: string, region: string | undefined): PhoneNumber {
  if (region !== undefined && !isSupportedCountry(region))
    return failed('phone: the region is not an ISO 3166 country code');
  // The form with an extension that toE164 writes is read back.
  const [base = '', extension] = value.split(';ext=');
  const number = parsePhoneNumberFromString(
    base,
    region === undefined ? undefined : { defaultCountry: region, extract: false },
  );
  if (number === undefined) return failed('phone: not a phone number');
  if (extension !== undefined && /^\d{1,10}$/.test(extension)) number.setExt(extension);
  return number;
}
