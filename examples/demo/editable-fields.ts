import type { Faker } from '@faker-js/faker';
import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { germanDate } from './formats.js';

/** One value as each side writes it: column → value. */
export interface Values {
  readonly crm: Readonly<Record<string, unknown>>;
  readonly support: Readonly<Record<string, unknown>>;
}

/** Something that people change, and how a new value of it looks on both sides. */
export interface EditableField {
  readonly words: string;
  readonly make: (faker: Faker) => Values;
}

export type Kind = 'companies' | 'people';

const same = (crm: string, support: string, value: unknown): Values => ({
  crm: { [crm]: value },
  support: { [support]: value },
});

function number(faker: Faker, pattern: string): { typed: string; e164: string } {
  const e164 = faker.helpers.replaceSymbols(pattern);
  return { typed: parsePhoneNumberFromString(e164)?.formatInternational() ?? e164, e164 };
}

const creditLimit: EditableField = {
  words: 'the credit limit',
  make: (faker) => same('credit_limit', 'credit_limit', faker.number.int({ min: 90, max: 400 }) * 250),
};

const companyPhone: EditableField = {
  words: 'the phone number',
  make: (faker) => {
    const { typed, e164 } = number(faker, '+4989#######');
    return { crm: { phone: typed }, support: { phone_e164: e164 } };
  },
};

const address: EditableField = {
  words: 'the address',
  make: (faker) => {
    const [street, city, zip] = [
      faker.location.streetAddress(),
      faker.location.city(),
      faker.location.zipCode('#####'),
    ];
    return {
      crm: { street, city, zip, country: 'Germany' },
      support: { address_line: street, town: city, postal_code: zip, country_code: 'DE' },
    };
  },
};

const website: EditableField = {
  words: 'the website',
  make: (faker) => {
    const host = `www.${faker.internet.domainWord()}-${faker.number.int({ min: 100, max: 999 })}.example`;
    return { crm: { website: host }, support: { homepage: `https://${host}` } };
  },
};

const manager: EditableField = {
  words: 'who looks after it',
  make: (faker) =>
    same(
      'account_owner',
      'account_manager',
      faker.helpers.arrayElement(['Dana Fox', 'Aiko Mori', 'Lena Brandt', 'Sam Okoye']),
    ),
};

const contractEnd: EditableField = {
  words: 'the end of the contract',
  make: (faker) =>
    same(
      'contract_end',
      'contract_until',
      faker.date.future({ years: 6, refDate: '2032-01-01' }).toISOString().slice(0, 10),
    ),
};

const email: EditableField = {
  words: 'the e-mail address',
  make: (faker) =>
    same(
      'email',
      'login_email',
      `${faker.internet.username()}.${faker.number.int(9999)}@new.example`.toLowerCase(),
    ),
};

const mobile: EditableField = {
  words: 'the mobile number',
  make: (faker) => {
    const { typed, e164 } = number(faker, '+49160#######');
    return { crm: { mobile: typed }, support: { mobile_e164: e164 } };
  },
};

const birthday: EditableField = {
  words: 'the birthday',
  make: (faker) => {
    const born = faker.date.birthdate({ mode: 'age', min: 20, max: 66 });
    return { crm: { birthday: germanDate(born) }, support: { born: born.toISOString().slice(0, 10) } };
  },
};

const jobTitle: EditableField = {
  words: 'the job title',
  make: (faker) => same('job_title', 'title', faker.person.jobTitle()),
};

const personCountry: EditableField = {
  words: 'the country',
  make: (faker) => {
    const [name, iso] = faker.helpers.arrayElement([
      ['France', 'FR'],
      ['Sweden', 'SE'],
      ['United States', 'US'],
      ['Netherlands', 'NL'],
    ] as const);
    return { crm: { country: name }, support: { country_code: iso } };
  },
};

/** What one person changes alone. */
export const editable: Readonly<Record<Kind, readonly EditableField[]>> = {
  companies: [creditLimit, companyPhone, address, website, manager, contractEnd],
  people: [email, mobile, birthday, jobTitle, personCountry],
};

/** What ends up with a steward when both sides change it at once: their policy is `review`. */
export const contested: Readonly<Record<Kind, readonly EditableField[]>> = {
  companies: [creditLimit, companyPhone, address],
  people: [email, mobile, birthday],
};
