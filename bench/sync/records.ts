import { Random } from './random.js';

/** The table both sides have: a key, 18 text columns, and a modification stamp that each side keeps for itself. */
export const table = 'public.bench_record';

export const columns = [
  'first_name',
  'last_name',
  'email',
  'phone',
  'mobile',
  'company',
  'department',
  'job_title',
  'street',
  'city',
  'postcode',
  'country',
  'website',
  'language',
  'source',
  'stage',
  'reference',
  'remark',
] as const;

export const createTable = `create table ${table} (
  id bigint primary key,
  ${columns.map((name) => `${name} text`).join(',\n  ')},
  updated_at timestamptz not null default now()
)`;

const first = [
  'Ann',
  'José',
  'Mariam',
  'Li',
  'Søren',
  'Priya',
  'Tomasz',
  'Chloé',
  'Yuki',
  'Omar',
  'Ingrid',
  'Paolo',
];
const last = [
  'Müller',
  'Okafor',
  'García',
  'Nguyen',
  'Kowalski',
  'Smith',
  'Haddad',
  'Lindqvist',
  'Tanaka',
  'Rossi',
];
const company = [
  'Northwind',
  'Brightwater',
  'Kestrel',
  'Ironbridge',
  'Solstice',
  'Halcyon',
  'Meridian',
  'Foxglove',
];
const form = ['GmbH', 'Ltd.', 'Inc.', 'AB', 'S.A.', 'Sp. z o.o.', 'Co., Ltd'];
const department = ['Sales', 'Finance', 'Purchasing', 'Engineering', 'Support', 'Legal'];
const job = ['Head of Purchasing', 'Account Manager', 'Engineer', 'Controller', 'Office Manager', 'Director'];
const street = ['Hauptstraße', 'Station Road', 'Rue de la Paix', 'Via Roma', 'Storgatan', 'Maple Avenue'];
const city = ['Berlin', 'Lyon', 'Turin', 'Malmö', 'Leeds', 'Austin', 'Osaka', 'Kraków', 'Porto', 'Utrecht'];
const country = [
  'Germany',
  'France',
  'Italy',
  'Sweden',
  'United Kingdom',
  'United States',
  'Japan',
  'Poland',
];
const remark = [
  'Prefers to be called in the morning.',
  'Invoice by post, never by e-mail.',
  'Met at the fair; interested in the larger model.',
  'Ask for the order number first.',
  '',
];

/** The 18 values of a record before anybody edited it, in the order of `columns`; average 190 characters together. */
export function baseRow(id: number): string[] {
  const random = new Random(id * 2_654_435_761);
  const [f, l, c] = [random.pick(first), random.pick(last), random.pick(company)];
  const host = `${c.toLowerCase()}-${random.below(900)}.example`;
  return [
    f,
    l,
    `${f}.${l}${id}@${host}`.toLowerCase(),
    `+49 30 ${1_000_000 + random.below(8_999_999)}`,
    `+49 170 ${1_000_000 + random.below(8_999_999)}`,
    `${c} ${random.pick(form)}`,
    random.pick(department),
    random.pick(job),
    `${random.pick(street)} ${1 + random.below(240)}`,
    random.pick(city),
    String(10_000 + random.below(89_999)),
    random.pick(country),
    `https://${host}`,
    random.pick(['en', 'de', 'fr', 'it', 'sv', 'ja']),
    random.pick(['fair', 'web form', 'referral', 'import 2019', 'cold call']),
    random.pick(['lead', 'qualified', 'customer', 'former']),
    `REF-${String(id).padStart(8, '0')}`,
    random.pick(remark),
  ];
}
