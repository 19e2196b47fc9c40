import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { filled, PLAIN_TABLE } from './polled-pair.js';
import { SyncPair } from './sync-pair.js';

const review = { strategy: 'review' } as const;
const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'limited' },
  connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 'public.t' } },
  match: [
    { id: 'by-key', by: ['key'], action: 'link' },
    { id: 'none', action: 'create' },
  ],
  fields: {
    key: { a: 'key', b: 'key', policy: review },
    x: { a: 'x', b: 'x', policy: review },
    y: { a: 'y', b: 'y', policy: review },
  },
  load: { accept: 'automatic' },
};

/** Two databases of which the second is used by an account that only has the rights of the role that owns the table. */
export class LimitedPair {
  private constructor(
    readonly pair: SyncPair,
    readonly owner: string,
    readonly account: string,
  ) {}

  static async open(more: Partial<PipelineSpec> = {}): Promise<LimitedPair> {
    const run = randomUUID().slice(0, 8);
    const [owner, account] = [`owner_${run}`, `sync_${run}`];
    const pair = await SyncPair.open(
      {
        a: PLAIN_TABLE + filled(40),
        b: `${PLAIN_TABLE} create role ${owner}; create role ${account} login password 'secret' in role ${owner};
            alter table t owner to ${owner}; create schema accord authorization ${account}`,
      },
      { ...spec, ...more },
      { b: account },
    );
    await pair.start();
    await pair.quiet();
    return new LimitedPair(pair, owner, account);
  }

  async rows(side: 'a' | 'b'): Promise<unknown[]> {
    return (await this.pair[side].query('select key, x, y from t order by key')).rows as unknown[];
  }

  async agreed(): Promise<boolean> {
    return JSON.stringify(await this.rows('a')) === JSON.stringify(await this.rows('b'));
  }

  /** What the hub says of the limited side. */
  async shown(): Promise<{ readonly code: string | null; readonly detail: string | null } | undefined> {
    const { rows } = await this.pair.hub.general.query<{ code: string | null; detail: string | null }>(
      `select error_code as code, error_detail as detail from side_state where side = 'B'`,
    );
    return rows[0];
  }

  async until(condition: () => Promise<boolean>): Promise<void> {
    for (let i = 0; i < 1200 && !(await condition()); i++) await sleep(25);
    expect(await condition()).toBe(true);
  }

  async close(): Promise<void> {
    const { pair, owner, account } = this;
    await pair.stop();
    await pair.b
      .query(`drop schema accord cascade; alter table t owner to current_user; drop owned by ${owner}, ${account};
      drop role ${account}, ${owner}`);
    await pair.close();
  }
}
