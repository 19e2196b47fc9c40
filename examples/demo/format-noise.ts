import { parsePhoneNumberFromString } from 'libphonenumber-js';
import type { Pair, World } from './world.js';

/** The same number, spaced differently. `null` where there is none. */
export async function companyPhoneNoise(world: World, actor: string, pair: Pair): Promise<string | null> {
  const typed = await world.read<string | null>('crm', pair, 'phone');
  const number = parsePhoneNumberFromString(typed ?? '', 'DE');
  if (number === undefined) return null;
  const forms = [
    number.formatInternational(),
    number.formatInternational().replaceAll(' ', '-'),
    number.number,
    `${number.number} `,
  ];
  const other = forms.filter((form) => form !== typed);
  await world.set('crm', actor, pair, { phone: world.faker.helpers.arrayElement(other) });
  return 'types the phone number in another way';
}

/** "Germany" becomes "GERMANY" and back. */
export async function countryNoise(world: World, actor: string, pair: Pair): Promise<string | null> {
  const country = await world.read<string | null>('crm', pair, 'country');
  if (country === null || country === undefined) return null;
  const upper = country.toUpperCase();
  const back = country.toLowerCase().replace(/(^| )\p{L}/gu, (first) => first.toUpperCase());
  await world.set('crm', actor, pair, { country: upper === country ? back : upper });
  return 'writes the country in another way';
}
