import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { startTestService, type Answer, type TestService } from '../ops/service.js';
import { SyncPair } from '../support/sync-pair.js';
import { migratedDatabase } from '../support/test-database.js';

const owned = { strategy: 'owner', owner: 'a' } as const;
const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'people' },
  connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 'public.t' } },
  match: [
    {
      id: 'alike',
      action: 'link',
      score: [
        { field: 'name', as: 'name', agree: 7, disagree: 6 },
        { field: 'phone', as: 'phone', agree: 9, disagree: 3 },
      ],
      block: [{ sound: ['name'] }],
      auto: 12,
      review: 4,
    },
    { id: 'none', action: 'create' },
  ],
  fields: {
    name: { a: 'name', b: 'name', policy: owned },
    phone: { a: 'phone', b: 'phone', policy: owned },
  },
  review: { undoWindow: '3s' },
  load: { accept: 'automatic' },
};
/** Whoever waits for a lock in this database. */
const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
const table = 'create table t (id serial primary key, name text, phone text);';
const insert = (...names: readonly string[]): string =>
  `insert into t (name) values ${names.map((name) => `('${name}')`).join(', ')};`;

describe('who is who, by the API', () => {
  let pair: SyncPair;
  let service: TestService;
  beforeAll(async () => {
    const hub = await migratedDatabase();
    pair = await SyncPair.open(
      {
        a: `${table} ${insert('Anna Meyer', 'Bernd Schulz', 'Carla Wolf')}`,
        b: `${table} ${insert('Anna Maier', 'Bernd Schultz', 'Karla Wolf')}`,
      },
      spec,
      {},
      { hub },
    );
    await pair.start();
    await pair.quiet();
    service = await startTestService({}, undefined, false, { ...hub, drop: () => Promise.resolve() });
  }, 60_000);
  afterAll(async () => {
    await service.close();
    await pair.close();
  });

  const get = async (path: string) => (await service.get(`/api/v1${path}`)).json();
  const post = (path: string, body: object, headers: Record<string, string> = {}): Promise<Answer> =>
    service.post(`/api/v1${path}`, body, headers);
  const question = async (title: string) => {
    const { items } = await get('/conflicts');
    const { id } = items.find((one: { title: string }) => one.title === title);
    const answer = await service.get(`/api/v1/conflicts/${id}`);
    return { ...(await answer.json()), etag: answer.headers.get('etag') ?? '' };
  };
  const decide = async (title: string, body: object) => {
    const { id, etag } = await question(title);
    return post(`/conflicts/${id}/decisions`, body, { 'if-match': etag });
  };
  const carriedOut = async () => {
    for (let i = 0; i < 1200; i++) {
      const { rowCount } = await pair.hub.general.query('select from link_order');
      if (rowCount === 0) break;
      await sleep(25);
    }
    await pair.quiet();
  };
  const record = async (a: string) =>
    (await get(`/records:lookup?pipeline=people&side=A&externalId=${a}`)) as { id: string; ids: object };

  it('stands in the queue with both records, and in full with every candidate', async () => {
    const { items } = await get('/conflicts?unit=$match');
    expect(items).toHaveLength(3);
    expect(items[0]).toMatchObject({
      kind: 'match',
      record: null,
      title: 'Anna Meyer',
      candidates: [
        { key: 'a', side: 'A', label: 'CRM', value: 'Anna Meyer' },
        { key: 'b', side: 'B', label: 'Support', value: 'Anna Maier' },
      ],
    });
    expect(await question('Anna Meyer')).toMatchObject({
      recordIds: { A: '1', B: null },
      match: {
        side: 'A',
        id: '1',
        values: { name: 'Anna Meyer', phone: null },
        mayCreate: true,
        candidates: [
          {
            n: 1,
            id: '1',
            title: 'Anna Maier',
            rule: 'alike',
            gone: null,
            verdicts: [
              { field: 'name', verdict: 'alike' },
              { field: 'phone', verdict: 'blank', likeness: null },
            ],
          },
        ],
      },
    });
  });

  it('takes no answer that is none', async () => {
    for (const body of [{ take: 'a' }, { take: 'link' }, { take: 'link', candidate: 7 }])
      expect((await decide('Anna Meyer', body)).status).toBe(422);
    const { id } = await question('Anna Meyer');
    expect(
      (await post(`/conflicts/${id}/decisions`, { take: 'apart' }, { 'if-match': '"9-open"' })).status,
    ).toBe(412);
  });

  it('is taken back while nothing has happened', async () => {
    const made = await (await decide('Anna Meyer', { take: 'apart' })).json();
    expect(made).toMatchObject({ take: 'apart', outcome: 'held' });
    const undone = await post(`/decisions/${made.id}/undo`, {});
    expect([undone.status, (await undone.json()).outcome]).toEqual([200, 'undone']);
    expect((await question('Anna Meyer')).state).toBe('open');
  });

  it('is linked as it was said, once the time to take it back is over, and not taken back then', async () => {
    const made = await (await decide('Anna Meyer', { take: 'link', candidate: 1, note: 'asked her' })).json();
    await carriedOut();
    expect(await record('1')).toMatchObject({ ids: { A: '1', B: '1' } });
    expect(await get(`/conflicts/${made.conflict}`)).toMatchObject({
      state: 'closed',
      closeReason: expect.stringContaining('linked by'),
      decisions: [{ outcome: 'undone' }, { take: 'link', outcome: 'applied', note: 'asked her' }],
    });
    expect((await post(`/decisions/${made.id}/undo`, {})).status).toBe(409);
  }, 60_000);

  it('is made on the other side where it was said to be nobody there', async () => {
    await decide('Bernd Schulz', { take: 'create' });
    await carriedOut();
    const { rows } = await pair.b.query(`select name from t where name like 'Bernd%' order by name`);
    expect(rows).toEqual([{ name: 'Bernd Schultz' }, { name: 'Bernd Schulz' }]);
  }, 60_000);

  it('ends a link when asked to: nothing is deleted, nothing linked again, until somebody links the two', async () => {
    const { id } = await record('1');
    const ended = await post(`/records/${id}/unlink`, { note: 'two people' });
    expect([ended.status, await ended.json()]).toEqual([
      200,
      { record: id, pipeline: 'people', a: '1', b: '1' },
    ]);
    expect((await post(`/records/${id}/unlink`, {})).status).toBe(409);
    await pair.a.query(`update t set phone = '1' where id = 1`);
    await pair.b.query(`update t set phone = '1' where id = 1`);
    await pair.quiet();
    expect((await pair.b.query('select from t')).rowCount).toBe(4);
    expect(await get(`/records/${id}`)).toMatchObject({ state: 'unlinked' });

    const linked = await post('/pipelines/people/links', { a: '1', b: '1' });
    expect(linked.status).toBe(202);
    await carriedOut();
    const again = await record('1');
    expect(again).toMatchObject({ ids: { A: '1', B: '1' } });
    const refused = await post('/pipelines/people/links', { a: '1', b: '2' });
    expect([refused.status, (await refused.json()).record]).toEqual([409, again.id]);
    const { order } = await linked.json();
    expect(await get(`/pipelines/people/links/${order}`)).toMatchObject({
      order,
      a: '1',
      state: 'linked',
      record: again.id,
    });
  }, 60_000);

  it('says of an order to link what became of it, also where it could not be carried out', async () => {
    const nobody = { a: '4711', b: '4712' };
    const { order } = await (await post('/pipelines/people/links', nobody)).json();
    expect(await get(`/pipelines/people/links/${order}`)).toMatchObject({ ...nobody, order, record: null });
    await carriedOut();
    const ended = await get(`/pipelines/people/links/${order}`);
    expect(ended).toMatchObject({ ...nobody, state: 'void', why: 'one of the two is gone', record: null });
    const { rows } = await pair.hub.general.query(
      `select actor_name, object, detail from audit where action = 'records.not-linked'`,
    );
    expect(rows).toMatchObject([
      { actor_name: 'Accord', object: order, detail: expect.stringContaining(ended.by) },
    ]);
    const { rows: told } = await pair.hub.general.query(
      `select person_id is not null as tells from link_order_end where state = 'void' and told_at is null`,
    );
    expect(told).toEqual([{ tells: true }]);
    expect((await service.get('/api/v1/pipelines/people/links/lnk_none')).status).toBe(404);
  }, 60_000);

  const add = async (name: string, phone: string) => {
    const { rows } = await pair.a.query<{ id: string }>(
      'insert into t (name, phone) values ($1, $2) returning id::text',
      [name, phone],
    );
    await pair.quiet();
    return rows[0]?.id ?? '';
  };

  it('follows a record into the one that it was merged into, and reads what that one holds', async () => {
    const { id } = await record('1');
    await pair.stop();
    await pair.b.query(`insert into t (name) values ('Ottilie Kranz')`);
    const { rows: added } = await pair.a.query<{ id: string }>(
      `insert into t (name, phone) values ('Otilie Krantz', '5') returning id::text`,
    );
    const into = added[0]?.id ?? '';
    await pair.start();
    await pair.quiet();
    expect((await question('Otilie Krantz')).match.candidates).toHaveLength(1);
    const answer = await post(`/records/${id}/merged`, { side: 'A', into });
    expect([answer.status, await answer.json()]).toEqual([200, { outcome: 'moved', record: id }]);
    await pair.a.query('delete from t where id = 1');
    await pair.hub.general.query(`select pg_notify('accord_wake', '')`);
    await pair.quiet();
    expect(await record(into)).toMatchObject({ id, ids: { A: into, B: '1' } });
    expect(await record('1')).toMatchObject({ id });
    const { rows } = await pair.b.query('select name, phone from t where id = 1');
    expect(rows).toEqual([{ name: 'Otilie Krantz', phone: '5' }]);
    const { items } = await get('/conflicts?unit=$match');
    expect(items.map(({ title }: { title: string }) => title)).not.toContain('Otilie Krantz');
  }, 60_000);

  it('detaches a record whose other half was merged into one that is linked itself, and deletes nothing', async () => {
    const loser = await add('Dora Klein', '7');
    const winner = await add('Emil Stark', '8');
    const [one, other] = [await record(loser), await record(winner)];
    const left = (one.ids as { B: string }).B;
    const answer = await post(`/records/${one.id}/merged`, { side: 'A', into: winner });
    expect(await answer.json()).toEqual({ outcome: 'detached', record: other.id });
    await pair.a.query('delete from t where id = $1', [loser]);
    await pair.quiet();
    expect(await record(loser)).toMatchObject({ id: other.id });
    expect((await pair.b.query('select from t where id = $1', [left])).rowCount).toBe(1);
    const { rows } = await pair.hub.general.query('select detail from unmatched where ext_id = $1', [left]);
    expect(rows).toEqual([{ detail: `what it was linked with was merged into ${winner}` }]);
  }, 60_000);

  it('hears of a merge at the moment at which the record that stays is linked', async () => {
    const { id } = await record(await add('Frieda Lang', '9'));
    await pair.stop();
    const engine = await pair.hub.general.connect();
    await engine.query('begin');
    const { rows } = await engine.query<{ id: number }>(
      `insert into link (id, pipeline_id, a_id, b_id, state) select max(id) + 1000, min(pipeline_id), '777', '777', 'live' from link returning id`,
    );
    const answered = post(`/records/${id}/merged`, { side: 'A', into: '777' });
    while ((await pair.hub.general.query(waiting)).rowCount === 0) await sleep(5);
    await engine.query('commit');
    engine.release();
    const answer = await answered;
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { outcome: 'detached', record: `rec_${rows[0]!.id}` },
    ]);
  }, 60_000);
});
