import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { certificateHash, DifferenceDigest } from '../../src/common/certificate.js';
import { armFailpoints } from '../../src/common/failpoint.js';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { pause, resume } from '../../src/database/sql/pause.js';
import { SyncPair } from '../support/sync-pair.js';
import { askToVerify, unseen, verified, verify } from '../support/verifying.js';

const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'verified' },
  connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 'public.t' } },
  match: [
    { id: 'by-key', by: ['key'], action: 'link' },
    { id: 'none', action: 'create', direction: 'aToB' },
  ],
  fields: {
    key: { a: 'key', b: 'key', policy: { strategy: 'review' } },
    x: { a: 'x', b: 'x', policy: { strategy: 'review' } },
    kept: { a: 'kept', b: 'kept', policy: { strategy: 'owner', owner: 'a', onForeignEdit: 'ignore' } },
    street: { a: 'street', b: 'street' },
    town: { a: 'town', b: 'town' },
    at: { type: 'datetime', a: 'at', b: 'at', policy: { strategy: 'review' } },
  },
  groups: { address: { fields: ['street', 'town'], policy: { strategy: 'review' } } },
  deletes: { aDeleted: 'delete', bDeleted: 'delete' },
  schedule: { verifyEvery: 'off' },
  load: { accept: 'automatic' },
};
const table =
  'create table t (id serial primary key, key text, x text, kept text, street text, town text, at timestamptz);';
const rows = `insert into t (key, x, kept, street, town, at)
  select 'k' || i, 'x"' || i, null, 'street ' || i, 'Ulm', '2026-01-01T00:00:00Z'::timestamptz + i * interval '1 s' from generate_series(1, 40) i;`;

