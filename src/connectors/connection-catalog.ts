import type { Connection, ConnectionConfig } from './connector.js';
import { ConnectorError } from './errors.js';
import { connectorOf } from './registry.js';

export interface DeclaredConnection {
  readonly connector: string;
  readonly config: ConnectionConfig;
  /** Most rows written per time over all pipelines of this process: `2000/s`. */
  readonly rate?: string;
}

/** What is known of a connection that is kept by hand without opening its secret. */
export interface KeptFacts {
  readonly name: string;
  readonly connector: string;
  readonly label: string | null;
  readonly rate: string | null;
  /** Another one whenever anything of it was changed, its secret as well. */
  readonly version: string;
}

/** Connections that no file declares: people keep them in Accord's database. */
export interface KeptConnections {
  list(): Promise<readonly KeptFacts[]>;
  /** With its secret. `null` when there is none of this name. @throws AppError where the secret cannot be read */
  find(name: string): Promise<DeclaredConnection | null>;
}

/** The connections of this process, each opened once when first needed and shared by all pipelines. What a file declares wins. */
export class ConnectionCatalog {
  readonly #declared = new Map<string, DeclaredConnection>();
  readonly #open = new Map<string, Promise<Connection>>();
  #kept: ReadonlyMap<string, KeptFacts> = new Map();

  constructor(private readonly keeper: KeptConnections | null = null) {}

  declare(connection: DeclaredConnection): void {
    this.#declared.set(connection.config.name, connection);
  }

  /** Looks which connections are kept by hand. @returns the names of those that were made, changed or removed since */
  async refresh(): Promise<ReadonlySet<string>> {
    const before = this.#kept;
    const found = (await this.keeper?.list()) ?? [];
    this.#kept = new Map(found.map((facts) => [facts.name, facts]));
    return new Set(
      [...before.keys(), ...this.#kept.keys()].filter(
        (name) => !this.#declared.has(name) && before.get(name)?.version !== this.#kept.get(name)?.version,
      ),
    );
  }

  names(): readonly string[] {
    return [...new Set([...this.#declared.keys(), ...this.#kept.keys()])].sort();
  }

  /** The names of those that files declare. */
  get declaredNames(): readonly string[] {
    return [...this.#declared.keys()].sort();
  }

  /** As a file says, with secrets; `null` for what no file declares. */
  declared(name: string): DeclaredConnection | null {
    return this.#declared.get(name) ?? null;
  }

  kindOf(name: string): string | null {
    return (this.#declared.get(name) ?? this.#kept.get(name))?.connector ?? null;
  }

  rateOf(name: string): string | null {
    const declared = this.#declared.get(name);
    return declared === undefined ? (this.#kept.get(name)?.rate ?? null) : (declared.rate ?? null);
  }

  labelOf(name: string): string {
    return this.#declared.get(name)?.config.label ?? this.#kept.get(name)?.label ?? name;
  }

  /** @throws ConnectorError `connection-unknown`; AppError where a secret cannot be read */
  get(name: string): Promise<Connection> {
    const open = this.#open.get(name);
    if (open !== undefined) return open;
    const opening = this.#find(name).then(({ connector, config }) => connectorOf(connector).open(config));
    this.#open.set(name, opening);
    opening.catch(() => {
      if (this.#open.get(name) === opening) this.#open.delete(name);
    });
    return opening;
  }

  /** Closes it; whoever asks for it next gets it as it is then. To be called when nobody uses it. */
  async forget(name: string): Promise<void> {
    const open = this.#open.get(name);
    this.#open.delete(name);
    await open?.then((connection) => connection.close()).catch(() => undefined);
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    await Promise.allSettled(open.map(async (connection) => (await connection).close()));
  }

  async #find(name: string): Promise<DeclaredConnection> {
    const found = this.#declared.get(name) ?? (await this.keeper?.find(name)) ?? null;
    if (found !== null) return found;
    throw new ConnectorError(
      'connection-unknown',
      `There is no connection "${name}"; there are: ${this.names().join(', ') || 'none'}. Declare it in a file, or make it under Settings, Connections`,
    );
  }
}
