import type { Connection, ConnectionConfig, Connector } from '../connector.js';
import { ConnectorError } from '../errors.js';
import { MemoryEndpoint } from './endpoint.js';
import type { MemoryObject } from './object.js';

/** Connects to objects in this process's memory: for simulation and for tests, never for anybody's records. */
export class MemoryConnector implements Connector {
  readonly kind = 'memory';

  constructor(private readonly objects: ReadonlyMap<string, MemoryObject>) {}

  async open(config: ConnectionConfig): Promise<Connection> {
    const { objects } = this;
    return Promise.resolve({
      config,
      check: () =>
        Promise.resolve({
          system: 'memory',
          version: '1',
          identity: config.name,
          account: 'memory',
          clockOffsetMs: 0,
          clockErrorMs: 1,
          warnings: [],
          missingRights: [],
        }),
      discover: () => Promise.resolve([...objects.values()].map(({ schema }) => schema)),
      endpoint: (options) => {
        const object = objects.get(options.object);
        return object === undefined
          ? Promise.reject(new ConnectorError('object-unknown', `There is no object ${options.object}`))
          : Promise.resolve(new MemoryEndpoint(options, object));
      },
      close: () => Promise.resolve(),
    });
  }
}
