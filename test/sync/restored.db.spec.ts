import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readUnit } from '../../src/core/at-rest.js';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import type { Unit } from '../../src/core/unit.js';
import type { Json } from '../../src/core/value.js';
import { ConnectionCatalog } from '../../src/connectors/connection-catalog.js';
import { checkBackup } from '../../src/sync/preview/backup-check.js';
import { resume } from '../../src/database/sql/pause.js';
import { answerRestored } from '../../src/database/sql/restored.js';
import { NEWEST, registersAt, unitEvents } from '../../src/database/sql/lineage/unit-events.js';
import { run } from '../../src/database/sql/statement.js';
import { explain } from '../../src/lineage/explain.js';
import { Veil } from '../../src/common/veil.js';
import { personalData } from '../../src/core/pipeline/personal-data.js';
import { unitsAt } from '../../src/lineage/record-as-of.js';
import { HubPools } from '../../src/database/pools.js';
import { POLICIES } from '../support/core/policies.js';
import { recordPlan, unitPlan } from '../support/core/unit-plans.js';
import { backUp, setBack } from '../support/database-copy.js';
import { ServiceChild } from '../support/service-child.js';
import { SyncPair } from '../support/sync-pair.js';

const review = { strategy: 'review' } as const;
const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'restored' },
  connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 'public.t' } },
  match: [
    { id: 'by-key', by: ['key'], action: 'link' },
    { id: 'none', action: 'create' },
  ],
  fields: {
    key: { a: 'key', b: 'key', policy: review },
    x: { a: 'x', b: 'x', policy: review },
    y: { a: 'y', b: 'y', policy: review },
    n: { type: 'integer', a: 'n', b: 'n', policy: { strategy: 'merge', merge: 'counter' } },
  },
  deletes: { aDeleted: 'delete', bDeleted: 'delete' },
  load: { accept: 'automatic' },
};
const table =
  'create table t (id uuid primary key default gen_random_uuid(), key text, x text, y text, n int);';
const rows = `insert into t (key, x, y, n) select 'k' || i, 'x' || i, 'y' || i, i from generate_series(1, 200) i;`;

