import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { compiledSource } from '../support/compiled-source.js';
import { SyncPair } from '../support/sync-pair.js';

const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'replicas' },
  connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 'public.t' } },
  match: [
    { id: 'by-key', by: ['key'], action: 'link' },
    { id: 'none', action: 'create' },
  ],
  fields: {
    key: { a: 'key', b: 'key', policy: { strategy: 'review' } },
    n: { a: 'n', b: 'n', policy: { strategy: 'merge', merge: 'counter' } },
  },
  load: { accept: 'automatic' },
};
const table = 'create table t (id bigserial primary key, key text unique, n int not null default 0);';

describe('two replicas at once', () => {
  let pair: SyncPair;
  const replicas: ChildProcess[] = [];
  let total = 0;

  beforeAll(async () => {
    pair = await SyncPair.open(
      { a: `${table} insert into t (key) select 'k' || i from generate_series(1, 20) i`, b: table },
      spec,
    );
    const out = await compiledSource();
    for (let i = 0; i < 2; i++) {
      const child = spawn(
        process.execPath,
        [
          join(out, 'test/support/sync-process.js'),
          JSON.stringify({ urls: pair.urls, declaration: pair.declared }),
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      await once(child.stdout, 'data');
      replicas.push(child);
    }
  }, 60_000);
  afterAll(async () => {
    for (const child of replicas) child.kill('SIGKILL');
    await pair.close();
  });

  const count = async (rounds: number): Promise<void> => {
    for (let i = 0; i < rounds; i++) {
      const key = `k${String(1 + (i % 20))}`;
      for (const side of ['a', 'b'] as const) {
        const { rowCount } = await pair[side].query('update t set n = n + 1 where key = $1', [key]);
        total += rowCount ?? 0;
      }
      await sleep(5);
    }
  };
  const sums = async () =>
    Promise.all(
      (['a', 'b'] as const).map(
        async (side) => (await pair[side].query<{ n: number }>('select sum(n)::int as n from t')).rows[0]?.n,
      ),
    );
  const agree = async (): Promise<void> => {
    for (let i = 0; i < 300; i++) {
      const [a, b] = await sums();
      if (a === total && b === total) return;
      await sleep(50);
    }
    expect(await sums()).toEqual([total, total]);
  };

  const open = async () =>
    (
      await pair.hub.general.query<{ n: number }>(
        `select count(*)::int as n from attempt_batch where state in ('sent', 'unknown')`,
      )
    ).rows[0]?.n ?? 0;

  it('count nothing twice, and when one is killed the other goes on', async () => {
    await count(100);
    await agree();
    replicas[0]?.kill('SIGKILL');
    await count(100);
    await agree();
    // The sides agree before the hub has heard of it.
    for (let i = 0; i < 300 && (await open()) > 0; i++) await sleep(50);
    expect(await open()).toBe(0);
  }, 90_000);
});
