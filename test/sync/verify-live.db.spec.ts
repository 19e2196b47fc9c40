import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { ServiceChild } from '../support/service-child.js';
import { filled as polledRows, PLAIN_TABLE, POLLED_TABLE, polledSpec } from '../support/polled-pair.js';
import { SyncPair } from '../support/sync-pair.js';
import { askToVerify, unseen, verified, verify } from '../support/verifying.js';

const spec = (more: PipelineSpec['schedule'] = {}): PipelineSpec => ({
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'verified' },
  connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 'public.t' } },
  match: [
    { id: 'by-key', by: ['key'], action: 'link' },
    { id: 'none', action: 'create' },
  ],
  fields: {
    key: { a: 'key', b: 'key', policy: { strategy: 'review' } },
    flag: { a: 'flag', b: 'flag', policy: { strategy: 'owner', owner: 'a', onForeignEdit: 'accept' } },
    n: { a: 'n', b: 'n', policy: { strategy: 'merge', merge: 'counter' } },
    x: { a: 'x', b: 'x', policy: { strategy: 'newest', tie: 'a' } },
  },
  deletes: { aDeleted: 'delete', bDeleted: 'delete' },
  schedule: { verifyEvery: 'off', ...more },
  load: { accept: 'automatic' },
});
const table =
  "create table t (id bigserial primary key, key text unique, flag text default 'no', n int not null default 0, x text);";
const filled = (rows: number) =>
  `${table} insert into t (key, x) select 'k' || i, 'x' || i from generate_series(1, ${String(rows)}) i;`;