describe('after a restore from a backup', () => {
  let pair: SyncPair;
  beforeEach(async () => {
    pair = await SyncPair.open({ a: table + rows, b: table }, spec);
    await pair.start();
    await pair.quiet(60_000);
    await pair.stop();
  }, 90_000);
  afterEach(() => pair.close());

  const value = async (side: 'a' | 'b', key: string) =>
    (await pair[side].query<object>('select x, y, n from t where key = $1', [key])).rows[0];
  const differing = async (): Promise<number> => {
    const read = async (side: 'a' | 'b') =>
      (
        await pair[side].query<{ v: string }>(`select concat_ws('|', key, x, y, n) as v from t order by key`)
      ).rows.map(({ v }) => v);
    const [a, b] = [await read('a'), new Set(await read('b'))];
    return a.filter((v) => !b.has(v)).length + Math.abs(a.length - b.size);
  };
  const state = async () =>
    (
      await pair.hub.general.query<{ state: string; detail: string }>(
        'select state, state_detail as detail from pipeline',
      )
    ).rows[0];
  const halted = async (): Promise<string> => {
    for (let i = 0; i < 400; i++) {
      const now = await state();
      if (now?.state === 'halted') return now.detail;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error('it goes on');
  };
  /** What Accord makes of the time after the backup: an edit each way, a record made and one deleted, and an open question. */
  const afterTheBackup = async (): Promise<void> => {
    await pair.start();
    await pair.a.query(`update t set x = 'from a' where key = 'k1'`);
    await pair.b.query(`update t set y = 'from b' where key = 'k2'`);
    await pair.a.query(`update t set n = n + 5 where key = 'k3'`);
    await pair.a.query(`insert into t (key, x, y, n) values ('made', 'new', 'new', 1)`);
    await pair.quiet();
    await pair.stop();
  };
  /** The registers of `x`, as they are stored, and as the lineage tells them. */
  const registersOf = async (key: string): Promise<{ stored: Unit; folded: Unit }> => {
    const { rows: found } = await pair.hub.general.query<{
      id: number;
      clock: string;
      field: Json;
      open: Json;
    }>(
      `select l.id, s.clock, s.fields -> 'x' as field, s.open -> 'x' as open from link l join shadow s on s.link_id = l.id
       where coalesce(s.fields #>> '{key,v}', s.fields ->> 'key') = $1`,
      [key],
    );
    const { id, clock, field, open } = found[0] as (typeof found)[number];
    const rows = await run(pair.hub.general, registersAt, [id, new Date(Date.now() + 60_000)]);
    const folded = unitsAt(rows, recordPlan([unitPlan('x', POLICIES.review)])).get('x') as Unit;
    return { stored: readUnit(clock, field, open ?? undefined), folded };
  };
  const explained = async (key: string) => {
    const { rows: found } = await pair.hub.general.query<{ id: number }>(
      `select link_id as id from shadow where coalesce(fields #>> '{key,v}', fields ->> 'key') = $1`,
      [key],
    );
    const link = found[0]?.id ?? 0;
    const rows = await run(pair.hub.general, unitEvents, [link, 'x', ...NEWEST, 100]);
    return explain({
      linkId: link,
      field: 'x',
      plan: unitPlan('x', POLICIES.review),
      labels: { A: 'A', B: 'B' },
      events: rows.reverse(),
      complete: true,
      startsAt: null,
      concerns: [],
      targets: [],
      veil: new Veil(personalData(spec)),
    });
  };
  const check = async () => {
    const catalog = new ConnectionCatalog();
    for (const side of ['a', 'b'] as const)
      catalog.declare({
        connector: 'postgres',
        config: { name: side, label: side, url: pair.urls[side], tls: null, clientName: 'accord test' },
      });
    return checkBackup(pair.declared, pair.hub, catalog).finally(() => catalog.close());
  };
  const goOn = async (): Promise<void> => {
    await resume(pair.hub.general, 'restored', null);
    await pair.quiet(60_000);
  };

  it('a side that gets back what Accord knows: its older values are nobody’s edits, and its question is kept', async () => {
    await backUp(pair.urls.a);
    await afterTheBackup();
    await pair.start();
    await pair.stop();
    await pair.a.query(`update t set x = 'asked a' where key = 'k9'`);
    await pair.b.query(`update t set x = 'asked b' where key = 'k9'`);
    await pair.start();
    await pair.quiet();
    await pair.stop();
    await setBack(pair.urls.a);
    expect((await check()).sides[0]).toMatchObject({ side: 'A', state: 'other-system' });
    await pair.start();
    expect(await halted()).toMatch(/side A is another system than before/);
    expect(await value('b', 'k1')).toMatchObject({ x: 'from a' });
    await run(pair.hub.general, answerRestored, ['restored', 'give-back']);
    await goOn();
    expect(await value('a', 'k1')).toMatchObject({ x: 'from a' });
    expect(await value('a', 'k2')).toMatchObject({ y: 'from b' });
    expect(await value('a', 'k3')).toMatchObject({ n: 8 });
    expect(await value('b', 'k3')).toMatchObject({ n: 8 });
    expect(await value('a', 'made')).toMatchObject({ x: 'new' });
    // What A's person had meant is still asked, though A does not hold it any more.
    const { rows: asked } = await pair.hub.general.query<{ unit: string; candidates: { v: string }[] }>(
      `select unit, candidates from conflict where state = 'open'`,
    );
    expect(asked.map(({ unit }) => unit)).toEqual(['x']);
    expect(asked[0]?.candidates.map(({ v }) => v).sort()).toEqual(['asked a', 'asked b']);
    expect(await differing()).toBe(1);
    // The history of the record, folded, says the same as its registers: also that A shows what the backup had, and head's new name.
    const kept = await registersOf('k9');
    expect([kept.folded.A.value, kept.stored.A.value]).toEqual(['x9', 'x9']);
    const { folded, stored } = await registersOf('k1');
    expect([stored.head.value, stored.head.dot?.actor]).toEqual(['from a', 'H']);
    expect(folded.head).toEqual(stored.head);
    expect([folded.A.value, folded.B.value]).toEqual(['from a', 'from a']);
    // Nobody has authored anything: whoever typed the value is who it stands by.
    const why = await explained('k1');
    expect(why.sentence).toMatch(/^“from a” stands: accord changed it in A on /);
    expect(why.because.map(({ kind, system }) => [kind, system])).toEqual([
      ['written', 'B'],
      ['observed', 'A'],
      ['written', 'B'],
      ['observed', 'A'],
      ['authored', null],
      ['written', 'A'],
    ]);
  }, 90_000);

  it('a side that is taken as it is: its values are edits, under the policies', async () => {
    await backUp(pair.urls.a);
    await afterTheBackup();
    await setBack(pair.urls.a);
    await pair.a.query(`update t set x = 'edited after the restore' where key = 'k5'`);
    await pair.start();
    await halted();
    await run(pair.hub.general, answerRestored, ['restored', 'take']);
    await goOn();
    expect(await value('b', 'k1')).toMatchObject({ x: 'x1' });
    expect(await value('b', 'k5')).toMatchObject({ x: 'edited after the restore' });
  }, 90_000);

  it('Accord’s own database: what it carried over since is agreed, not edited twice, and no write is taken for an earlier one', async () => {
    await backUp(pair.urls.hub);
    await afterTheBackup();
    await pair.hub.close();
    await setBack(pair.urls.hub);
    Object.assign(pair, { hub: new HubPools(pair.urls.hub, { lane: 4, general: 4 }) });
    await pair.a.query(`update t set y = 'while it was away' where key = 'k4'`);
    const said = await check();
    await pair.start();
    expect(said).toMatchObject({
      behind: true,
      sides: [
        { side: 'A', state: 'known' },
        { side: 'B', state: 'known' },
      ],
    });
    expect(await halted()).toMatch(/Accord's own database was restored from a backup/);
    expect(await value('b', 'k4')).toMatchObject({ y: 'y4' });
    await goOn();
    expect(await value('b', 'k4')).toMatchObject({ y: 'while it was away' });
    expect([await value('a', 'k3'), await value('b', 'k3')]).toMatchObject([{ n: 8 }, { n: 8 }]);
    expect(await differing()).toBe(0);
    const { rows: open } = await pair.hub.general.query(`select from conflict where state = 'open'`);
    expect(open).toEqual([]);
    await pair.b.query(`update t set x = 'afterwards' where key = 'k6'`);
    await pair.quiet();
    expect(await value('a', 'k6')).toMatchObject({ x: 'afterwards' });
    expect(await differing()).toBe(0);
  }, 90_000);

  describe('in the middle of a first load', () => {
    let loading: SyncPair;
    beforeEach(async () => {
      const many = `insert into t (key, x, y, n) select 'k' || i, 'x' || i, 'y' || i, i from generate_series(1, 3200) i;`;
      const some = `insert into t (key, x, y, n) select 'k' || i, 'x' || i, 'y' || i, i from generate_series(1, 50) i;`;
      loading = await SyncPair.open({ a: table + many, b: table + some }, spec);
    });
    afterEach(() => loading.close());

    const cutOff = async (point: string): Promise<void> => {
      const child = await ServiceChild.start(
        { urls: loading.urls, declaration: loading.declared },
        `${point}:1:kill`,
      );
      expect(await child.endsWithin(60_000)).toBe(true);
    };
    const onB = async (): Promise<object[]> =>
      (
        await loading.b.query<object>(
          'select count(*)::int as records, count(distinct key)::int as keys from t',
        )
      ).rows;

    it.each([
      ['the report', 'load.accepted', 'running'],
      ['records were being made', 'load.written', 'halted'],
    ])(
      'a backup of Accord from when %s makes nothing twice',
      async (_when, point, found) => {
        await cutOff(point);
        await backUp(loading.urls.hub);
        await loading.start();
        await loading.quiet(60_000);
        await loading.stop();
        await loading.hub.close();
        await setBack(loading.urls.hub);
        Object.assign(loading, { hub: new HubPools(loading.urls.hub, { lane: 4, general: 4 }) });
        await loading.start();
        const reached = async (): Promise<string | undefined> =>
          (await loading.hub.general.query<{ state: string }>('select state from pipeline')).rows[0]?.state;
        for (let i = 0; i < 800 && (await reached()) !== found; i++)
          await new Promise((resolve) => setTimeout(resolve, 25));
        expect(await reached()).toBe(found);
        if (found === 'halted') await resume(loading.hub.general, 'restored', null);
        await loading.quiet(60_000);
        expect(await onB()).toEqual([{ records: 3200, keys: 3200 }]);
        await loading.a.query(`update t set x = 'afterwards' where n % 20 = 0`);
        await loading.quiet(60_000);
        const { rows: left } = await loading.b.query(`select from t where x <> 'afterwards' and n % 20 = 0`);
        expect(left).toEqual([]);
      },
      120_000,
    );
  });
});
