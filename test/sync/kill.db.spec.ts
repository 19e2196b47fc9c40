import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Pool } from 'pg';
import { covers, parseDot, parseVector } from '../../src/core/clock.js';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { compiledSource } from '../support/compiled-source.js';
import { SyncPair } from '../support/sync-pair.js';

const KILLS = Number(process.env.ACCORD_TEST_KILLS ?? 30);
const RECORDS = 60;
const FIELDS = ['f1', 'f2', 'f3', 'f4'] as const;
const SEED = Number(process.env.ACCORD_TEST_SEED ?? Date.now() % 1_000_000);

const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'killed' },
  connections: { a: { ref: 'a', object: 'public.rec' }, b: { ref: 'b', object: 'public.rec' } },
  match: [
    { id: 'by-key', by: ['key'], action: 'link' },
    { id: 'none', action: 'create' },
  ],
  fields: {
    key: { a: 'key', b: 'key', policy: { strategy: 'review' } },
    ...Object.fromEntries(FIELDS.map((f) => [f, { a: f, b: f, policy: { strategy: 'review' as const } }])),
    n: { a: 'n', b: 'n', policy: { strategy: 'merge', merge: 'counter' } },
  },
  load: { accept: 'automatic' },
};

// `accord_write` counts, on the side itself, what Accord writes there, and how much of it changes nothing.
const table = `
  create table rec (id bigserial primary key, key text unique, ${FIELDS.map((f) => `${f} text`).join(', ')}, n int not null default 0);
  create table accord_write (id bigserial, needless boolean);
  create function note_write() returns trigger language plpgsql as $$ begin
    if current_setting('application_name') like 'accord%' then insert into accord_write (needless) values (old.* is not distinct from new.*); end if;
    return null; end $$;
  create trigger note_write after update on rec for each row execute function note_write();`;

interface Edit {
  readonly side: 'a' | 'b';
  readonly key: string;
  readonly field: string;
  readonly value: string;
}

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

