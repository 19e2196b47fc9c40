import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pino from 'pino';
import type { Grant, Permission } from '../../src/common/permissions.js';
import { PERMISSIONS } from '../../src/common/permissions.js';
import { logOptions } from '../../src/common/logging.js';
import { startTestService, type TestService } from '../ops/service.js';
import { SyncPair } from '../support/sync-pair.js';
import { migratedDatabase } from '../support/test-database.js';
import { addPerson, makeToken, signIn, type SignedIn } from '../support/tester.js';
import { until } from '../support/until.js';
import { auditTrail } from './audit-trail.js';
import { COVERED, mailJob, PLANTED, rows, spec, table } from './planted.js';
import { routesOf } from './routes.js';

jest.setTimeout(60_000);

describe('personal data', () => {
  let pair: SyncPair;
  let service: TestService;
  const callers = new Map<string, Readonly<Record<string, string>>>();
  const logged: string[] = [];
  const logger = pino(logOptions({ LOG_LEVEL: 'trace', LOG_FORMAT: 'json' }), {
    write: (line: string) => logged.push(line),
  });
  const ids = { record: '', conflict: '', verification: '', guard: '' };

  async function conflictOf(unit: string): Promise<string> {
    const { rows: found } = await pair.hub.general.query<{ id: string }>(
      `select 'cf_' || id as id from conflict where unit = $1 and state = 'open' order by opened_at limit 1`,
      [unit],
    );
    return found[0]!.id;
  }

  beforeAll(async () => {
    const hub = await migratedDatabase();
    pair = await SyncPair.open(
      {
        a: table + rows('Karla Meyer'),
        b: table.replace(", check (plan <> 'refused')", ", check (plan <> 'new')") + rows('Carla Maier'),
      },
      spec,
      {},
      { hub },
    );
    await pair.start({}, logger);
    await pair.quiet();
    await pair.stop();
    await pair.a.query(`update t set email = 'a@${PLANTED}.org', plan = 'new' where id = 1`);
    await pair.b.query(`update t set email = 'b@${PLANTED}.org' where id = 1`);
    await pair.a.query(`update t set name = 'Second ${PLANTED}' where id = 2`);
    await pair.a.query(`update t set plan = 'a' where id = 3`);
    await pair.b.query(`update t set plan = 'b' where id = 3`);
    await pair.start({}, logger);
    await pair.quiet();
    await pair.stop();
    service = await startTestService({}, undefined, false, { ...hub, drop: () => Promise.resolve() });
    const grants: Readonly<Record<string, readonly Grant[]>> = {
      viewer: [{ role: 'viewer', pipeline: '*' }],
      admin: [{ role: 'admin', pipeline: '*' }],
      steward: [{ role: 'steward', pipeline: '*' }],
      engineer: [{ role: 'engineer', pipeline: '*' }],
      elsewhere: [
        { role: 'viewer', pipeline: '*' },
        { role: 'steward', pipeline: 'other' },
      ],
    };
    for (const [name, given] of Object.entries(grants)) {
      await addPerson(service.pools, { email: `${name}@example.org`, name, grants: given });
      const session: SignedIn = await signIn(service.url, `${name}@example.org`);
      callers.set(name, session.headers);
      const scopes: readonly Permission[] =
        name === 'steward' ? PERMISSIONS.filter((one) => one !== 'personal:read') : PERMISSIONS;
      callers.set(`${name}'s token`, {
        authorization: `Bearer ${await makeToken(service.url, session, scopes)}`,
      });
    }
    const { general } = service.pools;
    const { rows: links } = await general.query<{ id: string; a_id: string }>(
      `select 'rec_' || id as id, a_id from link order by id`,
    );
    ids.record = links.find(({ a_id }) => a_id === '1')!.id;
    ids.conflict = await conflictOf('email');
    const values = JSON.stringify(`x ${PLANTED}`);
    const seen = await general.query<{ id: string }>(
      `with v as (insert into verification (pipeline_id, state, revision, finished_at) select id, 'finished', 1, now() from pipeline returning id)
       insert into verification_difference (verification_id, kind, reason, unit, held, seen, detail, mark)
       select id, 'value', 'unknown', 'email', $1::jsonb, $1::jsonb, 'other', '' from v union all
       select id, 'extra', 'blocked', null, $1::jsonb, $1::jsonb, $2, '' from v returning 'ver_' || verification_id as id`,
      [values, `refused: (${PLANTED})`],
    );
    ids.verification = seen.rows[0]!.id;
    const guard = await general.query<{ id: string }>(
      `insert into guard_trip (id, pipeline_id, side, kind, subject, count, most, linked, window_ms, sample)
       select gen_random_uuid(), id, 'A', 'overwrite', 'import', 60, 20, 100, 3600000, $1 from pipeline returning 'grd_' || id as id`,
      [JSON.stringify([{ record: 1, a: '1', b: '1', unit: 'email', before: PLANTED, after: `${PLANTED}2` }])],
    );
    ids.guard = guard.rows[0]!.id;
    // A decision with a value of one's own, and an opinion that names one.
    const steward = callers.get('steward')!;
    await send(
      `/conflicts/${ids.conflict}/second-opinion`,
      callers.get('engineer')!,
      {},
      await workTag(ids.conflict),
    );
    const shown = (await get(`/conflicts/${ids.conflict}`, steward)) as { etag: string };
    await send(
      `/conflicts/${ids.conflict}/second-opinion/answer`,
      steward,
      { take: 'value', value: `opinion@${PLANTED}.org` },
      shown.etag,
    );
    await send(
      `/conflicts/${ids.conflict}/decisions`,
      steward,
      { take: 'value', value: `own@${PLANTED}.org` },
      ((await get(`/conflicts/${ids.conflict}`, steward)) as { etag: string }).etag,
    );
  });
  afterAll(async () => {
    await service.close();
    await pair.close();
  });

  const ask = (path: string, headers: Readonly<Record<string, string>>): Promise<Response> =>
    fetch(service.url + path, { headers: { accept: 'application/json, text/event-stream', ...headers } });
  const get = async (path: string, headers: Readonly<Record<string, string>>): Promise<unknown> =>
    (await ask(`/api/v1${path}`, headers)).json();
  const workTag = async (id: string): Promise<string> =>
    ((await get(`/conflicts/${id}`, callers.get('steward')!)) as { work: { etag: string } }).work.etag;
  async function send(
    path: string,
    headers: Readonly<Record<string, string>>,
    body: object,
    ifMatch: string,
  ): Promise<string> {
    const answer = await fetch(`${service.url}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'if-match': ifMatch, ...headers },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    expect([path, answer.status < 300 || answer.status === 412, text]).toEqual([path, true, text]);
    return text;
  }

  /** Every route that reads, with ids of what was planted; several for one that answers in several ways. */
  function paths(): readonly string[] {
    const filled = routesOf(service.app)
      .filter((route) => route.startsWith('GET ') && !route.endsWith('/events'))
      .map((route) =>
        route
          .slice('GET '.length)
          .replace('/conflicts/:id', `/conflicts/${ids.conflict}`)
          .replace('/records/:id', `/records/${ids.record}`)
          .replace('/verifications/:id', `/verifications/${ids.verification}`)
          .replace('/pipelines/:name', '/pipelines/people')
          .replace(':field', 'email')
          .replace(/:lookup$/, ':lookup?pipeline=people&side=A&externalId=1')
          .replace(/:(id|name|token)/, 'nowhere'),
      );
    return [
      ...filled,
      `/api/v1/conflicts/${ids.guard}`,
      `/api/v1/conflicts?state=open`,
      `/api/v1/conflicts?state=held`,
      `/api/v1/records/${ids.record}?asOf=${new Date().toISOString()}`,
      `/api/v1/records/${ids.record}/fields/name/explanation`,
      `/api/v1/records/${ids.record}/fields/plan/explanation`,
    ];
  }

  it('is in no answer to anybody who does not ask for it', async () => {
    const { rows: matches } = await service.pools.general.query<{ id: string }>(
      `select 'cf_' || id as id from conflict where kind = 'match'`,
    );
    expect(matches).toHaveLength(1);
    const all = [...paths(), `/api/v1/conflicts/${matches[0]!.id}`];
    for (const [name, headers] of callers)
      for (const path of all) {
        const answer = await ask(path, headers);
        const text = [await answer.text(), ...answer.headers.values()].join('\n');
        expect([name, path, answer.status < 500, text.includes(PLANTED) && text]).toEqual([
          name,
          path,
          true,
          false,
        ]);
      }
  });

  it('is refused to those who ask for it without the permission, and nothing of it is noted', async () => {
    const before = (await auditTrail(service.pools)).length;
    for (const name of ['viewer', 'elsewhere', "viewer's token", "steward's token"])
      for (const path of [
        `/conflicts/${ids.conflict}`,
        `/conflicts/${ids.guard}`,
        `/records/${ids.record}`,
        `/records/${ids.record}/why`,
        `/records/${ids.record}/lineage`,
        `/records/${ids.record}/fields/email/explanation`,
        `/pipelines/people/dead-letters`,
        `/pipelines/people/guards`,
        `/pipelines/people/load`,
        `/pipelines/people/verifications/${ids.verification}/differences`,
      ]) {
        const answer = await ask(`/api/v1${path}?reveal=personal`, callers.get(name)!);
        const text = await answer.text();
        expect([name, path, answer.status, text.includes(PLANTED)]).toEqual([name, path, 403, false]);
        expect(JSON.parse(text)).toMatchObject({ code: 'forbidden', requiredPermission: 'personal:read' });
      }
    expect(await auditTrail(service.pools)).toHaveLength(before);
  });

  it('is shown to those who may see it and ask, one line in the audit log for each request', async () => {
    const match = await conflictOf('$match');
    for (const name of ['steward', 'admin', "engineer's token"])
      for (const [path, object] of [
        [`/conflicts/${ids.conflict}`, ids.conflict],
        [`/conflicts/${ids.guard}`, ids.guard],
        [`/conflicts/${match}`, match],
        [`/records/${ids.record}`, ids.record],
        [`/records/${ids.record}/why`, ids.record],
        [`/records/${ids.record}/lineage`, ids.record],
        [`/records/${ids.record}/fields/email/explanation`, ids.record],
        ['/pipelines/people/dead-letters', 'people'],
        ['/pipelines/people/guards', 'people'],
        ['/pipelines/people/load', 'people'],
        [`/pipelines/people/verifications/${ids.verification}/differences`, 'people'],
      ] as const) {
        const before = (await auditTrail(service.pools)).length;
        const answer = await ask(`/api/v1${path}?reveal=personal`, callers.get(name)!);
        expect([path, answer.status, (await answer.text()).includes(PLANTED)]).toEqual([path, 200, true]);
        expect([path, answer.headers.get('cache-control')]).toEqual([path, 'no-store']);
        const trail = await auditTrail(service.pools);
        expect([path, trail.length - before]).toEqual([path, 1]);
        const shownAs = path.endsWith('/differences') ? ids.verification : object;
        expect(trail[0]).toMatchObject({
          action: 'personal-data.shown',
          object: shownAs,
          pipeline: 'people',
        });
        expect(JSON.stringify(trail)).not.toContain(PLANTED);
        const { units } = trail[0]!.detail as { units: readonly string[] };
        expect([path, units.includes('record'), units.includes('$match')]).toEqual([
          path,
          path.endsWith('/differences'),
          false,
        ]);
      }
  });

  it('stands in answers as what it is: covered, not made up', async () => {
    const conflict = await get(`/conflicts/${ids.conflict}`, callers.get('viewer')!);
    expect(conflict).toMatchObject({
      title: '1',
      personal: true,
      covered: true,
      base: { value: COVERED },
      candidates: [
        { key: 'a', value: COVERED, raw: COVERED },
        { key: 'b', value: COVERED, raw: COVERED },
      ],
      decisions: [{ take: 'value', value: COVERED }],
    });
    expect(await get(`/records/${ids.record}`, callers.get('viewer')!)).toMatchObject({
      title: '1',
      fields: expect.arrayContaining([
        expect.objectContaining({ field: 'email', personal: true, value: COVERED }),
        expect.objectContaining({ field: 'plan', personal: false, value: 'new' }),
      ]) as unknown,
    });
  });

  it('cannot be found out by searching for it', async () => {
    const found = async (path: string, name: string): Promise<number> =>
      ((await get(path, callers.get(name)!)) as { items: unknown[] }).items.length;
    const name = encodeURIComponent(`One ${PLANTED}`);
    for (const [path, hits] of [
      [`/records?q=${name}`, 1],
      [`/conflicts?filter=${encodeURIComponent(`value:"b@${PLANTED}"`)}`, 1],
      [`/conflicts?filter=${encodeURIComponent(`title:"One ${PLANTED}"`)}`, 1],
    ] as const) {
      for (const one of ['viewer', 'elsewhere', "steward's token"])
        expect([path, one, await found(path, one)]).toEqual([path, one, 0]);
      expect([path, await found(path, 'steward')]).toEqual([path, hits]);
    }
    expect(await found('/conflicts?filter=value%3Aa%20field%3Aplan', 'viewer')).toBe(1);
    const without = encodeURIComponent(`-value:${PLANTED}`);
    expect(await found(`/conflicts?filter=${without}`, 'viewer')).toBe(await found('/conflicts', 'viewer'));
  });

  it('is not in what a decision answers, nor in the conflict that a stale one is answered with', async () => {
    const other = await conflictOf('plan');
    const answer = await send(
      `/conflicts/${ids.conflict}/decisions`,
      callers.get('steward')!,
      { take: 'a' },
      '"99-open"',
    );
    expect(JSON.parse(answer)).toMatchObject({ code: 'stale' });
    expect(answer).not.toContain(PLANTED);
    expect(await send(`/conflicts/next`, callers.get('steward')!, {}, '')).not.toContain(PLANTED);
    expect(
      await send(`/conflicts/${other}/decisions`, callers.get('steward')!, { take: 'a' }, '"99-open"'),
    ).not.toContain(PLANTED);
  });

  it('is not in what screens are told as it happens', async () => {
    const told = new Map<string, string>();
    const closing = new AbortController();
    const streams = await Promise.all(
      [...callers].map(async ([name, headers]) => {
        const { status, body } = await fetch(`${service.url}/api/v1/events`, {
          headers,
          signal: closing.signal,
        });
        return { name, status, body: body as ReadableStream<Uint8Array> };
      }),
    );
    const reading = streams.map(async ({ name, body }) => {
      const decoder = new TextDecoder();
      for await (const piece of body) told.set(name, (told.get(name) ?? '') + decoder.decode(piece));
    });
    expect(streams.map(({ status }) => status)).toEqual(streams.map(() => 200));
    const shown = await get(`/conflicts/${ids.conflict}`, callers.get('steward')!);
    const [decision] = (shown as { decisions: { id: string }[] }).decisions;
    await send(`/decisions/${decision!.id}/undo`, callers.get('steward')!, {}, '');
    await until(
      () => Promise.resolve([...callers.keys()].filter((name) => !told.get(name)?.includes(ids.conflict))),
      (deaf) => deaf.length === 0,
      'everybody to be told',
    );
    closing.abort();
    await Promise.allSettled(reading);
    expect([...told.values()].join('\n')).not.toContain(PLANTED);
  });

  it('is in no line of the log, whatever its level, though a write was refused with the whole row', () => {
    expect(logged.length).toBeGreaterThan(0);
    expect(logged.filter((line) => line.includes(PLANTED))).toEqual([]);
  });

  it('is in no mail of any kind', async () => {
    const { general } = service.pools;
    const job = mailJob(service.pools);
    const tell = () => job.tell({ pace: { gatherMs: 0, silenceMs: 0 } });
    await general.query(
      `insert into notify_preference (person_id, modes)
       select id, case name when 'steward' then '{"conflicts": "digest", "comments": "digest", "assigned": "digest", "deadlines": "digest"}'::jsonb
                  else '{"conflicts": "instant", "comments": "instant", "assigned": "instant", "deadlines": "instant", "pipelines": "instant"}' end from person`,
    );
    await tell();
    // What people write about personal data may quote it.
    await general.query(
      `update review_item i set assignee_id = p.id, risk_at = clock_timestamp()
       from person p where p.name = 'engineer' and i.state = 'open'`,
    );
    await general.query(
      `insert into review_note (id, item_id, rev, kind, by_kind, by_name, text)
       select gen_random_uuid(), c.id, c.rev, 'comment', 'person', 'admin', $1 from conflict c where c.kind = 'match'`,
      [`Is it ${PLANTED}?`],
    );
    await tell();
    const { rows: mails } = await general.query<{ kind: string; text: string }>(
      `select kind, concat_ws(E'\\n', subject, html, text, headers) as text from mail_outbox`,
    );
    expect([...new Set(mails.map(({ kind }) => kind))].sort()).toEqual([
      'comments',
      'conflicts',
      'deadlines',
      'digest',
      'pipelines',
    ]);
    expect(mails.filter(({ text }) => text.includes(PLANTED))).toEqual([]);
  });

  it('stays covered when the file knows of none any more', async () => {
    await service.pools.general.query(
      `with r as (insert into pipeline_revision (pipeline_id, revision, spec, source, hash, created_by)
         select pipeline_id, revision + 1, spec #- '{spec,fields,name}' #- '{spec,fields,email}', '', '', 'test' from pipeline_revision order by revision desc limit 1
         returning pipeline_id, revision)
       update pipeline p set revision = r.revision from r where r.pipeline_id = p.id`,
    );
    for (const path of [`/records/${ids.record}/lineage`, `/conflicts/${ids.conflict}`]) {
      const viewer = callers.get('viewer')!;
      expect([path, (await (await ask(`/api/v1${path}`, viewer)).text()).includes(PLANTED)]).toEqual([
        path,
        false,
      ]);
      expect([path, (await ask(`/api/v1${path}?reveal=personal`, viewer)).status]).toEqual([path, 403]);
      const steward = await ask(`/api/v1${path}?reveal=personal`, callers.get('steward')!);
      expect([path, (await steward.text()).includes(PLANTED)]).toEqual([path, true]);
    }
    const search = `/conflicts?filter=${encodeURIComponent(`value:"b@${PLANTED}"`)}`;
    expect(await get(search, callers.get('viewer')!)).toMatchObject({ items: [] });
  });
});
