import { call, post } from './client';
import type { components } from './openapi';

type Schemas = components['schemas'];

export type Connection = Schemas['ConnectionDto'];
export type Connections = Schemas['ConnectionsDto'];
export type ConnectionTest = Schemas['ConnectionTestDto'];
export type Check = Schemas['CheckDto'];
export type MailServer = Schemas['MailServerDto'];
export type MailTest = Schemas['MailTestDto'];

const at = (name: string): string => `/connections/${encodeURIComponent(name)}`;

/** What people fill in. A password that is left out stays as it is. */
export interface ConnectionSettings {
  readonly label: string | null;
  readonly description: string | null;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly account: string;
  readonly password?: string | null;
  readonly tls: Connection['tls'];
  readonly ca: string | null;
  readonly rate: string | null;
}

export const listConnections = (signal?: AbortSignal) =>
  call<Connections>('/connections', signal === undefined ? {} : { signal });

export const makeConnection = (
  name: string,
  connector: Connection['connector'],
  settings: ConnectionSettings,
) => post<Connection>('/connections', { name, connector, ...settings });

export const changeConnection = ({ name, etag }: Connection, settings: ConnectionSettings) =>
  call<Connection>(at(name), { method: 'PATCH', body: settings, headers: { 'if-match': etag ?? '' } });

export const removeConnection = (name: string) => call<null>(at(name), { method: 'DELETE' });

/** Tries out what is not kept yet: nothing of it is stored. */
export const tryNewConnection = (
  name: string,
  connector: Connection['connector'],
  settings: ConnectionSettings,
) => post<ConnectionTest>('/connections/test', { name, connector, ...settings });

/** As it would be after that change, which is not made. */
export const tryChangedConnection = ({ name }: Connection, settings: ConnectionSettings) =>
  post<ConnectionTest>(`${at(name)}/test`, { ...settings });

export const testConnection = (name: string) => post<ConnectionTest>(`${at(name)}/test`, {});

export const getMailServer = (signal?: AbortSignal) =>
  call<MailServer>('/mail', signal === undefined ? {} : { signal });

export const testMail = () => post<MailTest>('/mail/test', {});
