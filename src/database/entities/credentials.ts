import { defineEntity, p } from '@mikro-orm/postgresql';
import { Person } from './person.js';

const SessionSchema = defineEntity({
  name: 'Session',
  tableName: 'session',
  indexes: [{ name: 'session_person', properties: ['personId'] }],
  properties: {
    id: p.blob().primary(),
    personId: () => p.manyToOne(Person).mapToPk().fieldName('person_id').deleteRule('cascade').index(false),
    createdAt: p.datetime(),
    seenAt: p.datetime(),
    expiresAt: p.datetime(),
    address: p.text().nullable(),
    agent: p.text().nullable(),
  },
});

/** A browser that is signed in. */
export class Session extends SessionSchema.class {}
SessionSchema.setClass(Session);

const ApiTokenSchema = defineEntity({
  name: 'ApiToken',
  tableName: 'api_token',
  indexes: [{ name: 'api_token_person', properties: ['personId'] }],
  properties: {
    id: p.uuid().primary(),
    personId: () => p.manyToOne(Person).mapToPk().fieldName('person_id').deleteRule('cascade').index(false),
    name: p.text(),
    prefix: p.text().unique(),
    hash: p.blob(),
    scopes: p.array().columnType('text[]'),
    createdAt: p.datetime(),
    expiresAt: p.datetime(),
    revokedAt: p.datetime().nullable(),
    usedAt: p.datetime().nullable(),
  },
});

/** What a program shows to act for a person. */
export class ApiToken extends ApiTokenSchema.class {}
ApiTokenSchema.setClass(ApiToken);

const OneTimeLinkSchema = defineEntity({
  name: 'OneTimeLink',
  tableName: 'one_time_link',
  indexes: [{ name: 'one_time_link_person', properties: ['personId'] }],
  properties: {
    id: p.blob().primary(),
    purpose: p.enum(['setup', 'password']),
    personId: () =>
      p.manyToOne(Person).mapToPk().nullable().fieldName('person_id').deleteRule('cascade').index(false),
    createdAt: p.datetime(),
    expiresAt: p.datetime(),
    usedAt: p.datetime().nullable(),
  },
});

/** A link that lets somebody in once, to choose a password. */
export class OneTimeLink extends OneTimeLinkSchema.class {}
OneTimeLinkSchema.setClass(OneTimeLink);

const LoginAttemptSchema = defineEntity({
  name: 'LoginAttempt',
  tableName: 'login_attempt',
  properties: {
    subject: p.text().primary(),
    failures: p.integer(),
    lastAt: p.datetime(),
    lockedUntil: p.datetime(),
  },
});

/** Failed sign-ins of an account or from an address. */
export class LoginAttempt extends LoginAttemptSchema.class {}
LoginAttemptSchema.setClass(LoginAttempt);

const OidcFlowSchema = defineEntity({
  name: 'OidcFlow',
  tableName: 'oidc_flow',
  properties: {
    id: p.blob().primary(),
    state: p.text(),
    nonce: p.text(),
    verifier: p.text(),
    returnTo: p.text(),
    expiresAt: p.datetime(),
  },
});

/** A sign-in that is under way at the identity provider. */
export class OidcFlow extends OidcFlowSchema.class {}
OidcFlowSchema.setClass(OidcFlow);