describe('a verification of both sides', () => {
  let pair: SyncPair;
  beforeAll(async () => {
    pair = await SyncPair.open(
      { a: table + rows, b: `${table} alter table t add constraint short check (length(x) < 30);` },
      spec,
    );
    await pair.start();
    await pair.quiet();
  }, 60_000);
  afterAll(() => pair.close());
  afterEach(() => pair.quiet());

  const of = async (side: 'a' | 'b', key: string) =>
    (await pair[side].query<Record<string, string>>('select * from t where key = $1', [key])).rows[0];
  const hub = async <T extends object>(text: string) => (await pair.hub.general.query<T>(text)).rows;
  const brief = ({ differences }: Awaited<ReturnType<typeof verify>>) =>
    differences.map(({ kind, reason, side, ext_id, unit }) =>
      [kind, reason, side, side === null ? null : ext_id, unit].join(' '),
    );
  const wake = () => hub(`select pg_notify('accord_wake', id::text) from pipeline`);
  const idOn = async (side: 'a' | 'b', key: string) => String((await of(side, key))?.id);

  it('certifies what it compared, so that anybody can check it, and says so in the audit log', async () => {
    const { certificate, hash, differences, id } = await verify(pair);
    expect(differences).toEqual([]);
    expect(certificate).toMatchObject({
      version: 1,
      pipeline: 'verified',
      revision: 1,
      sides: {
        A: { label: 'CRM', object: 'public.t', records: 40, fields: 240 },
        B: { label: 'Support', records: 40, fields: 240 },
      },
      differences: { conflict: 0, blocked: 0, 'in-flight': 0, policy: 0, unknown: 0 },
      listDigest: new DifferenceDigest().hex(),
    });
    expect(hash).toBe(certificateHash(certificate));
    expect(certificateHash({ ...certificate, revision: 2 })).not.toBe(hash);
    expect(
      await hub(`select object, detail::json ->> 'hash' as hash from audit order by seq desc limit 1`),
    ).toEqual([{ object: `ver_${String(id)}`, hash }]);
    expect((await verify(pair)).certificate.sides.A.digest).toBe(certificate.sides.A.digest);
  });

  it('finds what was edited with the triggers off, writes nothing unasked, and takes it in as an edit when asked', async () => {
    const clean = (await verify(pair)).certificate.startedAt;
    await pair.a.query(unseen(`update t set x = 'behind', town = 'Bern' where key = 'k3'`));
    const id = await idOn('a', 'k3');
    const found = await verify(pair);
    expect(brief(found)).toEqual([`value unknown A ${id} address`, `value unknown A ${id} x`]);
    expect(found.differences[1]).toMatchObject({ held: 'x"3', seen: 'behind', repaired: null });
    expect(found.certificate.differences.unknown).toBe(2);
    await pair.quiet();
    expect(await of('b', 'k3')).toMatchObject({ x: 'x"3', town: 'Ulm' });

    const repaired = await verify(pair, true);
    expect(repaired.differences.map((one) => one.repaired)).toEqual([
      'taken in as an edit in CRM',
      'taken in as an edit in CRM',
    ]);
    await pair.quiet();
    expect(await of('b', 'k3')).toMatchObject({ x: 'behind', town: 'Bern', street: 'street 3' });
    // It was made before the verification that found it first, and after the last one that did not.
    const [made] = await hub<{ from: number; to: number }>(
      `select (l.units -> 'x' -> 's' -> 0)::float8 as from, (l.units -> 'x' -> 's' -> 1)::float8 as to
       from lineage l where l.units -> 'x' ->> 'v' = 'behind' and l.kind = 'observed'`,
    );
    expect(Math.floor(made?.from ?? 0)).toBe(Date.parse(clean));
    expect(made?.to).toBeGreaterThan(Date.parse(found.certificate.startedAt));
    expect(brief(await verify(pair))).toEqual([]);
  });

  it('what drifted on one side while the other was edited is a question, not an overwrite', async () => {
    await pair.b.query(unseen(`update t set x = 'theirs' where key = 'k4'`));
    await pair.a.query(`update t set x = 'ours' where key = 'k4'`);
    await pair.quiet();
    await verify(pair, true);
    await pair.quiet();
    expect((await of('a', 'k4'))?.x).toBe('ours');
    expect((await of('b', 'k4'))?.x).toBe('theirs');
    const [conflict] = await hub<{ id: string; unit: string }>(
      `select id, unit from conflict where state = 'open'`,
    );
    expect(conflict?.unit).toBe('x');
    expect(brief(await verify(pair))).toEqual(['apart conflict   x']);
    await pair.a.query(`update t set x = 'theirs' where key = 'k4'`);
    await pair.quiet();
    expect(brief(await verify(pair))).toEqual([]);
  });

  it('finds records that were deleted or made with the triggers off', async () => {
    const gone = await idOn('a', 'k5');
    await pair.a.query(
      unseen(`delete from t where key = 'k5'; insert into t (key, x) values ('k41', 'new')`),
    );
    const made = await idOn('a', 'k41');
    expect(brief(await verify(pair))).toEqual([
      `extra unknown A ${made} `,
      `missing unknown A ${gone} $life`,
    ]);
    expect(await of('b', 'k5')).toBeDefined();
    await verify(pair, true);
    await pair.quiet();
    expect(await of('b', 'k5')).toBeUndefined();
    expect(await of('b', 'k41')).toMatchObject({ x: 'new' });
    expect(brief(await verify(pair))).toEqual([]);
  });

  it('repairs also when that is asked for at the last moment', async () => {
    await pair.a.query(unseen(`update t set x = 'late' where key = 'k12'`));
    armFailpoints('verification.finishing:1:delay=1500');
    try {
      const id = await askToVerify(pair);
      const phase = async () =>
        (await hub<{ phase: string | null }>(`select phase from verification where id = ${String(id)}`))[0]
          ?.phase;
      for (let i = 0; i < 1200 && (await phase()) !== 'repair'; i++) await sleep(10);
      await sleep(200);
      await hub(`update verification set repair = true where id = ${String(id)} and state = 'running'`);
      const { differences } = await verified(pair, id);
      expect(differences.map((one) => one.repaired)).toEqual(['taken in as an edit in CRM']);
    } finally {
      armFailpoints(null);
    }
    await pair.quiet();
    expect((await of('b', 'k12'))?.x).toBe('late');
  });

  it('so many missing that something else is wrong are listed, and nothing is deleted', async () => {
    await pair.a.query(unseen(`create table away as select * from t; delete from t where id > 10`));
    const { differences } = await verify(pair, true);
    expect(differences).toHaveLength(31);
    expect(new Set(differences.map((one) => one.repaired))).toEqual(
      new Set(['left: so many missing at once are for a person to look at']),
    );
    await pair.quiet();
    expect((await pair.b.query('select from t')).rowCount).toBe(40);
    await pair.a.query(unseen('insert into t select * from away where id > 10; drop table away'));
    expect(brief(await verify(pair))).toEqual([]);
  });

  it('finds a copy in the hub that was altered, and the sides win', async () => {
    await hub(
      `update shadow set fields = jsonb_set(fields, '{x}', '"altered"') where link_id = (select id from link where a_id = '${await idOn('a', 'k6')}')`,
    );
    const found = await verify(pair);
    expect(found.differences.map(({ side, held, seen }) => [side, held, seen])).toEqual([
      ['A', 'altered', 'x"6'],
      ['B', 'altered', 'x"6'],
    ]);
    await verify(pair, true);
    await pair.quiet();
    expect([(await of('a', 'k6'))?.x, (await of('b', 'k6'))?.x]).toEqual(['x"6', 'x"6']);
    expect(brief(await verify(pair))).toEqual([]);
  });

  it('gives every other difference its reason', async () => {
    const name = 'verified';
    await pair.a.query(`update t set x = repeat('long ', 10) where key = 'k7'`);
    await pair.b.query(`update t set kept = 'only here' where key = 'k8'`);
    await pair.b.query(`insert into t (key, x) values ('k99', 'alone')`);
    await pair.quiet();
    const client = await pair.hub.general.connect();
    try {
      await pause(client, { name, side: 'B', by: 'test', reason: 'to see' });
      await wake();
      await pair.a.query(`update t set x = 'on its way' where key = 'k9'`);
      const due = () => hub(`select from push_due where reason = 'waits for B'`);
      for (let i = 0; i < 400 && (await due()).length === 0; i++) await sleep(20);
      const found = await verify(pair);
      expect(brief(found)).toEqual([
        `alone policy B ${await idOn('b', 'k99')} `,
        'apart blocked   x',
        'apart in-flight   x',
        'apart policy   kept',
      ]);
      expect(found.differences[1]?.detail).toContain('short');
      expect(found.differences[2]?.detail).toBe('waits for B');
    } finally {
      await resume(client, name, 'B');
      await wake();
      client.release();
    }
    await pair.a.query(`update t set x = 'short' where key = 'k7'`);
    await pair.b.query(`delete from t where key = 'k99'`);
  });

  it('of a paused pipeline tells what waits to be read from what nothing explains', async () => {
    const client = await pair.hub.general.connect();
    const name = 'verified';
    try {
      await pause(client, { name, side: null, by: 'test', reason: 'to see' });
      await wake();
      await pair.a.query(unseen(`update t set x = 'unseen' where key = 'k10'`));
      const found = await verify(pair);
      expect(brief(found)).toEqual(
        [`value unknown A ${await idOn('a', 'k10')} x`, 'apart policy   kept'].sort(),
      );
      await pair.a.query(`update t set x = 'seen later' where key = 'k11'`);
      expect(brief(await verify(pair))).toContain(`value in-flight A ${await idOn('a', 'k11')} x`);
    } finally {
      await resume(client, name, null);
      await wake();
      client.release();
    }
  });
});
