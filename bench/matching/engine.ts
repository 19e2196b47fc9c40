import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Parties } from './pipeline.js';

/** What the bench uses of the service, which is built apart from it. */
export interface Service {
  readonly startEmbeddedPostgres: (options: {
    readonly dataDir: string;
    readonly settings?: Readonly<Record<string, string | number | boolean>>;
  }) => Promise<{ readonly url: string; stop(): Promise<unknown> }>;
  readonly migrate: (url: string) => Promise<unknown>;
}

// This file is dist/bench/matching/engine.js when it runs.
export async function part<T>(...path: readonly string[]): Promise<T> {
  return (await import(pathToFileURL(join(import.meta.dirname, '..', '..', ...path)).href)) as T;
}

interface EngineParts {
  readonly Clock: new () => unknown;
  readonly ConnectionCatalog: new () => { declare(connection: unknown): void; close(): Promise<void> };
  readonly Leases: new (pool: unknown) => unknown;
  readonly HubPools: new (
    url: string,
    sizes: object,
  ) => { readonly general: unknown; close(): Promise<void> };
  readonly SyncEngine: new (...parts: readonly unknown[]) => {
    start(pipelines: readonly unknown[]): Promise<void>;
    stop(): Promise<void>;
  };
}

/** Compares two sides as the service does, in a process of its own; it ends when it is told to. */
export async function runEngine(
  urls: Readonly<Record<'a' | 'b' | 'hub', string>>,
  spec: Parties,
): Promise<void> {
  const parts: EngineParts = {
    ...(await part<EngineParts>('common', 'clock.js')),
    ...(await part<EngineParts>('connectors', 'connection-catalog.js')),
    ...(await part<EngineParts>('database', 'lease.js')),
    ...(await part<EngineParts>('database', 'pools.js')),
    ...(await part<EngineParts>('sync', 'engine.js')),
  };
  const { default: pino } = await import('pino');
  const pools = new parts.HubPools(urls.hub, { lane: 4, general: 4 });
  const catalog = new parts.ConnectionCatalog();
  for (const name of ['a', 'b'] as const)
    catalog.declare({
      connector: 'postgres',
      config: { name, label: name.toUpperCase(), url: urls[name], tls: null, clientName: 'accord bench' },
    });
  const log = pino({ level: 'warn' }, pino.destination(2));
  const engine = new parts.SyncEngine(
    pools,
    new parts.Leases(pools.general),
    catalog,
    new parts.Clock(),
    log,
  );
  await engine.start([{ spec, file: 'bench.yaml', text: JSON.stringify(spec), hash: 'bench' }]);
  process.on('message', () => {
    void engine
      .stop()
      .then(() => pools.close())
      .then(() => process.exit(0));
  });
}
