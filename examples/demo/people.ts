import type { Faker } from '@faker-js/faker';
import { countries } from './company-names.js';
import type { CompanyIds } from './companies.js';
import { crmPhone, germanDate } from './formats.js';
import { seeded } from './seeded.js';

export interface PeopleRows {
  readonly contacts: readonly object[];
  readonly users: readonly object[];
  readonly ids: readonly PersonIds[];
}

/** A person's ids, and those of where they work; `null`: a side does not know them. */
export interface PersonIds extends CompanyIds {
  readonly contact: number | null;
  readonly user: string | null;
}

const shared = 1_500;
const onlyCrm = 300;
const onlySupport = 200;

const interests = ['antennas', 'firmware', 'training', 'spare parts', 'events', 'beta', 'security'];

/** People who work at companies, made up from a fixed seed. */
export function peopleRows(companies: readonly CompanyIds[]): PeopleRows {
  const faker = seeded(20_260_602);
  const contacts: object[] = [];
  const users: { readonly id: string }[] = [];
  const ids: PersonIds[] = [];
  for (let i = 0; i < shared + onlyCrm + onlySupport; i++) {
    const facts = personFacts(faker, companies, i);
    const [inCrm, inSupport] = [i < shared + onlyCrm, i < shared || i >= shared + onlyCrm];
    if (inCrm) contacts.push(contact(faker, facts));
    if (inSupport) users.push(user(faker, facts));
    ids.push({
      ...facts.company,
      contact: inCrm ? contacts.length : null,
      user: inSupport ? (users.at(-1)?.id ?? null) : null,
    });
  }
  return { contacts, users, ids };
}

type Facts = ReturnType<typeof personFacts>;

function personFacts(faker: Faker, companies: readonly CompanyIds[], i: number) {
  const [first, last] = [faker.person.firstName(), faker.person.lastName()];
  const country = faker.helpers.objectKey(countries);
  return {
    first,
    last,
    email: `${first}.${last}${i}@${faker.helpers.arrayElement(['mail', 'post', 'office'])}.example`
      .toLowerCase()
      .replaceAll(/[' ]/g, ''),
    phone: faker.helpers.replaceSymbols(countries[country]?.phone ?? ''),
    mobile: faker.datatype.boolean(0.7) ? faker.helpers.replaceSymbols('+49151########') : null,
    born: faker.date.birthdate({ mode: 'age', min: 20, max: 66 }),
    job: faker.person.jobTitle(),
    newsletter: faker.datatype.boolean(),
    interests: faker.helpers.arrayElements(interests, { min: 0, max: 3 }).sort(),
    remarks: faker.datatype.boolean(0.3) ? 'Speaks fast.\nPrefers mail.\nKnows the product well.' : null,
    visits: faker.number.int({ max: 40 }),
    seen: faker.date.recent({ days: 90 }),
    company: faker.helpers.arrayElement(companies),
    country: country,
    iso: countries[country]?.iso ?? null,
  };
}

function contact(faker: Faker, facts: Facts): object {
  return {
    account_id: facts.company.account,
    first_name: facts.first,
    last_name: facts.last,
    // Sales copies addresses from business cards.
    email:
      faker.helpers.maybe(() => ` ${facts.email.replace(/^./, (c) => c.toUpperCase())}`, {
        probability: 0.1,
      }) ?? facts.email,
    phone: faker.datatype.boolean(0.8) ? crmPhone(faker, facts.phone) : null,
    mobile: facts.mobile === null ? null : crmPhone(faker, facts.mobile),
    birthday: germanDate(facts.born),
    job_title: facts.job,
    newsletter: facts.newsletter,
    interests: facts.interests.join(';'),
    remarks: facts.remarks,
    visits: facts.visits,
    last_seen: facts.seen,
    country: facts.country,
    updated_at: facts.seen,
  };
}

function user(faker: Faker, facts: Facts): { readonly id: string; readonly [column: string]: unknown } {
  return {
    id: faker.string.uuid(),
    organization_id: facts.company.organization,
    given_name: facts.first,
    family_name: facts.last,
    login_email: facts.email,
    phone_e164: facts.phone,
    mobile_e164: facts.mobile,
    born: facts.born.toISOString().slice(0, 10),
    title: facts.job,
    wants_newsletter: facts.newsletter,
    interests: facts.interests,
    about: facts.remarks,
    visits: facts.visits,
    last_seen_at: new Date(facts.seen.getTime() + faker.number.int({ min: 0, max: 300 }) * 60_000),
    country_code: facts.iso,
    created_at: facts.seen,
  };
}
