import type { Client } from 'pg';
import pg from 'pg';
import type { Logger } from 'pino';
import type { Clock } from '../common/clock.js';
import type { ConnectionCatalog } from '../connectors/connection-catalog.js';
import type { Leases } from '../database/lease.js';
import type { HubPools } from '../database/pools.js';
import { declareReferences } from '../database/sql/references.js';
import { run, type Statement } from '../database/sql/statement.js';
import { endOf, referencesOf, type DeclaredPipeline } from './declared-pipeline.js';
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

const RECONNECT_MS = 1000;

/** Runs every declared pipeline of this process, each under its lease; wakes them when something was decided elsewhere. */
export class SyncEngine {
  readonly #runners = new Map<number, PipelineRunner>();
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
    const declared = new Map<number, DeclaredPipeline>();
    for (const declaration of declarations) {
      const { spec } = declaration;
      const [row] = await run(this.pools.general, registerPipeline, [spec.metadata.name]);
      if (row === undefined) continue;
      declared.set(row.id, declaration);
      for (const side of ['A', 'B'] as const) {
        const end = endOf(spec, side);
        const label = end.label ?? this.catalog.labelOf(end.ref);
        await run(this.pools.general, registerSide, [
          row.id,
          side,
          label,
          this.catalog.kindOf(end.ref) ?? 'unknown',
          end.object,
        ]);
      }
    }
    // Only once all of them are known by name.
    for (const [id, { spec }] of declared) {
      const units = referencesOf(spec);
      await run(this.pools.general, declareReferences, [id, [...units.keys()], [...units.values()]]);
    }
    const opener = new PipelineOpener(
      declared,
      this.catalog,
      new Revisions(this.pools, this.clock),
      this.pools,
      this.clock,
    );
    await this.#listen();
    for (const [id, { spec }] of declared) {
      const runner = new PipelineRunner(
        id,
        spec.metadata.name,
        opener,
        this.pools,
        this.leases,
        this.clock,
        this.log,
        this.timing,
      );
      this.#runners.set(id, runner);
      runner.start();
    }
  }

  /** The idle passes of each pipeline (PipelineRunner.idlePasses), in the order in which they were declared. */
  idlePasses(): readonly number[] {
    return [...this.#runners.values()].map((runner) => runner.idlePasses);
  }

  /** Finishes what is on its way and lets everything go. */
  async stop(): Promise<void> {
    this.#stopping = true;
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
      const id = Number.parseInt(message.payload ?? '', 10);
      if (Number.isInteger(id)) this.#runners.get(id)?.wake();
      else for (const runner of this.#runners.values()) runner.wake();
    });
    this.#listener = client;
    await client.connect();
    await client.query('listen accord_wake');
    for (const runner of this.#runners.values()) runner.wake();
  }
}
