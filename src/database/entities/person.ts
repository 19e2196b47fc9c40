import { defineEntity, p, raw } from '@mikro-orm/postgresql';

const PersonSchema = defineEntity({
  name: 'Person',
  tableName: 'person',
  uniques: [{ properties: ['oidcIssuer', 'oidcSubject'] }],
  properties: {
    id: p.uuid().primary(),
    email: p.text().unique(),
    name: p.text(),
    state: p.enum(['invited', 'active', 'disabled']),
    passwordHash: p.text().nullable(),
    oidcIssuer: p.text().nullable(),
    oidcSubject: p.text().nullable(),
    demo: p.boolean().default(false),
    rev: p.integer().default(1),
    createdAt: p.datetime().default(raw('now()')),
    lastLoginAt: p.datetime().nullable(),
  },
});

/** Somebody who can be told from everybody else. Never deleted: what was done stays somebody's. */
export class Person extends PersonSchema.class {}
PersonSchema.setClass(Person);

const PersonGrantSchema = defineEntity({
  name: 'PersonGrant',
  tableName: 'person_grant',
  properties: {
    personId: () =>
      p.manyToOne(Person).mapToPk().primary().fieldName('person_id').deleteRule('cascade').index(false),
    role: p.enum(['viewer', 'steward', 'engineer', 'admin']).primary(),
    pipeline: p.text().primary(),
    source: p.enum(['people', 'oidc']).primary(),
  },
});

/** A role of a person, on one pipeline or on all. */
export class PersonGrant extends PersonGrantSchema.class {}
PersonGrantSchema.setClass(PersonGrant);
