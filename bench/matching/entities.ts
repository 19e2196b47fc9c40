import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { base, de, en, Faker } from '@faker-js/faker';
import type { Random } from '../sync/random.js';

/** Someone or something in the world, of whom records tell. */
export interface Entity {
  readonly id: number;
  readonly kind: 'person' | 'company';
  readonly name: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly street: string;
  readonly city: string;
  readonly postcode: string | null;
  readonly birth: string | null;
}

const HOUSEHOLD = 0.06;

/** Companies of the IEEE registry as far as they go, at most a third; people for the rest, of whom some live together. */
export function makeEntities(count: number, random: Random): readonly Entity[] {
  const faker = new Faker({ locale: [en, de, base], seed: 20_261_122 });
  const companies = registeredCompanies().slice(0, Math.floor(count / 3));
  const entities: Entity[] = companies.map((company, id) => {
    const domain = company.name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '')
      .slice(0, 20);
    return {
      ...company,
      id,
      kind: 'company',
      email: random.next() < 0.5 ? `info@${domain}.com` : null,
      phone: phoneNumber(random),
      birth: null,
    };
  });
  while (entities.length < count) {
    const id = entities.length;
    const before = entities[id - 1];
    const family = before?.kind === 'person' && random.next() < HOUSEHOLD ? before : null;
    const first = faker.person.firstName();
    const last = family === null ? faker.person.lastName() : (family.name.split(' ').at(-1) ?? '');
    const name = random.next() < 0.2 ? `${first} ${faker.person.middleName()} ${last}` : `${first} ${last}`;
    entities.push({
      id,
      kind: 'person',
      name,
      email: faker.internet.email({ firstName: first, lastName: last }).toLowerCase(),
      phone: family === null || random.next() < 0.5 ? phoneNumber(random) : family.phone,
      street: family?.street ?? `${String(1 + random.below(200))} ${faker.location.street()}`,
      city: family?.city ?? faker.location.city(),
      postcode: family?.postcode ?? String(10_000 + random.below(89_999)),
      birth: isoDay(random),
    });
  }
  return entities;
}

function phoneNumber(random: Random): string {
  return `+49${String(30 + random.below(60))}${String(1_000_000 + random.below(8_999_999))}`;
}

function isoDay(random: Random): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${String(1935 + random.below(70))}-${two(1 + random.below(12))}-${two(1 + random.below(28))}`;
}

/** One for each place and each name: the registry has many of them several times, and nobody knows which of those are the same. */
function registeredCompanies(): readonly Pick<Entity, 'name' | 'street' | 'city' | 'postcode'>[] {
  const path = createRequire(import.meta.url).resolve('oui-data');
  const registry = JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, string>>;
  const places = new Set<string>();
  const names = new Set<string>();
  const letters = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/g, '');
  return Object.values(registry).flatMap((text) => {
    const [name, ...address] = text.split('\n') as [string, ...string[]];
    const street = address.slice(0, -2).join(', ');
    const city = address.at(-2) ?? '';
    if (street === '' || city === '' || letters(name).length < 4) return [];
    const place = letters(street).slice(0, 14);
    const known = letters(name).slice(0, 9);
    if (places.has(place) || names.has(known)) return [];
    places.add(place);
    names.add(known);
    const postcode = /\b(\d{4,6})\b/.exec(city)?.[1] ?? null;
    return [{ name, street, city: city.replace(/\s*\b\d{4,6}\b/, ''), postcode }];
  });
}
