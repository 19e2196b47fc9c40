import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { migrate } from '../../src/database/migrate.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/embedded/embedded-postgres.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { seeded } from '../support/seeded.js';
import { runFolder, type TestDatabase } from '../support/test-database.js';
import { KillRun } from './kill-run.js';

const SEED = Number(process.env.ACCORD_TEST_SEED ?? Date.now() % 1_000_000);

/** A PostgreSQL server of its own, that can be killed and comes back on the same port. */
class OwnServer {
  private readonly dataDir: string;
  private server: EmbeddedPostgres | null = null;

  constructor(name: string) {
    this.dataDir = join(runFolder(), name);
  }

  async start(): Promise<string> {
    const { PG_BIN_DIR: binDir } = process.env;
    this.server = await startEmbeddedPostgres({ dataDir: this.dataDir, binDir, settings: { fsync: false } });
    return this.server.url;
  }

  kill(): void {
    const data = join(realpathSync(join(this.dataDir, 'postgres')), 'data');
    process.kill(Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
  }

  async stop(): Promise<void> {
    await this.server?.stop('immediate');
  }
}

describe(`(seed ${String(SEED)})`, () => {
  let run: KillRun | undefined;
  const after: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await run?.close();
    for (const clean of after.splice(0)) await clean();
  });

  const judged = async (): Promise<readonly string[]> => {
    const { violations, edits } = (await run?.look()) ?? { violations: ['nothing was run'], edits: 0 };
    expect(edits).toBeGreaterThan(100);
    const [first] = violations;
    return first === undefined ? [] : [...violations, (await run?.story(first)) ?? ''];
  };

  it('connections cut half-way through a commit, on the hub and on both sides: nothing is lost, nothing done twice', async () => {
    run = await KillRun.open({ seed: SEED, records: 150, paceMs: 15 });
    await run.look();
    const random = seeded(SEED);
    const { a, b, hub } = run.pair.urls;
    const proxies = {
      a: await CuttingProxy.open(a),
      b: await CuttingProxy.open(b),
      hub: await CuttingProxy.open(hub),
    };
    after.push(async () => {
      await Promise.all(Object.values(proxies).map((proxy) => proxy.close()));
    });
    run.work();
    const child = await run.start('', { a: proxies.a.url, b: proxies.b.url, hub: proxies.hub.url });
    // On a machine that does other things as well, the first commit may take its time.
    const patience = Date.now() + 90_000;
    const isSpared = (): boolean => Object.values(proxies).some(({ cuts }) => cuts === 0);
    for (let i = 0; i < 24 || (isSpared() && Date.now() < patience); i++) {
      proxies[(['a', 'b', 'hub'] as const)[i % 3] as 'a' | 'b' | 'hub'].cutAtCommit();
      await sleep(200 + random() * 300);
    }
    await child.kill();
    run.heard(child);
    expect(await judged()).toEqual([]);
    for (const proxy of Object.values(proxies)) expect(proxy.cuts).toBeGreaterThan(0);
  }, 180_000);

  it('two replicas, one killed in the middle of its work again and again: the other goes on', async () => {
    run = await KillRun.open({ seed: SEED, records: 150, paceMs: 15 });
    run.work();
    const other = await run.start();
    for (const point of ['worker.committed', 'write.commit-sent', 'lane.shadows-written'] as const) {
      // Whoever dies first gives the lease to the other; both are killed in turn.
      await run.kill({ point, hit: 1, before: null }, 4000);
      await sleep(300);
    }
    await other.kill();
    run.heard(other);
    expect(await judged()).toEqual([]);
  }, 180_000);

  it("servers killed: Accord's own and a side's, while everybody works", async () => {
    const servers = { b: new OwnServer('own-b'), hub: new OwnServer('own-hub') };
    const database = async (name: 'b' | 'hub'): Promise<TestDatabase> => ({
      name,
      url: await servers[name].start(),
      drop: () => servers[name].stop(),
    });
    const [b, hub] = [await database('b'), await database('hub')];
    await migrate(hub.url);
    run = await KillRun.open({ seed: SEED, records: 150, paceMs: 15, databases: { b, hub } });
    await run.look();
    run.work();
    const child = await run.start();
    for (const name of ['b', 'hub', 'b', 'hub'] as const) {
      await sleep(700);
      servers[name].kill();
      await sleep(300);
      await servers[name].start();
    }
    await sleep(1500);
    await child.kill();
    run.heard(child);
    expect(await judged()).toEqual([]);
  }, 240_000);
});
