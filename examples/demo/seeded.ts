import { Faker, base, en } from '@faker-js/faker';

/** A source of names, numbers and choices that gives the same ones every time. */
export function seeded(seed: number): Faker {
  const faker = new Faker({ locale: [en, base], seed });
  faker.setDefaultRefDate('2026-06-01T08:00:00Z');
  return faker;
}
