import type { Connection, ConnectionConfig } from './connector.js';
import { ConnectorError } from './errors.js';
import { connectorOf } from './registry.js';

export interface DeclaredConnection {
  readonly connector: string;
  readonly config: ConnectionConfig;
  /** Most rows written per time over all pipelines of this process: `2000/s`. */
  readonly rate?: string;
}

/** The declared connections of this process, opened once when first needed and shared by all pipelines. */
export class ConnectionCatalog {
  readonly #declared = new Map<string, DeclaredConnection>();
  readonly #open = new Map<string, Promise<Connection>>();

  declare(connection: DeclaredConnection): void {
    this.#declared.set(connection.config.name, connection);
  }

  names(): readonly string[] {
    return [...this.#declared.keys()].sort();
  }

  kindOf(name: string): string | null {
    return this.#declared.get(name)?.connector ?? null;
  }

  rateOf(name: string): string | null {
    return this.#declared.get(name)?.rate ?? null;
  }

  labelOf(name: string): string {
    return this.#declared.get(name)?.config.label ?? name;
  }

  /** @throws ConnectorError `connection-unknown` */
  get(name: string): Promise<Connection> {
    const open = this.#open.get(name);
    if (open !== undefined) return open;
    const declared = this.#declared.get(name);
    if (declared === undefined) {
      throw new ConnectorError(
        'connection-unknown',
        `There is no connection "${name}"; declared are: ${this.names().join(', ') || 'none'}`,
      );
    }
    const opening = connectorOf(declared.connector).open(declared.config);
    this.#open.set(name, opening);
    opening.catch(() => this.#open.delete(name));
    return opening;
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    await Promise.allSettled(open.map(async (connection) => (await connection).close()));
  }
}
