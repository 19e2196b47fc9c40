import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import pino, { type Logger } from 'pino';
import { Clock } from '../../src/common/clock.js';
import { ConnectionCatalog } from '../../src/connectors/connection-catalog.js';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { Leases } from '../../src/database/lease.js';
import { HubPools } from '../../src/database/pools.js';
import type { DeclaredPipeline } from '../../src/sync/declared-pipeline.js';
import { SyncEngine } from '../../src/sync/engine.js';
import { TIMING, type Timing } from '../../src/sync/pipeline-runner.js';
import { createTestDatabase, migratedDatabase, type TestDatabase } from './test-database.js';

const toStandardError = pino({ level: process.env.ACCORD_TEST_LOG ?? 'silent' }, pino.destination(2));

/** Two real databases and a hub, with the engine between them. */
export class SyncPair {
  readonly a: pg.Pool;
  readonly b: pg.Pool;
  readonly hub: HubPools;
  #engine: SyncEngine | null = null;

  private constructor(
    private readonly databases: Readonly<Record<'a' | 'b' | 'hub', TestDatabase>>,
    readonly declared: DeclaredPipeline,
    private readonly accounts: Readonly<Partial<Record<'a' | 'b', string>>>,
    readonly others: readonly DeclaredPipeline[],
  ) {
    this.a = new pg.Pool({ connectionString: databases.a.url, max: 4 });
    this.b = new pg.Pool({ connectionString: databases.b.url, max: 4 });
    this.hub = new HubPools(databases.hub.url, { lane: 4, general: 4 });
    for (const pool of [this.a, this.b]) pool.on('error', () => undefined);
  }

  /** `accounts`: roles (password `secret`) as whom the engine works on a side; otherwise it is the owner of everything. */
  static async open(
    setUp: { a: string; b: string },
    spec: PipelineSpec,
    accounts: Readonly<Partial<Record<'a' | 'b', string>>> = {},
    /** Databases that are there already, such as those of servers that a test means to kill. */
    own: Readonly<Partial<Record<'a' | 'b' | 'hub', TestDatabase>>> = {},
    /** Pipelines between the same two databases besides. */
    others: readonly PipelineSpec[] = [],
  ): Promise<SyncPair> {
    const [a, b, hub] = await Promise.all([
      own.a ?? createTestDatabase(),
      own.b ?? createTestDatabase(),
      own.hub ?? migratedDatabase(),
    ]);
    const pair = new SyncPair({ a, b, hub }, declaration(spec), accounts, others.map(declaration));
    await pair.a.query(setUp.a);
    await pair.b.query(setUp.b);
    return pair;
  }

  /** What the file says from the next start on. */
  declare(spec: PipelineSpec): void {
    Object.assign(this.declared, declaration(spec));
  }

  get urls(): Readonly<Record<'a' | 'b' | 'hub', string>> {
    return { a: this.#urlOf('a'), b: this.#urlOf('b'), hub: this.databases.hub.url };
  }

  async start(timing: Partial<Timing> = {}, logger: Logger = toStandardError): Promise<void> {
    const catalog = new ConnectionCatalog();
    for (const side of ['a', 'b'] as const) {
      catalog.declare({
        connector: 'postgres',
        config: {
          name: side,
          label: side === 'a' ? 'CRM' : 'Support',
          url: this.#urlOf(side),
          tls: null,
          clientName: 'accord test',
        },
      });
    }
    this.#engine = new SyncEngine(this.hub, new Leases(this.hub.general), catalog, new Clock(), logger, {
      ...TIMING,
      ...timing,
    });
    await this.#engine.start([this.declared, ...this.others]);
  }

  #urlOf(side: 'a' | 'b'): string {
    const url = new URL(this.databases[side].url);
    const account = this.accounts[side];
    if (account === undefined) return url.href;
    url.username = account;
    url.password = 'secret';
    return url.href;
  }

  async stop(): Promise<void> {
    await this.#engine?.stop();
    this.#engine = null;
  }

  /** Waits until the pipeline runs, has read everything, and nothing is on its way. */
  async quiet(timeoutMs = 25_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    let last = '';
    const passes = this.#engine?.idlePasses() ?? [];
    while (Date.now() < deadline) {
      const { rows } = await this.hub.general.query<{
        state: string;
        detail: string | null;
        busy: number;
        waiting: number;
        due: number;
      }>(`
        select (select case when bool_and(state = 'running') then 'running' else string_agg(state, ', ') end from pipeline) as state,
               (select string_agg(state_detail, ', ') from pipeline) as detail,
               (select count(*)::int from attempt_batch where state in ('sent', 'unknown')) as busy,
               (select count(*)::int from unmatched where reason = 'waiting') as waiting,
               (select count(*)::int from push_due) as due`);
      const [row] = rows;
      last = JSON.stringify(row);
      const done = row?.state === 'running' && row.busy === 0 && row.waiting === 0 && row.due === 0;
      if (done && this.#engine?.idlePasses().every((n, i) => n >= (passes[i] ?? 0) + 2) === true) return;
      await sleep(20);
    }
    const { rows } = await this.hub.general.query('select side, error_code, error_detail from side_state');
    const { rows: sessions } = await this.hub.general.query(
      `select application_name as app, state, wait_event_type as waits, wait_event as for, now() - state_change as since, left(query, 120) as query
       from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
    const { rows: leases } = await this.hub.general.query(
      'select holder, token, until - now() as left from lease',
    );
    throw new Error(
      `not quiet after ${String(timeoutMs)} ms: ${last} ${JSON.stringify({ rows, sessions, leases })}`,
    );
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
