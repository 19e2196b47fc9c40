import type { Faker } from '@faker-js/faker';
import { parsePhoneNumberFromString } from 'libphonenumber-js';

/** A number as sales people type it: German ones without the country code, the others with blanks, dashes or points. */
export function crmPhone(faker: Faker, e164: string): string {
  const number = parsePhoneNumberFromString(e164);
  if (number === undefined) return e164;
  if (number.country === 'DE') {
    return faker.helpers.arrayElement([
      number.formatNational(),
      number.formatNational().replace(/ /, '/'),
      number.formatInternational(),
    ]);
  }
  const international = number.formatInternational();
  return faker.helpers.arrayElement([
    international,
    international.replaceAll(' ', '-'),
    international.replaceAll(' ', '.'),
  ]);
}

/** 31.12.2025 */
export function germanDate(date: Date): string {
  return date.toISOString().slice(0, 10).split('-').reverse().join('.');
}
