import type { Faker } from '@faker-js/faker';
import { countries, registeredCompanies, type RegisteredCompany } from './company-names.js';
import { crmPhone, germanDate } from './formats.js';
import { seeded } from './seeded.js';

export interface CompanyRows {
  readonly accounts: readonly object[];
  readonly organizations: readonly object[];
  /** Those that are no doubles. */
  readonly ids: readonly CompanyIds[];
}

/** A company's ids; `null`: a side does not know it. */
export interface CompanyIds {
  readonly account: number | null;
  readonly organization: string | null;
}

/** How many companies both sides know, and how many only one of them. */
const shared = 3_000;
const onlyCrm = 600;
const onlySupport = 400;
/** Companies that the CRM has twice, under two spellings, so that nobody can tell which one support means. */
const ambiguous = 5;
/** Companies that the two sides spell differently; of the others both took over the same dirt. */
const spelledDifferently = 4;
/** Companies whose credit the two sides have never agreed on. */
const neverAgreed = 4;

const tags = [
  'vip',
  'reseller',
  'oem',
  'trial',
  'distributor',
  'eu',
  'net-30',
  'prepaid',
  'reference',
  'dormant',
];
const staff = ['Dana Fox', 'Miguel Ortiz', 'Aiko Mori', 'Lena Brandt', 'Sam Okoye', 'Petra Novak'];

/** The same companies on every machine. */
export function companyRows(): CompanyRows {
  const faker = seeded(20_260_601);
  const all = registeredCompanies();
  const severalSpellings = all.filter(({ spellings }) => spellings.length > 1);
  const doubles = severalSpellings.slice(0, ambiguous);
  const ordinary = faker.helpers.shuffle(all.filter((company) => company.spellings.length === 1));
  const spelled = severalSpellings
    .slice(ambiguous)
    .map((company, i) =>
      i < spelledDifferently ? company : { ...company, spellings: company.spellings.slice(0, 1) },
    );
  const chosen = [...spelled, ...ordinary].slice(0, shared + onlyCrm + onlySupport);

  const accounts: object[] = [];
  const organizations: { readonly id: string }[] = [];
  const ids: CompanyIds[] = [];
  chosen.forEach((company, i) => {
    const facts = companyFacts(faker, company, 10_000 + i);
    const [inCrm, inSupport] = [i < shared + onlyCrm, i < shared || i >= shared + onlyCrm];
    if (inCrm) accounts.push(account(faker, facts, i >= shared));
    if (inSupport)
      organizations.push(organization(faker, facts, { alone: i >= shared, other: i < neverAgreed }));
    // The CRM counts its accounts as they come.
    ids.push({
      account: inCrm ? accounts.length : null,
      organization: inSupport ? (organizations.at(-1)?.id ?? null) : null,
    });
  });
  doubles.forEach((company, i) => {
    const facts = { ...companyFacts(faker, company, 90_000 + i), number: null };
    accounts.push(account(faker, facts, true));
    accounts.push(account(faker, { ...facts, name: facts.otherName }, true));
    organizations.push(organization(faker, facts, { alone: true, other: false }));
  });
  return { accounts, organizations, ids };
}

type Facts = ReturnType<typeof companyFacts>;

function companyFacts(faker: Faker, company: RegisteredCompany, number: number) {
  const [name = '', otherName = name] = company.spellings;
  const country = countries[company.country];
  const host = name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 30);
  const start = faker.date.past({ years: 3 });
  return {
    number: number as number | null,
    name,
    otherName,
    host: `www.${host === '' ? 'company' : host}-${number}.example`,
    phone: faker.helpers.replaceSymbols(country?.phone ?? ''),
    street: company.street,
    city: company.city,
    zip: company.zip,
    country: company.country,
    iso: country?.iso ?? null,
    tags: faker.helpers.arrayElements(tags, { min: 0, max: 3 }).sort(),
    employees: faker.number.int({ min: 3, max: 12_000 }),
    notes: faker.datatype.boolean(0.6) ? notes(faker) : null,
    credit: faker.number.int({ min: 1, max: 80 }) * 500,
    tier: faker.helpers.arrayElement(['Gold', 'Silver', 'Bronze']),
    owner: faker.helpers.arrayElement(staff),
    points: faker.number.int({ min: 0, max: 900 }),
    openTickets: faker.number.int({ min: 0, max: 9 }),
    lastContact: faker.date.recent({ days: 200 }),
    since: faker.date.past({ years: 12 }),
    contractStart: start,
    contractEnd: new Date(start.getTime() + faker.number.int({ min: 1, max: 5 }) * 365 * 86_400_000),
    settings: {
      invoice: faker.helpers.arrayElement(['mail', 'post', 'portal']),
      reminders: faker.datatype.boolean(),
    },
    language: country?.language ?? 'en',
    verified: faker.datatype.boolean(0.3),
  };
}

