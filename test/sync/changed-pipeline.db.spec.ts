import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FieldSpec, PipelineSpec } from '../../src/core/pipeline/spec.js';
import { preview } from '../support/previewing.js';
import { ServiceChild } from '../support/service-child.js';
import { SyncPair } from '../support/sync-pair.js';

const review = { strategy: 'review' } as const;
const fieldsAtFirst: Record<string, FieldSpec> = {
  key: { a: 'key', b: 'key', policy: review },
  x: { a: 'x', b: 'x', policy: review },
  y: { a: 'y', b: 'y', policy: review },
};

function specWith(fields: Record<string, FieldSpec>, more: Partial<PipelineSpec> = {}): PipelineSpec {
  return {
    apiVersion: 'accord/v1',
    kind: 'Pipeline',
    metadata: { name: 'changing' },
    connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 'public.t' } },
    match: [
      { id: 'by-key', by: ['key'], action: 'link' },
      { id: 'none', action: 'create' },
    ],
    fields,
    review: { undoWindow: '1ms' },
    load: { accept: 'automatic' },
    ...more,
  };
}

const table = 'create table t (id bigserial primary key, key text, x text, y text, z text);';
const rows = (z: string, from = 1): string =>
  `insert into t (key, x, y, z) select 'k' || i, 'x' || i, 'y' || i, ${z} from generate_series(${String(from)}, 600) i;`;

