import type { Random } from '../sync/random.js';
import type { Entity } from './entities.js';

export type Row = Pick<Entity, 'name' | 'email' | 'phone' | 'street' | 'city' | 'postcode' | 'birth'>;

type Field = keyof Row;
const FIELDS: readonly Field[] = ['name', 'email', 'phone', 'street', 'city', 'postcode', 'birth'];
const SLIPS: readonly Field[] = [
  'name',
  'name',
  'street',
  'street',
  'email',
  'phone',
  'city',
  'postcode',
  'birth',
];

export interface Dirt {
  /** Chance that a value is missing. */
  readonly missing: number;
  /** Chance of each of three slips of the hand. */
  readonly slip: number;
  /** Chance that a value is written in another way. */
  readonly format: number;
}

/** What somebody typed of an entity into a system: some left out, some mistyped, much written in another way. The name is never blank. */
export function record(entity: Entity, dirt: Dirt, random: Random): Row {
  const row: Record<Field, string | null> = {
    name: entity.name,
    email: entity.email,
    phone: entity.phone,
    street: entity.street,
    city: entity.city,
    postcode: entity.postcode,
    birth: entity.birth,
  };
  for (const field of FIELDS) {
    if (field !== 'name' && random.next() < dirt.missing) row[field] = null;
    const value = row[field];
    if (value !== null && random.next() < dirt.format)
      row[field] = rewritten(field, value, entity.kind, random);
  }
  for (let slip = 0; slip < 3; slip++) {
    if (random.next() >= dirt.slip) continue;
    const field = random.pick(SLIPS);
    const value = row[field];
    if (value !== null) row[field] = field === 'birth' ? mistypedDay(value, random) : mistyped(value, random);
  }
  return row as Row;
}

function rewritten(field: Field, value: string, kind: Entity['kind'], random: Random): string {
  switch (field) {
    case 'name':
      return kind === 'company' ? companyName(value, random) : personName(value, random);
    case 'email':
      return random.next() < 0.5 ? value.toUpperCase() : ` ${value}`;
    case 'phone':
      return random.pick([
        `0${value.slice(3, 5)} ${value.slice(5)}`,
        `+49 (${value.slice(3, 5)}) ${value.slice(5, 8)}-${value.slice(8)}`,
        `0049${value.slice(3)}`,
      ]);
    case 'street':
      return random.pick([
        value
          .replace(/\bStreet\b/i, 'St.')
          .replace(/\bRoad\b/i, 'Rd')
          .replace(/\bAvenue\b/i, 'Ave.'),
        value.toUpperCase(),
        value.replace(/,\s*/g, ' '),
      ]);
    default:
      return field === 'city' ? value.toUpperCase() : value;
  }
}

function companyName(value: string, random: Random): string {
  const legal = /[,\s]*\b(inc|ltd|llc|corp|corporation|limited|gmbh|co|ag|company)\b\.?/gi;
  return random.pick([
    value.replace(legal, '').trim() || value,
    `${value.replace(legal, '').trim()} ${random.pick(['Inc.', 'Ltd.', 'GmbH', 'Co., Ltd.'])}`,
    value.toUpperCase(),
    value.toLowerCase(),
  ]);
}

function personName(value: string, random: Random): string {
  const words = value.split(' ');
  const last = words.at(-1) ?? '';
  const first = words.slice(0, -1).join(' ');
  return random.pick([
    `${last}, ${first}`,
    `${first.slice(0, 1)}. ${last}`,
    `${words[0] ?? ''} ${last}`,
    value.toUpperCase(),
    value.normalize('NFD').replace(/\p{M}/gu, ''),
  ]);
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

function mistyped(value: string, random: Random): string {
  if (value.length < 3) return value;
  const at = 1 + random.below(value.length - 2);
  const digit = /\d/.test(value[at] ?? '');
  const other = digit ? String(random.below(10)) : (LETTERS[random.below(LETTERS.length)] ?? 'x');
  return random.pick([
    value.slice(0, at) + value.slice(at + 1),
    value.slice(0, at) + other + value.slice(at),
    value.slice(0, at) + other + value.slice(at + 1),
    value.slice(0, at) + (value[at + 1] ?? '') + (value[at] ?? '') + value.slice(at + 2),
  ]);
}

function mistypedDay(value: string, random: Random): string {
  const [year = '', month = '', day = ''] = value.split('-');
  if (Number(day) <= 12 && random.next() < 0.5) return `${year}-${day}-${month}`;
  return `${year}-${month}-${String(1 + random.below(28)).padStart(2, '0')}`;
}
