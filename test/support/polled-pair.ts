import type { PipelineSpec } from '../../src/core/pipeline/spec.js';

const touch = `create function touch() returns trigger language plpgsql as $$ begin new.updated_at = clock_timestamp(); return new; end $$;
  create trigger touch before insert or update on t for each row execute function touch();`;

export const PLAIN_TABLE = 'create table t (id serial primary key, key text unique, x text, y text);';

/** With a stamp that every insert and update moves. */
export const POLLED_TABLE = `create table t (id serial primary key, key text unique, x text, y text,
  updated_at timestamptz not null default now()); ${touch}`;

/** Rows `k1` to `k<n>`. */
export function filled(n: number): string {
  return `insert into t (key, x, y) select 'k' || i, 'x' || i, 'y' || i from generate_series(1, ${String(n)}) i`;
}

/** A side A without a log, read through three times a second, and a side B with one. */
export function polledSpec(
  deletes?: PipelineSpec['deletes'],
  mode: 'polling' | 'snapshot' = 'polling',
): PipelineSpec {
  const capture = mode === 'polling' ? { mode, updatedAt: 'updated_at', overlap: '1s' } : { mode };
  return {
    apiVersion: 'accord/v1',
    kind: 'Pipeline',
    metadata: { name: 'polled' },
    connections: { a: { ref: 'a', object: 'public.t', capture }, b: { ref: 'b', object: 'public.t' } },
    match: [
      { id: 'by-key', by: ['key'], action: 'link' },
      { id: 'none', action: 'create' },
    ],
    fields: {
      key: { a: 'key', b: 'key', policy: { strategy: 'review' } },
      x: { a: 'x', b: 'x', policy: { strategy: 'review' } },
      y: { a: 'y', b: 'y', policy: { strategy: 'newest', tie: 'review' } },
    },
    schedule: { pollEvery: '50ms', sweepEvery: '300ms' },
    load: { accept: 'automatic' },
    ...(deletes !== undefined && { deletes }),
  };
}
