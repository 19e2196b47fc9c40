import { call, post } from './client';
import type { components } from './openapi';

type Schemas = components['schemas'];

export type Session = Schemas['SessionDto'];
export type Me = Schemas['MeDto'];
export type Grant = Schemas['GrantDto'];
export type Person = Schemas['PersonDto'];
export type Permission = Schemas['PermittedDto']['permission'];
export type Role = Grant['role'];
export type SeenLink = Schemas['SeenLinkDto'];
export type OneTimeLink = Schemas['OneTimeLinkDto'];
export type Token = Schemas['TokenDto'];
export type NewToken = Schemas['NewTokenDto'];

const id = encodeURIComponent;

export const getSession = () => call<Session>('/session');

export const signIn = (email: string, password: string) => post<Session>('/session', { email, password });

export const signOut = () => call<Session>('/session', { method: 'DELETE' });

export const changePassword = (present: string, next: string) =>
  post<Session>('/session/password', { present, next });

export const lookAtLink = (secret: string) => post<SeenLink>('/one-time-links/look', { secret });

export interface Welcome {
  readonly secret: string;
  readonly password: string;
  readonly email?: string;
  readonly name?: string;
  readonly steward?: boolean;
}

export const followLink = (welcome: Welcome) => post<Session>('/one-time-links/use', { ...welcome });

export const listPeople = (signal?: AbortSignal) =>
  call<Schemas['PeopleDto']>('/people', signal === undefined ? {} : { signal });

export interface PersonInput {
  readonly name: string;
  readonly grants: readonly Grant[];
}

export const invite = (email: string, { name, grants }: PersonInput) =>
  post<Schemas['InvitedDto']>('/people', { email, name, grants: plain(grants) });

export const changePerson = (
  person: Pick<Person, 'id' | 'etag'>,
  change: Partial<PersonInput> & { readonly state?: 'active' | 'disabled' },
) =>
  call<Person>(`/people/${id(person.id)}`, {
    method: 'PATCH',
    body: { ...change, ...(change.grants && { grants: plain(change.grants) }) },
    headers: { 'if-match': person.etag },
  });

/** Mails go to their address again, which the mail server has refused. */
export const mailAgain = (person: string) => post<Person>(`/people/${id(person)}/mail-again`, {});

export const newLink = (person: string) => post<OneTimeLink>(`/people/${id(person)}/one-time-link`, {});

export const listTokens = (signal?: AbortSignal) =>
  call<Schemas['TokenListDto']>('/tokens', signal === undefined ? {} : { signal });

export const makeToken = (name: string, scopes: readonly Permission[], days: number) =>
  post<NewToken>('/tokens', { name, scopes: [...scopes], days });

export const revokeToken = (token: string) => call<Token>(`/tokens/${id(token)}`, { method: 'DELETE' });

/** Without what only answers have. */
function plain(grants: readonly Grant[]): { role: Role; pipeline: string }[] {
  return grants.map(({ role, pipeline }) => ({ role, pipeline }));
}
