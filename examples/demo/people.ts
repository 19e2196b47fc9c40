import type { Faker } from '@faker-js/faker';
import { countries } from './company-names.js';
import { crmPhone, germanDate } from './formats.js';
import { seeded } from './seeded.js';

export interface PeopleRows {
  readonly contacts: readonly object[];
  readonly users: readonly object[];
}

const shared = 1_500;
const onlyCrm = 300;
const onlySupport = 200;

const interests = ['antennas', 'firmware', 'training', 'spare parts', 'events', 'beta', 'security'];

/** People who work at companies, made up from a fixed seed. */
export function peopleRows(companies: readonly string[]): PeopleRows {
  const faker = seeded(20_260_602);
  const contacts: object[] = [];
  const users: object[] = [];
  for (let i = 0; i < shared + onlyCrm + onlySupport; i++) {
    const facts = personFacts(faker, companies, i);
    if (i < shared + onlyCrm) contacts.push(contact(faker, facts));
    if (i < shared || i >= shared + onlyCrm) users.push(user(faker, facts));
  }
  return { contacts, users };
}

type Facts = ReturnType<typeof personFacts>;

function personFacts(faker: Faker, companies: readonly string[], i: number) {
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
    account_name: facts.company,
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

function user(faker: Faker, facts: Facts): object {
  return {
    id: faker.string.uuid(),
    organization_name: facts.company,
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
