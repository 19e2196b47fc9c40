import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { uuidv7 } from '../../src/common/ids.js';
import { blockUnit, runningPipeline, type Pair } from '../ops/fixtures.js';
import { startTestService, type TestService } from '../ops/service.js';
import type { Body } from './body.js';
import { addPerson, signIn, type SignedIn } from '../support/tester.js';

describe('a role on one pipeline', () => {
  let service: TestService;
  let own: Pair;
  let other: Pair;
  /** Steward of companies, viewer of people; nothing elsewhere. */
  let sue: SignedIn;
  const conflicts: Record<string, string> = {};
  const decisions: Record<string, string> = {};

  beforeAll(async () => {
    service = await startTestService();
    own = await runningPipeline(service.pools, 'companies');
    other = await runningPipeline(service.pools, 'secret-plans');
    const watched = await runningPipeline(service.pools, 'people');
    for (const [name, pair] of Object.entries({ own, other, watched })) {
      const id = uuidv7();
      conflicts[name] = `cf_${id}`;
      decisions[name] = `dec_${uuidv7()}`;
      await service.pools.general.query(
        `insert into conflict (id, pipeline_id, link_id, unit, key, state, kind, reason, title, base, candidates, policy, revision)
         values ($1, $2, $3, 'name', 'A2,B2', 'open', 'value', 'both', $4, '{"value":"x"}', '[]', '{}', 1)`,
        [id, pair.pipeline, pair.links[0], name],
      );
      await service.pools.general.query(
        `insert into decision (id, conflict_id, conflict_rev, link_id, unit, shown, take, by, undo_until, outcome)
         values ($1, $2, 1, $3, 'name', '[]', 'a', 'x', now(), 'stale')`,
        [decisions[name].slice(4), id, pair.links[0]],
      );
    }
    await blockUnit(service.pools, other, other.links[1]!);
    await addPerson(service.pools, {
      email: 'sue@example.org',
      name: 'Sue',
      grants: [
        { role: 'steward', pipeline: 'companies' },
        { role: 'viewer', pipeline: 'people' },
      ],
    });
    sue = await signIn(service.url, 'sue@example.org');
  });
  afterAll(() => service.close());

  const get = async (path: string): Promise<{ status: number; body: Body }> => {
    const response = await service.get(`/api/v1${path}`, sue.headers);
    return { status: response.status, body: await response.json() };
  };
  const post = async (path: string, body: object): Promise<{ status: number; body: Body }> => {
    const response = await service.post(`/api/v1${path}`, body, { ...sue.headers, 'if-match': '"1-open"' });
    return { status: response.status, body: await response.json() };
  };

  it('limits every list to the pipelines that may be seen', async () => {
    const names = (body: { items: { name?: string; pipeline?: string }[] }): unknown[] => [
      ...new Set(body.items.map(({ name, pipeline }) => pipeline ?? name)),
    ];
    expect(names((await get('/pipelines')).body)).toEqual(['companies', 'people']);
    expect(names((await get('/conflicts')).body).sort()).toEqual(['companies', 'people']);
    expect(names((await get('/conflicts?state=closed')).body)).toEqual([]);
    expect(names((await get('/records')).body).sort()).toEqual(['companies', 'people']);
    const [link] = other.links;
    for (const q of [`rec_${link!}`, 'a-1', 'A-1', '1'])
      expect(names((await get(`/records?q=${q}`)).body)).not.toContain('secret-plans');
    expect(
      JSON.stringify([await get('/pipelines'), await get('/conflicts'), await get('/records')]),
    ).not.toContain('secret');
  });

  it('answers what belongs to another pipeline like what does not exist', async () => {
    const [link] = other.links;
    for (const path of [
      '/pipelines/secret-plans',
      '/pipelines/secret-plans/load',
      '/pipelines/secret-plans/dead-letters',
      '/pipelines/secret-plans/conflict-flow',
      '/pipelines/secret-plans/lag-history',
      '/pipelines/secret-plans/guards',
      `/conflicts/${conflicts.other!}`,
      '/conflicts?pipeline=secret-plans',
      '/records?pipeline=secret-plans',
      '/records:lookup?pipeline=secret-plans&side=A&externalId=1',
      `/records/rec_${link!}`,
      `/records/rec_${link!}/lineage`,
      `/records/rec_${link!}/why`,
      `/records/rec_${link!}/fields/name/explanation`,
    ]) {
      const there = await get(path);
      const nowhere = await get(
        path
          .replace('secret-plans', 'no-such-one')
          .replace(conflicts.other!, `cf_${uuidv7()}`)
          .replace(`rec_${link!}`, 'rec_999999'),
      );
      expect([path, there.status, there.body.code]).toEqual([path, 404, 'not-found']);
      const shape = ({ detail }: { detail: string }): string =>
        detail.replace(/"[^"]*"/g, '"…"').replace(/;? there (is|are)[^;]*$/, '');
      expect([path, shape(there.body)]).toEqual([path, shape(nowhere.body)]);
    }
    for (const path of [
      '/pipelines/secret-plans/pause',
      '/pipelines/secret-plans/dead-letters/retry',
      `/pipelines/secret-plans/guards/grd_${uuidv7()}/release`,
      `/conflicts/${conflicts.other!}/decisions`,
      `/conflicts/${conflicts.other!}/answer-link/use`,
      `/decisions/${decisions.other!}/undo`,
    ]) {
      const { status } = await post(path, { take: 'a' });
      expect([path, status]).toEqual([path, path.includes('/pipelines') ? 403 : 404]);
    }
  });

  it('lets act where the role is, and says what is lacking where only another one is', async () => {
    expect((await post(`/conflicts/${conflicts.own!}/decisions`, { take: 'sideways' })).status).toBe(422);
    expect((await post(`/decisions/${decisions.own!}/undo`, {})).body.code).toBe('not-undoable');
    const watched = await post(`/conflicts/${conflicts.watched!}/decisions`, { take: 'a' });
    expect(watched).toMatchObject({
      status: 403,
      body: {
        detail: 'This needs the role steward or engineer on people.',
        requiredPermission: 'conflicts:resolve',
      },
    });
    expect((await get(`/conflicts/${conflicts.watched!}`)).status).toBe(200);
    expect((await get('/pipelines/people')).status).toBe(200);
  });

  it('does not open what is about all pipelines at once', async () => {
    await addPerson(service.pools, {
      email: 'eng@example.org',
      grants: [{ role: 'engineer', pipeline: 'companies' }],
    });
    const { headers } = await signIn(service.url, 'eng@example.org');
    const metrics = await service.get('/metrics', headers);
    expect([metrics.status, (await metrics.json()).detail]).toEqual([
      403,
      'This needs the role engineer or admin.',
    ]);
    const pause = (name: string) => service.post(`/api/v1/pipelines/${name}/pause`, { reason: 'x' }, headers);
    expect((await pause('companies')).status).toBe(200);
    expect((await pause('people')).status).toBe(404);
  });

  it('hears of its pipelines by name, and of conflicts only that there are some', async () => {
    const heard: string[] = [];
    const stream = request(`${service.url}/api/v1/events`, {
      headers: { ...sue.headers, accept: 'text/event-stream' },
    });
    await new Promise<void>((resolve) => {
      stream.on('response', (response) => {
        response.on('data', (chunk: Buffer) => heard.push(chunk.toString()));
        response.once('data', () => resolve());
      });
      stream.end();
    });
    stream.on('error', () => undefined);
    const notify = (payload: object) =>
      service.pools.general.query(`select pg_notify('accord_events', $1)`, [JSON.stringify(payload)]);
    await notify({ type: 'conflict', id: conflicts.other });
    await notify({ type: 'pipeline', id: String(other.pipeline) });
    await notify({ type: 'pipeline', id: String(own.pipeline) });
    for (let waited = 0; waited < 5_000 && !heard.join('').includes('companies'); waited += 20)
      await new Promise((resolve) => setTimeout(resolve, 20));
    stream.destroy();
    expect(heard.join('')).toContain('event: pipeline');
    expect(heard.join('')).toContain('{"name":"companies"}');
    expect(heard.join('')).toMatch(/event: conflict\n(id: \d+\n)?data: \{"id":null\}/);
    expect(heard.join('')).not.toContain('secret');
    expect(heard.join('')).not.toContain(conflicts.other);
  });
});
