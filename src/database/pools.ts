import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Pool, type ClientBase, type PoolConfig } from 'pg';
import { hubTypes } from './bigint.js';

/**
 * Session settings of the lane's connections. Its statements join a few thousand ids against tables of any size, always
 * by key: a generic plan with nested index loops is right for all of them, and the planner, which cannot see how many ids
 * an array holds, chooses otherwise now and then (measured: 757 ms for 233, and 65 ms a statement for JIT compilation).
 */
const laneSettings = `set plan_cache_mode = force_generic_plan; set jit = off;
  set enable_hashjoin = off; set enable_mergejoin = off; set enable_seqscan = off`;

/** pg waits for the promise before it hands the connection out, which its type does not say. */
const setUpLane = (client: ClientBase): unknown => client.query(laneSettings);

/**
 * Connections to Accord's own database for set-based SQL, beside MikroORM's. `bigint` arrives as a number.
 *
 * - `lane`: for the batch statements only, which must be named prepared statements (`name` in the query config);
 * - `general`: for everything else.
 */
@Injectable()
export class HubPools implements OnApplicationShutdown {
  readonly lane: Pool;
  readonly general: Pool;
  #closed: Promise<void> | undefined;

  constructor(
    readonly url: string,
    sizes: { readonly lane?: number; readonly general?: number } = {},
  ) {
    this.lane = openPool(url, {
      max: sizes.lane ?? 8,
      application_name: 'accord lane',
      // Not by the address's `options`, which would replace those that the address has itself.
      onConnect: setUpLane,
    });
    this.general = openPool(url, { max: sizes.general ?? 8, application_name: 'accord' });
  }

  /** Waits for the connections in use and closes all of them. Safe to call twice. */
  close(): Promise<void> {
    this.#closed ??= Promise.all([this.lane.end(), this.general.end()]).then(() => undefined);
    return this.#closed;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }
}

function openPool(url: string, config: PoolConfig): Pool {
  const pool = new Pool({
    connectionString: url,
    types: hubTypes(),
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: 10_000,
    ...config,
  });
  // One that breaks while it is in use, between two statements: the next statement says so.
  pool.on('connect', (client) => client.on('error', () => undefined));
  // A connection that breaks while idle: pg has dropped it already, and an unheard 'error' event would end the process.
  pool.on('error', () => undefined);
  return pool;
}