describe('a verification', () => {
  let pair: SyncPair;
  const children: ServiceChild[] = [];
  const child = async (failpoints?: string): Promise<ServiceChild> => {
    const started = await ServiceChild.start({ urls: pair.urls, declaration: pair.declared }, failpoints);
    children.push(started);
    return started;
  };
  const open = async (rows: number, of = spec()): Promise<void> => {
    pair = await SyncPair.open({ a: filled(rows), b: table }, of);
    await pair.start();
    await pair.quiet(60_000);
  };
  afterEach(async () => {
    await Promise.all(children.splice(0).map((one) => one.kill()));
    await pair.close();
  });
  /** Fields that both sides hold differently: id on A and field. */
  const differing = async (): Promise<string[]> => {
    type Row = Readonly<Record<'id' | 'key' | 'flag' | 'n' | 'x', string>>;
    const read = async (side: 'a' | 'b') =>
      (await pair[side].query<Row>('select id::text, key, flag, n::text, x from t')).rows;
    const b = new Map((await read('b')).map((row) => [row.key, row]));
    return (await read('a')).flatMap((row) =>
      (['flag', 'n', 'x'] as const)
        .filter((field) => row[field] !== b.get(row.key)?.[field])
        .map((field) => `${row.id} ${field}`),
    );
  };
  const hub = async <T extends object>(text: string) => (await pair.hub.general.query<T>(text)).rows;

  it('says nothing false while both sides are edited, also to and fro, and finds what is really unseen', async () => {
    await open(300);
    const stop = new AbortController();
    const busy = async (side: 'a' | 'b', edits: readonly string[]): Promise<number> => {
      let made = 0;
      for (; !stop.signal.aborted; made++) {
        const edit = edits[made % edits.length] ?? '';
        // Not the last ten: what is edited there stays unseen.
        await pair[side].query(edit, [1 + Math.floor(Math.random() * 280)]).catch(() => undefined);
        await sleep(2);
      }
      return made;
    };
    const some = 'where id between $1 and $1 + 2';
    const edits = [
      `update t set flag = case flag when 'no' then 'yes' else 'no' end ${some}`,
      `update t set n = n + 1 ${some}`,
      `update t set x = 'x' || id ${some}`,
      `update t set x = 'y' || id ${some}`,
    ];
    const traffic = [busy('a', edits), busy('b', edits), busy('a', [...edits].reverse())];
    const found: Awaited<ReturnType<typeof verify>>[] = [];
    try {
      for (let i = 0; i < 3; i++) found.push(await verify(pair));
      await pair.a.query(unseen(`update t set x = 'unseen' where id = 297`));
      found.push(await verify(pair));
    } finally {
      stop.abort();
    }
    expect(Math.min(...(await Promise.all(traffic)))).toBeGreaterThan(20);
    const unknown = found.map(({ differences }) =>
      differences.filter(({ reason }) => reason === 'unknown').map(({ ext_id, unit }) => [ext_id, unit]),
    );
    expect(unknown).toEqual([[], [], [], [['297', 'x']]]);
    await pair.quiet(60_000);
    await verify(pair, true);
    await pair.quiet();
    // What went to and fro too often is a question by now, whatever the sides hold; nothing else differs.
    const { certificate } = await verify(pair);
    const asked = new Set(
      (
        await hub<{ at: string }>(
          `select l.a_id || ' ' || c.unit as at from conflict c join link l on l.id = c.link_id where c.state = 'open'`,
        )
      ).map(({ at }) => at),
    );
    const differ = await differing();
    expect(differ.filter((at) => !asked.has(at))).toEqual([]);
    expect(certificate.differences).toEqual({
      conflict: differ.length,
      blocked: 0,
      'in-flight': 0,
      policy: 0,
      scope: 0,
      unknown: 0,
    });
  }, 180_000);

  it('finds on a polled side what moved no stamp, and waits until a poll would have seen what did', async () => {
    const schedule = { pollEvery: '50ms', sweepEvery: '1h', verifyEvery: 'off' };
    // What was written within the overlap is read again by every poll, whoever moved its stamp.
    const long = `; alter table t disable trigger touch; update t set updated_at = now() - interval '1 day'; alter table t enable trigger touch`;
    pair = await SyncPair.open(
      { a: POLLED_TABLE + polledRows(30) + long, b: PLAIN_TABLE },
      { ...polledSpec({ aDeleted: 'delete' }), schedule },
    );
    await pair.start();
    await pair.quiet();
    // The side is read through once from its start: that would find it as well.
    const underWay = () => hub('select from absence_sweep where phase is not null or finished_at is null');
    for (let i = 0; i < 400 && (await underWay()).length > 0; i++) await sleep(25);
    expect(await hub('select from absence_sweep')).not.toEqual([]);
    await pair.a.query(unseen(`update t set x = 'unseen' where key = 'k4'`));
    await pair.a.query(`alter table t enable trigger touch`);
    await pair.a.query(`update t set x = 'polled' where key = 'k5'`);
    const { differences } = await verify(pair, true);
    expect(
      differences.map(({ kind, reason, side, unit, held, seen }) => [kind, reason, side, unit, held, seen]),
    ).toEqual([['value', 'unknown', 'A', 'x', 'x4', 'unseen']]);
    await pair.quiet();
    expect(
      (await pair.b.query('select key from t where x in ($1, $2) order by key', ['unseen', 'polled'])).rows,
    ).toEqual([{ key: 'k4' }, { key: 'k5' }]);
    expect((await verify(pair)).differences).toEqual([]);
  }, 60_000);

  it('goes on from the page at which its process was killed, and has compared everything once', async () => {
    await open(1500);
    await pair.a.query(unseen(`update t set x = 'unseen' where id in (10, 1400)`));
    await pair.stop();
    const id = await askToVerify(pair, true);
    const row = async () =>
      (await hub<{ phase: string; position: string | null; done: number }>('select * from verification'))[0];
    // 200 suspects or a second are what makes it store where it is; a page that differs does not wait for the next.
    expect(await (await child('verification.saved:1:kill')).endsWithin(60_000)).toBe(true);
    const cut = await row();
    expect(cut?.done).toBeGreaterThan(0);
    expect(await (await child('verification.looked:1:kill')).endsWithin(60_000)).toBe(true);
    expect(await (await child('verification.fed:1:kill')).endsWithin(60_000)).toBe(true);
    await child('verification.finished:1:kill').then((one) => one.endsWithin(60_000));
    await child();
    const { certificate, differences } = await verified(pair, id, 60_000);
    expect(certificate.sides.A.records).toBe(1500);
    expect(certificate.sides.B.records).toBe(1500);
    expect(differences.map((one) => one.ext_id).sort()).toEqual(['10', '1400']);
    expect(await hub(`select from audit where action = 'verification.finished'`)).toHaveLength(1);
    const theirs = async () =>
      (await pair.b.query<{ x: string }>(`select x from t where key in ('k10', 'k1400')`)).rows;
    for (let i = 0; i < 400 && (await theirs()).some(({ x }) => x !== 'unseen'); i++) await sleep(25);
    expect(await theirs()).toEqual([{ x: 'unseen' }, { x: 'unseen' }]);
  }, 180_000);

  it('is made once by two replicas, when it is time', async () => {
    await open(50, spec({ verifyEvery: '1h' }));
    await pair.stop();
    await hub(`update pipeline set created_at = 'epoch'`);
    await hub(`update load_report set finished_at = 'epoch'`);
    await Promise.all([child(), child()]);
    for (
      let i = 0;
      i < 800 && (await hub(`select from verification where state = 'finished'`)).length === 0;
      i++
    )
      await sleep(25);
    expect(await hub('select state, asked_by from verification')).toEqual([
      { state: 'finished', asked_by: null },
    ]);
    expect(await hub(`select from audit where action = 'verification.finished'`)).toHaveLength(1);
  }, 60_000);
});
