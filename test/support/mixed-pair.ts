import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import pg from 'pg';
import pino from 'pino';
import { Clock } from '../../src/common/clock.js';
import { ConnectionCatalog } from '../../src/connectors/connection-catalog.js';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { Leases } from '../../src/database/lease.js';
import { HubPools } from '../../src/database/pools.js';
import type { DeclaredPipeline } from '../../src/sync/declared-pipeline.js';
import { SyncEngine } from '../../src/sync/engine.js';
import { TIMING, type Timing } from '../../src/sync/pipeline-runner.js';
import { createMariaDatabase, type MariaDatabase } from './mariadb.js';
import { createTestDatabase, migratedDatabase, type TestDatabase } from './test-database.js';

/** A PostgreSQL database, a MariaDB database and a hub, with the engine between them. */
export class MixedPair {
  readonly a: pg.Pool;
  readonly b: mysql.Pool;
  readonly hub: HubPools;
  #engine: SyncEngine | null = null;

  private constructor(
    private readonly databases: { a: TestDatabase; b: MariaDatabase; hub: TestDatabase },
    readonly declared: DeclaredPipeline,
    private readonly others: readonly DeclaredPipeline[],
  ) {
    this.a = new pg.Pool({ connectionString: databases.a.url, max: 2 });
    this.b = mysql.createPool({
      uri: databases.b.url,
      multipleStatements: true,
      connectionLimit: 2,
      typeCast: (field) => field.string(),
    });
    this.hub = new HubPools(databases.hub.url, { lane: 4, general: 4 });
    this.a.on('error', () => undefined);
  }

  /** `others`: pipelines between the same two databases besides. */
  static async open(
    setUp: { a: string; b: string },
    spec: PipelineSpec,
    others: readonly PipelineSpec[] = [],
  ): Promise<MixedPair> {
    const [a, b, hub] = await Promise.all([createTestDatabase(), createMariaDatabase(), migratedDatabase()]);
    const pair = new MixedPair({ a, b, hub }, declaration(spec), others.map(declaration));
    await pair.a.query(setUp.a);
    await pair.b.query(setUp.b);
    return pair;
  }

  get urls(): Readonly<Record<'a' | 'b' | 'hub', string>> {
    const { a, b, hub } = this.databases;
    return { a: a.url, b: b.url, hub: hub.url };
  }

  async start(timing: Partial<Timing> = {}): Promise<void> {
    const catalog = new ConnectionCatalog();
    for (const side of ['a', 'b'] as const)
      catalog.declare({
        connector: side === 'a' ? 'postgres' : 'mysql',
        config: {
          name: side,
          label: side === 'a' ? 'CRM' : 'Shop',
          url: this.urls[side],
          tls: null,
          clientName: 'accord test',
        },
      });
    const log = pino({ level: process.env.ACCORD_TEST_LOG ?? 'silent' }, pino.destination(2));
    this.#engine = new SyncEngine(this.hub, new Leases(this.hub.general), catalog, new Clock(), log, {
      ...TIMING,
      ...timing,
    });
    await this.#engine.start([this.declared, ...this.others]);
  }

  async stop(): Promise<void> {
    await this.#engine?.stop();
    this.#engine = null;
  }

  async hubRows(sql: string): Promise<Record<string, unknown>[]> {
    return (await this.hub.general.query<Record<string, unknown>>(sql)).rows;
  }

  /** Rows of B as texts. */
  async rowsOfB(sql: string): Promise<Record<string, string | null>[]> {
    return (await this.b.query(sql))[0] as unknown as Record<string, string | null>[];
  }

  /** Waits until the pipeline runs, has read everything, and nothing is on its way. */
  async quiet(timeoutMs = 30_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    const passes = this.#engine?.idlePasses() ?? [];
    for (;;) {
      const [row] = await this.hubRows(`
        select (select case when bool_and(state = 'running') then 'running' end from pipeline) as state,
               (select count(*)::int from attempt_batch where state in ('sent', 'unknown'))
                 + (select count(*)::int from unmatched where reason = 'waiting') + (select count(*)::int from push_due) as busy`);
      if (
        row?.state === 'running' &&
        row.busy === 0 &&
        this.#engine?.idlePasses().every((n, i) => n >= (passes[i] ?? 0) + 2) === true
      )
        return;
      if (Date.now() > deadline) {
        const sides = await this.hubRows('select side, error_code, error_detail from side_state');
        throw new Error(`not quiet after ${String(timeoutMs)} ms: ${JSON.stringify({ row, sides })}`);
      }
      await sleep(20);
    }
  }

  async close(): Promise<void> {
    await this.stop();
    await Promise.all([this.a.end(), this.b.end(), this.hub.close()]);
    await Promise.all(Object.values(this.databases).map((database) => database.drop()));
  }
}

function declaration(spec: PipelineSpec): DeclaredPipeline {
  const text = JSON.stringify(spec);
  return { spec, file: 'test.yaml', text, hash: createHash('sha256').update(text).digest('hex') };
}