function notes(faker: Faker): string {
  const lines = [
    `Met at ${faker.helpers.arrayElement(['Hannover Messe', 'CES', 'Embedded World', 'a supplier day'])}.`,
    `Buys ${faker.commerce.productMaterial().toLowerCase()} ${faker.helpers.arrayElement(['housings', 'antennas', 'boards', 'cables'])}.`,
    'Delivery to the back gate.',
    `Asks for ${faker.helpers.arrayElement(['a quote in spring', 'a frame contract', 'samples', 'longer payment terms'])}.`,
  ];
  return lines.join('\n');
}

const languageNames: Readonly<Record<string, string>> = {
  de: 'German',
  en: 'English',
  fr: 'French',
  it: 'Italian',
  nl: 'Dutch',
  sv: 'Swedish',
  da: 'Danish',
  fi: 'Finnish',
  es: 'Spanish',
};

const day = (date: Date): string => date.toISOString().slice(0, 10);

function account(faker: Faker, facts: Facts, alone: boolean): object {
  return {
    company_no: facts.number === null ? null : `C-${facts.number}`,
    name: facts.name,
    website: facts.host,
    phone: crmPhone(faker, facts.phone),
    street: facts.street,
    city: facts.city,
    zip: facts.zip,
    country: facts.country,
    tags: facts.tags.join(';'),
    employees: facts.employees,
    notes: facts.notes,
    credit_limit: facts.credit,
    tier: facts.tier,
    account_owner: facts.owner,
    bonus_points: facts.points,
    open_tickets: facts.openTickets,
    last_contact: facts.lastContact,
    customer_since: germanDate(facts.since),
    contract_start: day(facts.contractStart),
    contract_end: day(facts.contractEnd),
    settings: facts.settings,
    // Half of the accounts were opened before anybody asked for the language.
    language: alone || faker.datatype.boolean() ? languageNames[facts.language] : null,
    updated_at: facts.lastContact,
  };
}

function organization(
  faker: Faker,
  facts: Facts,
  { alone, other }: { alone: boolean; other: boolean },
): { readonly id: string; readonly [column: string]: unknown } {
  // One in twelve was opened by support before sales had a number for it: found by its website.
  const withoutNumber = facts.number === null || (!alone && faker.number.int({ max: 11 }) === 0);
  return {
    id: faker.string.uuid(),
    org_ref: withoutNumber ? null : String(facts.number),
    display_name: facts.otherName,
    homepage: `https://${facts.host}`,
    phone_e164: facts.phone,
    address_line: facts.street,
    town: facts.city,
    postal_code: facts.zip,
    country_code: facts.iso,
    labels: facts.tags,
    headcount: facts.employees,
    description: facts.notes,
    credit_limit: facts.credit + (other ? 2_500 : 0),
    support_tier: facts.tier.toLowerCase(),
    account_manager: facts.owner,
    points: facts.points,
    open_tickets: facts.openTickets,
    last_contact_at: new Date(
      facts.lastContact.getTime() + faker.number.int({ min: 0, max: 20 }) * 86_400_000,
    ),
    customer_since: day(facts.since),
    contract_from: day(facts.contractStart),
    contract_until: day(facts.contractEnd),
    preferences: facts.settings,
    locale: facts.language,
    verified: facts.verified,
    created_at: facts.since,
  };
}
