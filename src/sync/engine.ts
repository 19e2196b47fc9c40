import type { Client } from 'pg';
import pg from 'pg';
import type { Logger } from 'pino';
import type { Clock } from '../common/clock.js';
import type { ConnectionCatalog } from '../connectors/connection-catalog.js';
import type { Leases } from '../database/lease.js';
import type { HubPools } from '../database/pools.js';
import { declareReferences } from '../database/sql/references.js';
import { run, type Statement } from '../database/sql/statement.js';
import { SIDES } from '../core/clock.js';
import { endOf } from '../core/pipeline/ends.js';
import { referencesOf, type DeclaredPipeline } from './declared-pipeline.js';
import { PipelineOpener } from './open-pipeline.js';
import { PipelineRunner, TIMING, type Timing } from './pipeline-runner.js';
import { Revisions } from './revisions.js';

const registerPipeline: Statement<{ id: number }> = {
  name: 'sync_register_pipeline',
  text: `
  insert into pipeline (name, state) values ($1, 'new')
  on conflict (name) do update set updated_at = pipeline.updated_at
  returning id`,
};

const registerSide: Statement<Record<string, never>> = {
  name: 'sync_register_side',
  text: `
  insert into side_state (pipeline_id, side, label, connector, object) values ($1, $2, $3, $4, $5)
  on conflict (pipeline_id, side) do update set label = excluded.label, connector = excluded.connector, object = excluded.object`,
};

const forgetSideProblem: Statement<Record<string, never>> = {
  name: 'sync_forget_side_problem',
  text: `update side_state set error_code = null, error_detail = null, error_since = null, retry_at = null where pipeline_id = $1 and side = any($2::text[])`,
};

const RECONNECT_MS = 1000;

/** Runs every declared pipeline of this process, each under its lease; wakes them when something was decided elsewhere. */
export class SyncEngine {
  readonly #runners = new Map<number, PipelineRunner>();
  readonly #declared = new Map<number, DeclaredPipeline>();
  #opener: PipelineOpener | null = null;
  /** One after the other: a connection that is changed twice makes its pipelines start twice, and never twice at once. */
  #changing: Promise<void> = Promise.resolve();
  #listener: Client | null = null;
  #stopping = false;

  constructor(
    private readonly pools: HubPools,
    private readonly leases: Leases,
    private readonly catalog: ConnectionCatalog,
    private readonly clock: Clock,
    private readonly log: Logger,
    private readonly timing: Timing = TIMING,
  ) {}

  async start(declarations: readonly DeclaredPipeline[]): Promise<void> {
    const declared = this.#declared;
    await this.catalog.refresh();
    for (const declaration of declarations) {
      const [row] = await run(this.pools.general, registerPipeline, [declaration.spec.metadata.name]);
      if (row === undefined) continue;
      declared.set(row.id, declaration);
      await this.#registerSides(row.id);
    }
    // Only once all of them are known by name.
    for (const [id, { spec }] of declared) {
      const units = referencesOf(spec);
      await run(this.pools.general, declareReferences, [id, [...units.keys()], [...units.values()]]);
    }
    this.#opener = new PipelineOpener(
      declared,
      this.catalog,
      new Revisions(this.pools, this.clock),
      this.pools,
      this.clock,
    );
    await this.#listen();
    for (const id of declared.keys()) this.#run(id);
  }

  #run(id: number): void {
    const name = this.#declared.get(id)?.spec.metadata.name;
    if (name === undefined || this.#opener === null || this.#stopping) return;
    const runner = new PipelineRunner(
      id,
      name,
      this.#opener,
      this.pools,
      this.leases,
      this.clock,
      this.log,
      this.timing,
    );
    this.#runners.set(id, runner);
    runner.start();
  }

  async #registerSides(id: number): Promise<void> {
    const spec = this.#declared.get(id)?.spec;
    if (spec === undefined) return;
    for (const side of SIDES) {
      const end = endOf(spec, side);
      const label = end.label ?? this.catalog.labelOf(end.ref);
      const kind = this.catalog.kindOf(end.ref) ?? 'unknown';
      await run(this.pools.general, registerSide, [id, side, label, kind, end.object]);
    }
  }

  /** Connections that people keep may have changed: the pipelines that use one of those are started anew, and no others. */
  #lookAtConnections(): void {
    this.#changing = this.#changing
      .then(async () => {
        if (this.#stopping || this.#opener === null) return;
        for (const name of await this.catalog.refresh())
          await this.#connectionChanged(name).catch((error: unknown) => {
            this.log.warn({ err: error, connection: name }, 'connection not taken over as it should be');
          });
      })
      .catch((error: unknown) => {
        this.log.warn({ err: error }, 'connections not read');
        setTimeout(() => {
          if (!this.#stopping) this.#lookAtConnections();
        }, RECONNECT_MS).unref();
      });
  }

  /** Writes on their way are finished before the connection is closed under them. */
  async #connectionChanged(name: string): Promise<void> {
    const users = [...this.#declared].filter(([, { spec }]) =>
      SIDES.some((side) => endOf(spec, side).ref === name),
    );
    this.log.info({ connection: name, pipelines: users.length }, 'connection changed');
    await Promise.all(users.map(async ([id]) => this.#runners.get(id)?.stop()));
    try {
      await this.catalog.forget(name);
      this.#opener?.forgetRate(name);
      for (const [id, { spec }] of users) {
        await this.#registerSides(id);
        const sides = SIDES.filter((side) => endOf(spec, side).ref === name);
        await run(this.pools.general, forgetSideProblem, [id, sides]);
      }
    } finally {
      for (const [id] of users) this.#run(id);
    }
  }

  /** The idle passes of each pipeline (PipelineRunner.idlePasses), in the order in which they were declared. */
  idlePasses(): readonly number[] {
    return [...this.#runners.values()].map((runner) => runner.idlePasses);
  }

  /** Finishes what is on its way and lets everything go. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#changing;
    await Promise.all([...this.#runners.values()].map((runner) => runner.stop()));
    await this.#listener?.end().catch(() => undefined);
    await this.catalog.close();
  }

  /** One connection hears what the other parts of the service and other replicas have to say: `accord_wake`, a pipeline id. */
  async #listen(): Promise<void> {
    const client = new pg.Client({ connectionString: this.pools.url, application_name: 'accord wake' });
    client.on('error', () => undefined);
    client.on('end', () => {
      if (this.#stopping || this.#listener !== client) return;
      setTimeout(() => {
        if (!this.#stopping) this.#listen().catch(() => undefined);
      }, RECONNECT_MS).unref();
    });
    client.on('notification', (message) => {
      if (message.channel === 'accord_connection') {
        this.#lookAtConnections();
        return;
      }
      const id = Number.parseInt(message.payload ?? '', 10);
      if (Number.isInteger(id)) this.#runners.get(id)?.wake();
      else for (const runner of this.#runners.values()) runner.wake();
    });
    this.#listener = client;
    await client.connect();
    await client.query('listen accord_wake; listen accord_connection');
    // What was changed while nobody listened.
    this.#lookAtConnections();
    for (const runner of this.#runners.values()) runner.wake();
  }
}