describe('a pipeline that is changed while it runs', () => {
  let pair: SyncPair;
  const children: ServiceChild[] = [];
  beforeEach(async () => {
    pair = await SyncPair.open(
      {
        a: table + rows(`case when i <= 3 then 'a' || i when i <= 6 then null else 'z' || i end`),
        b: table + rows(`case when i <= 3 then 'b' || i when i <= 6 then 'only b' else 'z' || i end`),
      },
      specWith(fieldsAtFirst),
    );
    await pair.start();
    await pair.quiet(60_000);
  }, 90_000);
  afterEach(async () => {
    await Promise.all(children.splice(0).map((child) => child.kill()));
    await pair.close();
  });

  const change = async (spec: PipelineSpec): Promise<void> => {
    await pair.stop();
    pair.declare(spec);
    await pair.start();
    await settled();
  };
  const settled = async (): Promise<void> => {
    for (let i = 0; i < 400; i++) {
      const [row] = await hub<{ done: boolean }>(
        `select p.recast_from is null and not exists (
           select from side_state s, jsonb_each(s.columns) c where s.pipeline_id = p.id and c.value ->> 'identity' = '') as done
         from pipeline p`,
      );
      if (row?.done === true) break;
      await sleep(50);
    }
    await pair.quiet(30_000);
  };
  const hub = async <T extends object>(text: string) => (await pair.hub.general.query<T>(text)).rows;
  const open = () =>
    hub<{ unit: string; n: number }>(
      `select unit, count(*)::int as n from conflict where state = 'open' group by unit order by unit`,
    );
  const values = async (side: 'a' | 'b', column: string, where: string) =>
    (
      await pair[side].query<{ v: string | null }>(
        `select ${column} as v from t where ${where} order by substr(key, 2)::int`,
      )
    ).rows.map(({ v }) => v);
  const same = async (columns: string): Promise<number> => {
    const read = async (side: 'a' | 'b') =>
      (await pair[side].query<{ v: string }>(`select concat_ws('|', ${columns}) as v from t order by key`))
        .rows;
    const [a, b] = [await read('a'), await read('b')];
    return a.filter((row, i) => row.v === b[i]?.v).length;
  };

  it('says beforehand what a change would do, and does it then', async () => {
    await pair.stop();
    await pair.a.query(`update t set y = 'from a' where key in ('k1', 'k2')`);
    await pair.b.query(`update t set y = 'from b' where key in ('k1', 'k2')`);
    await pair.start();
    await pair.quiet();
    const next = upper({
      y: { a: 'y', b: 'y', policy: { strategy: 'owner', owner: 'b', onForeignEdit: 'accept' } },
      z: { a: 'z', b: 'z', policy: review },
    });
    expect(await preview(pair, specWith(fieldsAtFirst))).toMatchObject({
      revision: 1,
      units: [],
      records: 0,
    });
    const said = await preview(pair, next);
    expect(said).toMatchObject({
      revision: 1,
      units: [
        { unit: 'x', change: 'mapping' },
        { unit: 'y', change: 'policy' },
        { unit: 'z', change: 'added' },
      ],
      records: 600,
      writes: { A: 2, B: 600 },
      conflicts: { opens: 0, closes: 2, stay: 0 },
      added: { z: { agree: 594, fillsA: 3, fillsB: 0, differ: 3 } },
    });
    expect(said.samples).toHaveLength(20);
    expect(await values('b', 'x', `key = 'k9'`)).toEqual(['x9']);
    await change(next);
    expect(await open()).toEqual([{ unit: 'z', n: 3 }]);
    expect(await values('a', 'y', `key in ('k1', 'k2')`)).toEqual(['from b', 'from b']);
    expect(await values('b', 'x', `key = 'k9'`)).toEqual(['X9']);
  }, 90_000);

  it('a field that is added is read on both sides: what agrees agrees, a blank is filled, the rest is asked', async () => {
    await change(specWith({ ...fieldsAtFirst, z: { a: 'z', b: 'z', policy: review } }));
    expect(await open()).toEqual([{ unit: 'z', n: 3 }]);
    expect(await values('a', 'z', `key in ('k4', 'k5', 'k6')`)).toEqual(['only b', 'only b', 'only b']);
    expect(await values('a', 'z', `key in ('k1', 'k2', 'k3')`)).toEqual(['a1', 'a2', 'a3']);
    expect(await values('b', 'z', `key in ('k1', 'k2', 'k3')`)).toEqual(['b1', 'b2', 'b3']);
    await pair.b.query(`update t set z = 'edited', x = 'too' where key = 'k100'`);
    await pair.quiet();
    expect(await values('a', 'z', `key = 'k100'`)).toEqual(['edited']);
    expect(await same('key, x, y, z')).toBe(597);
  }, 90_000);

  it('a field that is taken out is left alone, and nothing old comes back when it is put in again', async () => {
    const { y: _y, ...without } = fieldsAtFirst;
    await change(specWith(without));
    await pair.a.query(`update t set y = 'a later'`);
    await pair.quiet();
    expect(await values('b', 'y', `key = 'k9'`)).toEqual(['y9']);
    await pair.b.query(`update t set y = null`);
    await pair.b.query(`update t set y = 'b later' where key = 'k9'`);
    await change(specWith(fieldsAtFirst));
    expect(await open()).toEqual([{ unit: 'y', n: 1 }]);
    expect(await values('b', 'y', `key in ('k8', 'k9')`)).toEqual(['a later', 'b later']);
    expect(await same('key, x, y')).toBe(599);
  }, 90_000);

  const upper = (more: Record<string, FieldSpec> = {}): PipelineSpec =>
    specWith({
      ...fieldsAtFirst,
      x: {
        a: 'x',
        b: 'x',
        transform: { aToB: 'upper(value)', bToA: 'lower(value)' },
        lossy: true,
        policy: review,
      },
      ...more,
    });

  it('a transform that is changed is no edit: the side it came from stands, the other is written, nobody is asked', async () => {
    await pair.a.query(`update t set y = 'conflicts a' where key = 'k7'`);
    await pair.stop();
    await pair.a.query(`update t set x = 'Asked a' where key = 'k1'`);
    await pair.b.query(`update t set x = 'Asked b' where key = 'k1'`);
    await pair.start();
    await pair.quiet();
    expect(await open()).toEqual([{ unit: 'x', n: 1 }]);
    await change(upper());
    expect(await values('b', 'x', `key in ('k2', 'k600')`)).toEqual(['X2', 'X600']);
    expect(await values('a', 'x', `key in ('k2', 'k600')`)).toEqual(['x2', 'x600']);
    expect(await open()).toEqual([{ unit: 'x', n: 1 }]);
    const [asked] = await hub<{ candidates: { key: string; v: string }[] }>(
      `select candidates from conflict where state = 'open'`,
    );
    expect(asked?.candidates.map(({ v }) => v)).toEqual(['ASKED A', 'Asked b']);
    const told = await hub<{ kind: string; n: number }>(
      `select kind, count(*)::int as n from lineage where revision = 2 and (units ? 'x') group by kind order by kind`,
    );
    expect(told.find(({ kind }) => kind === 'observed')).toBeUndefined();
    expect(told.find(({ kind }) => kind === 'policy-change')?.n).toBe(600);
    await pair.a.query(`update t set x = 'next' where key = 'k50'`);
    await pair.quiet();
    expect(await values('b', 'x', `key = 'k50'`)).toEqual(['NEXT']);
  }, 90_000);

  it('goes on where it was killed, and writes nothing twice', async () => {
    await pair.stop();
    pair.declare(upper());
    await pair.b.query(
      `create table writes (key text); create function count_write() returns trigger language plpgsql as $$ begin insert into writes values (new.key); return new; end $$;
       create trigger count_writes after update on t for each row execute function count_write()`,
    );
    const child = await ServiceChild.start(
      { urls: pair.urls, declaration: pair.declared },
      'recast.page:1:kill',
    );
    children.push(child);
    expect(await child.endsWithin(30_000)).toBe(true);
    const [cut] = await hub<{ recast_from: number; recast_position: number }>(
      'select recast_from, recast_position from pipeline',
    );
    expect(cut?.recast_from).toBe(1);
    await pair.start();
    await settled();
    expect(await values('b', 'x', `key in ('k2', 'k600')`)).toEqual(['X2', 'X600']);
    expect(await open()).toEqual([]);
    const { rows: again } = await pair.b.query('select key from writes group by key having count(*) > 1');
    expect(again).toEqual([]);
  }, 90_000);

  it('a policy that is changed decides what was open', async () => {
    await pair.stop();
    await pair.a.query(`update t set x = 'from a' where key = 'k1'`);
    await pair.b.query(`update t set x = 'from b' where key = 'k1'`);
    await pair.start();
    await pair.quiet();
    expect(await open()).toEqual([{ unit: 'x', n: 1 }]);
    await change(
      specWith({
        ...fieldsAtFirst,
        x: { a: 'x', b: 'x', policy: { strategy: 'owner', owner: 'b', onForeignEdit: 'accept' } },
      }),
    );
    expect(await open()).toEqual([]);
    expect(await values('a', 'x', `key = 'k1'`)).toEqual(['from b']);
  }, 90_000);
});
