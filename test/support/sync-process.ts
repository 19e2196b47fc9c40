import pino from 'pino';
import { Clock } from '../../src/common/clock.js';
import { ConnectionCatalog } from '../../src/connectors/connection-catalog.js';
import { Leases } from '../../src/database/lease.js';
import { HubPools } from '../../src/database/pools.js';
import type { DeclaredPipeline } from '../../src/sync/declared-pipeline.js';
import { SyncEngine } from '../../src/sync/engine.js';

/** Short: the next process takes over from a killed one at once, and the sweeper comes by. */
const TIMING = { leaseMs: 200, sweepMs: 150 };

/** The engine alone in a process of its own, to be killed. One argument: JSON of `{urls: {a, b, hub}, declaration}`. */
const { urls, declaration } = JSON.parse(process.argv[2] ?? '{}') as {
  urls: Record<'a' | 'b' | 'hub', string>;
  declaration: DeclaredPipeline;
};
const pools = new HubPools(urls.hub, { lane: 4, general: 4 });
const catalog = new ConnectionCatalog();
for (const side of ['a', 'b'] as const) {
  catalog.declare({
    connector: 'postgres',
    config: {
      name: side,
      label: side === 'a' ? 'CRM' : 'Support',
      url: urls[side],
      tls: null,
      clientName: 'accord',
    },
  });
}
const engine = new SyncEngine(
  pools,
  new Leases(pools.general),
  catalog,
  new Clock(),
  pino({ level: 'silent' }),
  TIMING,
);
await engine.start([declaration]);
process.stdout.write('started\n');
process.on('SIGTERM', () => {
  void engine.stop().then(() => process.exit(0));
});
