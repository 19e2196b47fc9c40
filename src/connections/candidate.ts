import { AppError } from '../common/errors.js';
import { connectorOf } from '../connectors/registry.js';
import type { ConnectionRow } from '../database/sql/connections/connections.js';
import { defaultPort, openable, sameDestination, type AddressParts } from './address.js';
import type { ChangeConnectionDto, NewConnectionDto } from './connection.dto.js';

type Kept = ConnectionRow;

/** What people may change. */
export type Settings = Pick<
  Kept,
  'label' | 'description' | 'host' | 'port' | 'database' | 'account' | 'tls' | 'ca' | 'rate'
>;

/** What a new connection is to be, with what is usual for what was left out. */
export function settingsOf(input: NewConnectionDto): Settings {
  return {
    label: input.label ?? null,
    description: input.description ?? null,
    host: input.host,
    port: input.port ?? defaultPort[input.connector],
    database: input.database,
    account: input.account,
    tls: input.tls ?? 'disable',
    ca: input.ca ?? null,
    rate: input.rate ?? null,
  };
}

/** Opens nothing: the connector says whether the address makes sense to it. @throws ConnectorError `connection-invalid` */
export async function mustOpen(row: Parameters<typeof openable>[0], password: string | null): Promise<void> {
  const { connector, config } = openable(row, password, 'accord');
  await (await connectorOf(connector).open(config)).close();
}

/** A password that is kept is only kept for where it was meant to go. */
export function mustBeGivenAgain(
  before: AddressParts & Pick<Kept, 'secret_set_at'>,
  after: AddressParts,
  password: string | null | undefined,
): void {
  if (password !== undefined || before.secret_set_at === null || sameDestination(before, after)) return;
  throw invalid(
    'password',
    'password-again',
    'must be given again: host, port, account or encryption has changed, and the one that is kept is for what was there before',
  );
}

/** What a change names; `null` takes away what need not be there. */
export function given({ password: _, ...settings }: ChangeConnectionDto): Partial<Settings> {
  const named = Object.entries(settings).filter(([, value]) => value !== undefined);
  for (const [key, value] of named)
    if (value === null && needed.has(key)) throw invalid(key, 'needed', 'must be something');
  return Object.fromEntries(named);
}

const needed: ReadonlySet<string> = new Set(['host', 'port', 'database', 'account', 'tls']);

function invalid(property: string, code: string, detail: string): AppError {
  const pointer = `/${property}`;
  return new AppError('invalid', `${pointer}: ${detail}`, { faults: [{ pointer, code, detail }] });
}
