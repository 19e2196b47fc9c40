import { writeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import pino from 'pino';
import { Clock } from '../../src/common/clock.js';
import { ConnectionCatalog } from '../../src/connectors/connection-catalog.js';
import { Leases } from '../../src/database/lease.js';
import { HubPools } from '../../src/database/pools.js';
import type { DeclaredPipeline } from '../../src/sync/declared-pipeline.js';
import { SyncEngine } from '../../src/sync/engine.js';
import { TIMING } from '../../src/sync/pipeline-runner.js';
import { seeded } from './seeded.js';
import type { StewardHabits } from './steward.js';

/** The next process takes over from a killed one at once, and the sweeper comes by. */
const SHORT = { ...TIMING, leaseMs: 200, sweepMs: 150, absenceMs: 1000 };

/** What the process is told, as JSON in its one argument. */
export interface SyncProcessInput {
  readonly urls: Readonly<Record<'a' | 'b' | 'hub', string>>;
  readonly declaration: DeclaredPipeline;
  /** Pipelines between the same two databases besides. */
  readonly others?: readonly DeclaredPipeline[];
  /** Somebody decides conflicts in this process as well. */
  readonly steward?: Omit<StewardHabits, 'say'> & { readonly seed: number };
}

/** The engine alone in a process of its own, to be killed. */
const { urls, declaration, others = [], steward } = JSON.parse(process.argv[2] ?? '{}') as SyncProcessInput;
const pools = new HubPools(urls.hub, { lane: 4, general: 6 });
const catalog = new ConnectionCatalog();
for (const side of ['a', 'b'] as const) {
  catalog.declare({
    connector: urls[side].startsWith('mysql:') ? 'mysql' : 'postgres',
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
  pino({ level: process.env.ACCORD_TEST_LOG ?? 'silent' }, pino.destination(2)),
  SHORT,
);
await engine.start([declaration, ...others]);
process.stdout.write('started\n');
// What is killed leaves nothing for the next one to start faster with, unless it is written before.
flushCompileCache();
const stop = new AbortController();
process.on('SIGTERM', () => {
  stop.abort();
  void engine.stop().then(() => process.exit(0));
});
if (steward !== undefined) {
  const { steward: decide } = await import('./steward.js');
  // At once: what was said must be heard though the process is killed.
  const say = (line: string): void => void writeSync(1, `${line}\n`);
  await decide(pools, seeded(steward.seed), { ...steward, say }, stop.signal);
}
