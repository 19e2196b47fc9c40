import { createRequire } from 'node:module';

/** A company as the IEEE's registry of hardware addresses has it (npm `oui-data`, public domain), with all its dirt. */
export interface RegisteredCompany {
  /** As it was registered, each time a little different. */
  readonly spellings: readonly string[];
  readonly street: string;
  readonly city: string;
  readonly zip: string | null;
  readonly country: string;
}

/** Countries of the demo, as the registry and the CRM write them, with their ISO code and how a phone number there looks. */
export const countries: Readonly<
  Record<string, { readonly iso: string; readonly phone: string; readonly language: string }>
> = {
  Germany: { iso: 'DE', phone: '+4930#######', language: 'de' },
  Austria: { iso: 'AT', phone: '+431#######', language: 'de' },
  Switzerland: { iso: 'CH', phone: '+4144#######', language: 'de' },
  'United Kingdom': { iso: 'GB', phone: '+4420########', language: 'en' },
  'United States': { iso: 'US', phone: '+1212555####', language: 'en' },
  Canada: { iso: 'CA', phone: '+1416555####', language: 'en' },
  France: { iso: 'FR', phone: '+331########', language: 'fr' },
  Italy: { iso: 'IT', phone: '+3902#######', language: 'it' },
  Netherlands: { iso: 'NL', phone: '+3120#######', language: 'nl' },
  Sweden: { iso: 'SE', phone: '+468#######', language: 'sv' },
  Denmark: { iso: 'DK', phone: '+453#######', language: 'da' },
  Finland: { iso: 'FI', phone: '+3589#######', language: 'fi' },
  Spain: { iso: 'ES', phone: '+3491#######', language: 'es' },
};

/** Every company of those countries once, with all spellings of its name, in a fixed order. */
export function registeredCompanies(): RegisteredCompany[] {
  const registry = createRequire(import.meta.url)('oui-data') as Readonly<Record<string, string>>;
  const byName = new Map<string, RegisteredCompany & { readonly spellings: string[] }>();
  for (const prefix of Object.keys(registry).sort()) {
    const [name = '', street = '', place = '', country = ''] = (registry[prefix] ?? '').split('\n');
    if (!(country in countries) || name.length > 120) continue;
    const key = name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
    if (key.length < 3) continue;
    const known = byName.get(key);
    if (known !== undefined) {
      if (!known.spellings.includes(name)) known.spellings.push(name);
      continue;
    }
    const [, city, zip] = /^(.*?)\s*(\S*\d\S*)?$/.exec(place.trim()) ?? [];
    byName.set(key, {
      spellings: [name],
      street,
      city: city === undefined || city === '' ? place : city,
      zip: zip ?? null,
      country,
    });
  }
  return [...byName.values()];
}