describe(`the engine killed ${String(KILLS)} times under load (seed ${String(SEED)})`, () => {
  let pair: SyncPair;
  const edits: Edit[] = [];
  const added = { total: 0, created: 0 };

  beforeAll(async () => {
    const rows = `insert into rec (key, f1, f2, f3, f4) select 'k' || i, 'a' || i, 'b' || i, 'c' || i, 'd' || i from generate_series(1, ${String(RECORDS)}) i`;
    pair = await SyncPair.open({ a: `${table}${rows}`, b: table }, spec);
    await pair.start();
    await pair.quiet();
    await pair.stop();
    const stop = new AbortController();
    const next = random(SEED);
    const traffic = Promise.all([
      edit(pair, 'a', random(SEED + 1), edits, added, stop.signal),
      edit(pair, 'b', random(SEED + 2), edits, added, stop.signal),
    ]);
    for (let i = 0; i < KILLS; i++) {
      const child = await start(pair);
      // From before the lease is taken over to well into the work.
      await sleep(100 + next() * 700);
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    stop.abort();
    await traffic;
    await pair.start();
    await pair.quiet(60_000);
  }, 300_000);
  afterAll(() => pair.close());

  it('both sides and the shadow agree, but for open conflicts', async () => {
    const [a, b] = await Promise.all([read(pair.a), read(pair.b)]);
    expect([...a.keys()].sort()).toEqual([...b.keys()].sort());
    const open = new Set(
      (
        await pair.hub.general.query<{ a_id: string; unit: string }>(
          "select l.a_id, c.unit from conflict c join link l on l.id = c.link_id where c.state <> 'closed'",
        )
      ).rows.map((r) => `${r.a_id} ${r.unit}`),
    );
    const differing: string[] = [];
    for (const [key, row] of a) {
      for (const field of [...FIELDS, 'n']) {
        if (row[field] !== b.get(key)?.[field] && !open.has(`${String(row.id)} ${field}`))
          differing.push(`${key}.${field}: ${String(row[field])} | ${String(b.get(key)?.[field])}`);
      }
    }
    expect(differing).toEqual([]);
    expect(edits.length).toBeGreaterThan(KILLS * 5);
  });

  it('no record was made twice', async () => {
    for (const pool of [pair.a, pair.b]) {
      const { rows } = await pool.query<{ n: number; keys: number }>(
        'select count(*)::int as n, count(distinct key)::int as keys from rec',
      );
      expect(rows[0]).toEqual({ n: RECORDS + added.created, keys: RECORDS + added.created });
    }
  });

  it('every edit is in lineage exactly once, and nothing else is', async () => {
    const { rows } = await pair.hub.general.query<{ value: string; n: number }>(`
      select u.value ->> 'v' as value, count(*)::int as n from lineage l, jsonb_each(l.units) u
      where l.kind = 'observed' and u.value ->> 'k' in ('observed', 'forward', 'stale-form', 'superseded') and u.key like 'f%' group by 1`);
    const seen = new Map(rows.map((row) => [row.value, row.n]));
    const missing = edits
      .filter((e) => e.field.startsWith('f') && seen.get(e.value) !== 1)
      .map((e) => `${e.value}: ${String(seen.get(e.value) ?? 0)}`);
    expect(missing.length === 0 ? '' : await history(pair, missing)).toBe('');
    const made = new Set(edits.map((e) => e.value));
    expect([...seen.keys()].filter((value) => !made.has(value))).toEqual([]);
  });

  it('whatever stands has seen every edit that does not, or a person is asked', async () => {
    const { rows: heads } = await pair.hub.general.query<{
      link_id: number;
      unit: string;
      d: string | null;
      c: string | null;
      clock: string;
      conflict: boolean;
    }>(`
      select s.link_id, f.key as unit, case when jsonb_typeof(f.value) = 'object' then f.value ->> 'd' end as d,
             case when jsonb_typeof(f.value) = 'object' then f.value ->> 'c' end as c, s.clock,
             exists (select from conflict k where k.link_id = s.link_id and k.unit = f.key and k.state <> 'closed') as conflict
      from shadow s, jsonb_each(s.fields) f where f.key like 'f%'`);
    const { rows: events } = await pair.hub.general.query<{
      link_id: number;
      unit: string;
      v: string;
      d: string;
    }>(`
      select l.link_id, u.key as unit, u.value ->> 'v' as v, u.value ->> 'd' as d from lineage l, jsonb_each(l.units) u
      where l.kind = 'observed' and u.value ? 'd' and u.key like 'f%'`);
    const head = new Map(heads.map((h) => [`${String(h.link_id)} ${h.unit}`, h]));
    const unseen = events.filter((event) => {
      const h = head.get(`${String(event.link_id)} ${event.unit}`);
      if (h === undefined || h.conflict) return false;
      const [dot, ctx] = h.clock.split('|') as [string, string];
      return !covers(
        { dot: parseDot(h.d ?? dot), ctx: parseVector(h.c ?? ctx) },
        { dot: parseDot(event.d), ctx: [0, 0, 0, 0] },
      );
    });
    expect(unseen).toEqual([]);
  });

  it('the counters add up', async () => {
    const { rows } = await pair.a.query<{ n: number }>('select sum(n)::int as n from rec');
    expect(rows[0]?.n).toBe(added.total);
  });

  it('nothing was written that changes nothing', async () => {
    for (const pool of [pair.a, pair.b]) {
      const { rows } = await pool.query<{ needless: number }>(
        'select count(*) filter (where needless)::int as needless from accord_write',
      );
      expect(rows[0]).toEqual({ needless: 0 });
    }
  });

  it('no write is left without an end, and every conflict row is one that is derived', async () => {
    const { rows } = await pair.hub.general.query<{ open: number; stray: number }>(`
      select (select count(*)::int from attempt_batch where state in ('sent', 'unknown')) as open,
             (select count(*)::int from conflict c join shadow s using (link_id) where c.state <> 'closed' and not (s.open ? c.unit)) as stray`);
    expect(rows[0]).toEqual({ open: 0, stray: 0 });
  });
});

/** Everything that lineage says of the units in question, to see what went wrong. */
async function history(pair: SyncPair, values: readonly string[]): Promise<string> {
  const { rows } = await pair.hub.general.query(
    `select l.id, l.link_id, l.kind, l.side, l.source_tx, l.batch_a, l.batch_b, l.recorded_at, u.key, u.value
     from lineage l, jsonb_each(l.units) u
     where (l.link_id, u.key) in (select l2.link_id, u2.key from lineage l2, jsonb_each(l2.units) u2 where u2.value ->> 'v' = any($1::text[]))
     order by l.link_id, u.key, l.id limit 150`,
    [values.slice(0, 3).map((value) => value.slice(0, value.indexOf(':')))],
  );
  return rows.map((row) => JSON.stringify(row)).join('\n');
}

async function start(pair: SyncPair): Promise<ChildProcess> {
  const out = await compiledSource();
  const child = spawn(
    process.execPath,
    [
      join(out, 'test/support/sync-process.js'),
      JSON.stringify({ urls: pair.urls, declaration: pair.declared }),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error('the engine did not start'))),
  ]);
  return child;
}

/** A person at one side: single and double edits, new records, counting up; every value unique. */
async function edit(
  pair: SyncPair,
  side: 'a' | 'b',
  next: () => number,
  edits: Edit[],
  added: { total: number; created: number },
  signal: AbortSignal,
): Promise<void> {
  const pool = pair[side];
  for (let i = 0; !signal.aborted; i++) {
    const key = `k${String(1 + Math.floor(next() * RECORDS))}`;
    const dice = next();
    if (dice < 0.06) {
      added.created++;
      await pool.query('insert into rec (key, f1) values ($1, $2)', [
        `new-${side}-${String(i)}`,
        `made-${side}-${String(i)}`,
      ]);
    } else if (dice < 0.2) {
      const { rowCount } = await pool.query('update rec set n = n + 1 where key = $1', [key]);
      added.total += rowCount ?? 0;
    } else {
      const field = FIELDS[Math.floor(next() * FIELDS.length)] as string;
      const value = `${side}${String(i)}-${field}`;
      const { rowCount } = await pool.query(`update rec set ${field} = $1 where key = $2`, [value, key]);
      if (rowCount === 1) edits.push({ side, key, field, value });
    }
    await sleep(next() * 25);
  }
}

async function read(pool: Pool): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
  const { rows } = await pool.query<Record<string, unknown>>('select * from rec');
  return new Map(rows.map((row) => [row.key as string, row]));
}
