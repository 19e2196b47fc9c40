import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ConflictDto, ConflictPageDto, ConflictSummaryDto } from '../../../src/review/conflict.dto.js';
import { QueueJob } from '../../../src/review/queue/queue-job.js';
import type { FacetsDto } from '../../../src/review/queue/facets.dto.js';
import { ReviewModule } from '../../../src/review/review.module.js';
import type { Body } from '../../access/body.js';
import { apiApp, type ApiApp } from '../../support/review-app.js';
import { addPerson, signIn, type SignedIn } from '../../support/tester.js';

describe('the one queue', () => {
  let api: ApiApp;
  let bob: SignedIn;
  let cy: SignedIn;
  const links: number[] = [];

  beforeAll(async () => {
    api = await apiApp(ReviewModule, undefined, '10m');
    const names = ['Acme', 'Beta', 'Corp'];
    for (const [n, name] of names.entries()) {
      const link = await api.records.agreed({ a: `A-${n}`, b: `B-${n}` }, { name, email: 'x', amount: '1' });
      links.push(link);
      await api.records.edit(
        link,
        { unit: 'email', side: 'A', value: `${name}@a.org`, by: { kind: 'person', name: 'Dana Fox' } },
        { unit: 'email', side: 'B', value: `${name}@b.org` },
        { unit: 'amount', side: 'A', value: '5' },
        { unit: 'amount', side: 'B', value: '6' },
      );
    }
    const grants = [{ role: 'steward', pipeline: '*' } as const];
    for (const [email, name] of [
      ['bob@example.org', 'Bob'],
      ['cy@example.org', 'Cy'],
    ] as const)
      await addPerson(api.pools, { email, name, grants });
    const origin = new URL(api.url).origin;
    bob = await signIn(origin, 'bob@example.org');
    cy = await signIn(origin, 'cy@example.org');
    // Names of the records of this suite, whatever the plan calls them.
    for (const [n, link] of links.entries())
      await api.pools.general.query('update conflict set title = $2 where link_id = $1', [link, names[n]]);
  }, 60_000);
  afterAll(() => api.close());

  const list = (filter = '', more = ''): Promise<ConflictPageDto> =>
    api.json(`/conflicts?filter=${encodeURIComponent(filter)}${more}`);
  const named = async (filter: string): Promise<string[]> =>
    (await list(filter)).items.map(({ title, unit }) => `${title} ${unit}`);
  const send = async (
    method: string,
    path: string,
    body: object = {},
    headers: Record<string, string> = {},
    by?: SignedIn,
  ): Promise<{ status: number; body: Body }> => {
    const response = await api.call(path, {
      method,
      headers: { 'content-type': 'application/json', ...by?.headers, ...headers },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  };
  const first = async (filter: string): Promise<ConflictSummaryDto> => (await list(filter)).items[0]!;
  const job = (): Promise<void> => api.app.get(QueueJob, { strict: false }).look();

  it('is filtered by what a conflict is about, and by what people added', async () => {
    expect(await named('')).toEqual([
      'Acme amount',
      'Beta amount',
      'Corp amount',
      'Acme email',
      'Beta email',
      'Corp email',
    ]);
    expect(await named('field:email -title:beta')).toEqual(['Acme email', 'Corp email']);
    expect(await named('author:dana')).toHaveLength(3);
    expect(await named('value:CORP@')).toEqual(['Corp email']);
    expect(await named('side:A priority:high')).toHaveLength(3);
    expect(await named(`record:rec_${String(links[1])} kind:value`)).toEqual(['Beta amount', 'Beta email']);
    expect(await named('assignee:me')).toEqual([]);
    expect(
      await named('assignee:none age:<1h due:none claimed:none turn:none reopened:no commented:no'),
    ).toHaveLength(6);
    expect(await named('age:>1h')).toEqual([]);
  });

  it('is read page by page, and only with cursors that it gave out for the same filter', async () => {
    const seen: string[] = [];
    let next: string | null = null;
    do {
      const page: ConflictPageDto = await list(
        'kind:value',
        `&limit=2${next === null ? '' : `&cursor=${next}`}`,
      );
      seen.push(...page.items.map(({ id }) => id));
      next = page.next;
    } while (next !== null);
    expect(new Set(seen).size).toBe(6);
    const { next: cursor } = await list('kind:value', '&limit=2');
    const forged = `${cursor!.slice(0, -3)}${cursor!.endsWith('A') ? 'B' : 'A'}zz`;
    for (const [filter, wrong] of [
      ['kind:value', forged],
      ['kind:group', cursor!],
    ] as const) {
      const answer = await api.call(`/conflicts?filter=${filter}&cursor=${wrong}`);
      expect([answer.status, ((await answer.json()) as Body).code]).toEqual([400, 'malformed']);
    }
    const refused = await api.call('/conflicts?filter=priorty:high');
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      { code: 'filter-invalid', position: 0 },
    ]);
  });

  it('is given out one by one: nobody gets what another is at work on, and a claim is only its holder’s', async () => {
    const ahead = await api.json<{ items: ConflictDto[] }>('/conflicts/next');
    expect(ahead.items).toHaveLength(5);
    const [mine, his, hers] = await Promise.all(
      [undefined, bob, cy].map((who) => send('POST', '/conflicts/next', {}, {}, who)),
    );
    const taken = [mine, his, hers].map((answer) => answer!.body.conflict.id as string);
    expect([new Set(taken).size, mine!.status]).toEqual([3, 200]);
    expect(mine!.body.conflict.work.claim.by.name).toBe('Ann Tester');
    expect((await send('POST', '/conflicts/next', {}, {}, bob)).body.conflict.id).toBe(taken[1]);

    const theirs = await send('POST', `/conflicts/${taken[1]!}/claim`);
    expect([theirs.status, theirs.body]).toMatchObject([
      423,
      { code: 'leased', by: { name: 'Bob', id: bob.id } },
    ]);
    const decided = await send(
      'POST',
      `/conflicts/${taken[1]!}/decisions`,
      { take: 'a' },
      { 'if-match': '"1-open"' },
    );
    expect([decided.status, decided.body.code]).toEqual([423, 'leased']);
    expect((await send('POST', `/conflicts/${taken[0]!}/renew`)).status).toBe(200);
    expect((await send('POST', `/conflicts/${taken[0]!}/release`)).body.claim).toBeNull();
    expect((await send('POST', `/conflicts/${taken[0]!}/renew`)).body.code).toBe('not-claimed');
    expect((await list('claimed:any')).items.map(({ id }) => id).sort()).toEqual([taken[1], taken[2]].sort());
    for (const [id, who] of [
      [taken[1], bob],
      [taken[2], cy],
    ] as const)
      await send('POST', `/conflicts/${id!}/release`, {}, {}, who);
  });

  it('is not offered again to who skipped it, and moves up when three people did', async () => {
    const { id } = await first('field:email title:Beta');
    for (const who of [undefined, bob, bob, cy])
      expect((await send('POST', `/conflicts/${id}/skip`, { reason: 'no idea' }, {}, who)).status).toBe(200);
    const conflict = await api.json<ConflictDto>(`/conflicts/${id}`);
    expect([conflict.priority, conflict.work.skips]).toEqual(['high', 3]);
    expect(conflict.activity.map(({ kind }) => kind)).toEqual([
      'escalated',
      'skipped',
      'skipped',
      'skipped',
      'skipped',
    ]);
    const { items } = await api.json<{ items: ConflictDto[] }>('/conflicts/next?filter=title:Beta');
    expect(items.map(({ unit }) => unit)).toEqual(['amount']);
  });

  it('is assigned, prioritised and given a due date by whoever has seen what it was', async () => {
    const { id, work } = await first('field:email title:Acme');
    const change = (body: object, tag: string): ReturnType<typeof send> =>
      send('PATCH', `/conflicts/${id}`, body, { 'if-match': tag });
    const done = await change(
      { assignee: bob.id, priority: 'urgent', dueAt: '2030-01-01T00:00:00Z' },
      work.etag,
    );
    expect([done.status, done.body]).toMatchObject([
      200,
      {
        assignee: { name: 'Bob' },
        turn: { name: 'Bob' },
        priority: 'urgent',
        priorityBy: 'person',
        dueAt: '2030-01-01T00:00:00.000Z',
      },
    ]);
    const late = await change({ assignee: 'me' }, work.etag);
    expect([late.status, late.body]).toMatchObject([
      412,
      {
        code: 'stale',
        current: { etag: done.body.etag },
        changed: [{ kind: 'due' }, { kind: 'priority' }, { kind: 'assigned', about: { name: 'Bob' } }],
      },
    ]);
    expect((await send('PATCH', `/conflicts/${id}`, {})).status).toBe(428);
    const nobody = await change({ assignee: 'usr_01990000-0000-7000-8000-000000000000' }, done.body.etag);
    expect([nobody.status, nobody.body.errors[0].pointer]).toEqual([422, '/assignee']);
    expect(await named('assignee:bob')).toEqual(['Acme email']);
    expect(await named(`assignee:${bob.id} due:set turn:others`)).toEqual(['Acme email']);
    // Another's is left to them.
    const { items } = await api.json<{ items: ConflictDto[] }>('/conflicts/next?filter=title:Acme');
    expect(items.map(({ unit }) => unit)).toEqual(['amount']);
    expect((await change({ assignee: null, priority: 'rule', dueAt: null }, done.body.etag)).status).toBe(
      200,
    );
  });

  it('is commented, once for each key, and a second opinion decides nothing', async () => {
    const { id, etag, work } = await first('field:email title:Corp');
    const key = { 'idempotency-key': 'comment-1' };
    const said = await send('POST', `/conflicts/${id}/comments`, { text: 'who is that?' }, key);
    expect([said.status, said.body]).toMatchObject([
      201,
      { kind: 'comment', text: 'who is that?', by: { name: 'Ann Tester' } },
    ]);
    expect((await send('POST', `/conflicts/${id}/comments`, { text: 'who is that?' }, key)).body).toEqual(
      said.body,
    );
    expect((await send('POST', `/conflicts/${id}/comments`, { text: 'else' }, key)).body.code).toBe(
      'key-reused',
    );
    const asked = await send(
      'POST',
      `/conflicts/${id}/second-opinion`,
      { of: cy.id, question: 'A?' },
      { 'if-match': work.etag },
    );
    expect(asked.body).toMatchObject({
      asked: { of: { name: 'Cy' }, question: 'A?' },
      turn: { name: 'Cy' },
      comments: 1,
    });
    const answer = (who: SignedIn, tag: string): ReturnType<typeof send> =>
      send(
        'POST',
        `/conflicts/${id}/second-opinion/answer`,
        { take: 'a', text: 'yes' },
        { 'if-match': tag },
        who,
      );
    expect((await answer(bob, etag)).body.code).toBe('not-waiting');
    expect((await answer(cy, '"9-open"')).status).toBe(412);
    expect((await answer(cy, etag)).body).toMatchObject({ asked: null, turn: { name: 'Ann Tester' } });
    const conflict = await api.json<ConflictDto>(`/conflicts/${id}`);
    expect(conflict).toMatchObject({
      state: 'open',
      etag,
      activity: [
        { kind: 'opinion', text: 'yes', detail: { take: 'a' } },
        { kind: 'asked' },
        { kind: 'comment' },
      ],
    });
    const page = await api.json<{ items: unknown[]; next: string }>(`/conflicts/${id}/activity?limit=2`);
    expect(
      (await api.json<Body>(`/conflicts/${id}/activity?limit=2&cursor=${page.next}`)).items,
    ).toMatchObject([{ kind: 'comment' }]);
  });

  it('is put off until a time or until it changes, and comes back by itself', async () => {
    const [timed, changing] = [
      await first('field:amount title:Acme'),
      await first('field:amount title:Beta'),
    ];
    const snooze = (item: ConflictSummaryDto, body: object): ReturnType<typeof send> =>
      send('POST', `/conflicts/${item.id}/snooze`, body, { 'if-match': item.work.etag });
    expect((await snooze(timed, { orChange: false })).status).toBe(422);
    const until = new Date(Date.now() + 3_600_000).toISOString();
    expect((await snooze(timed, { until, orChange: false })).body.snooze).toMatchObject({
      until,
      orChange: false,
      by: { name: 'Ann Tester' },
    });
    expect((await snooze(changing, {})).body.snooze).toMatchObject({ until: null, orChange: true });
    expect(await named('state:snoozed')).toEqual(['Acme amount', 'Beta amount']);
    expect(await named('field:amount')).toEqual(['Corp amount']);
    for (const n of [0, 1]) await api.records.edit(links[n]!, { unit: 'amount', side: 'A', value: '7' });
    expect(await named('state:snoozed')).toEqual(['Acme amount']);
    await api.pools.general.query(`update review_item set snoozed_until = now() where state = 'snoozed'`);
    await job();
    expect(await named('field:amount')).toEqual(['Acme amount', 'Beta amount', 'Corp amount']);
  });

  it('follows what the engine says: it closes and reopens, and what people added stays', async () => {
    const { id } = await first('field:amount title:Corp');
    await send('POST', `/conflicts/${id}/claim`);
    await api.records.edit(links[2]!, { unit: 'amount', side: 'B', value: '5' });
    await api.pools.general.query(
      `update conflict set state = 'closed', close_reason = 'converged', closed_at = now(), rev = rev + 1 where id = $1`,
      [id.slice(3)],
    );
    const { items } = await list('state:closed closed:itself');
    expect(items).toMatchObject([{ id, state: 'closed', closeReason: 'converged', work: { claim: null } }]);
    expect((await send('POST', `/conflicts/${id}/claim`)).body.code).toBe('already-decided');
    await api.pools.general.query(
      `update conflict set state = 'open', close_reason = null, closed_at = null, rev = rev + 1 where id = $1`,
      [id.slice(3)],
    );
    expect((await list('reopened:yes')).items).toMatchObject([
      { id, state: 'open', reopened: 1, closeReason: null },
    ]);
  });

  it('gives each its due date by the rules of the file and an assignee in turn, and counts without counting', async () => {
    const rules = {
      sla: { high: '2h', normal: '1d' },
      assign: 'round-robin',
      queue: 'crm',
      priority: { amount: 'high' },
    };
    await api.pools.general.query(
      `insert into pipeline_revision (pipeline_id, revision, spec, source, hash, created_by) values ($1, 2, $2, '', 'h', 'test')`,
      [api.records.pipelineId, JSON.stringify({ spec: { review: rules } })],
    );
    await api.pools.general.query('update review_item set arranged_revision = 0');
    await api.pools.general.query('update pipeline set revision = 2');
    await job();
    const { items } = await list('queue:crm');
    for (const { openedAt, reopenedAt, priority, work } of items.filter(
      ({ work: { dueBy } }) => dueBy === 'rule',
    ))
      expect(Date.parse(work.dueAt!) - Date.parse(reopenedAt ?? openedAt)).toBe(
        (priority === 'high' ? 2 : 24) * 3_600_000,
      );
    const people = items.map(({ work }) => work.assignee!.name);
    expect(['Ann Tester', 'Bob', 'Cy'].map((name) => people.filter((one) => one === name).length)).toEqual([
      2, 2, 2,
    ]);
    const facets = await api.json<FacetsDto>('/conflicts/facets?filter=field:amount%20value:7');
    expect(facets).toMatchObject({
      total: 3,
      state: { open: 3 },
      unit: { amount: 3, email: 3 },
      priority: { high: 3 },
      pipeline: { companies: 3 },
      overdue: { count: 0, capped: false },
      ignored: ['value'],
    });
    expect(
      (await api.json<Body>('/pipelines/companies/reviewers')).items.map(
        ({ name }: { name: string }) => name,
      ),
    ).toEqual(['Ann Tester', 'Bob', 'Cy']);
  });

  it('has guards and halts beside conflicts, with what answers them', async () => {
    await api.pools.general.query(
      `insert into guard_trip (id, pipeline_id, side, kind, subject, count, most, linked, window_ms, sample)
       values (gen_random_uuid(), $1, 'A', 'deletes', '', 60, 20, 1000, 3600000, '[]')`,
      [api.records.pipelineId],
    );
    await api.pools.general.query(`update pipeline set state = 'halted', state_detail = 'CRM was restored'`);
    await api.pools.general.query(`update side_state set restored = 'ask' where side = 'A'`);
    const { items } = await list('kind:guard,halt');
    expect(items.map(({ kind, title, actions }) => [kind, title, actions.map(({ name }) => name)])).toEqual(
      expect.arrayContaining([
        ['guard', 'Many deletions in CRM', ['release', 'discard']],
        ['halt', 'companies is halted', ['give-back', 'take']],
      ]),
    );
    const [halt] = items.filter(({ kind }) => kind === 'halt');
    expect(await api.json(`/conflicts/${halt!.id}`)).toMatchObject({
      halt: { detail: 'CRM was restored', restored: ['A'] },
    });
    expect((await send('POST', `/conflicts/${halt!.id}/comments`, { text: 'asking them' })).status).toBe(201);
    // Stewards cannot answer them, so they are not offered any.
    expect((await send('POST', '/conflicts/next', { filter: 'kind:guard,halt' }, {}, bob)).status).toBe(204);
    expect((await send('POST', '/conflicts/next', { filter: 'kind:guard,halt' })).body.conflict.kind).toMatch(
      /guard|halt/,
    );
    await api.pools.general.query(`update pipeline set state = 'running', state_detail = null`);
    await api.pools.general.query(
      `update guard_trip set state = 'released', closed_at = now(), closed_by = 'Bob'`,
    );
    expect(await named('kind:guard,halt')).toEqual([]);
    const over = await list('state:closed kind:guard,halt');
    expect(over.items.map(({ closeReason }) => closeReason).sort()).toEqual(['released', 'resumed']);
  });
});
