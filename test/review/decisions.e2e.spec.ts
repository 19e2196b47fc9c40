import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { stableStringify, type Json } from '../../src/core/value.js';
import type { ConflictDto, ConflictPageDto } from '../../src/review/conflict.dto.js';
import type { DecisionDto } from '../../src/review/decision.dto.js';
import { ReviewModule } from '../../src/review/review.module.js';
import { apiApp, type ApiApp } from '../support/review-app.js';

interface Shown {
  readonly conflict: ConflictDto;
  readonly etag: string;
}

interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly current?: ConflictDto;
  readonly errors?: readonly { readonly pointer: string; readonly code: string; readonly detail: string }[];
}

describe('a decision', () => {
  let api: ApiApp;
  let link: number;
  let made = 0;

  beforeAll(async () => {
    api = await apiApp(ReviewModule, undefined, '10m');
  });
  afterAll(() => api.close());
  beforeEach(async () => {
    made += 1;
    link = await api.records.agreed(
      { a: `A-${made}`, b: `B-${made}` },
      {
        name: 'Ann',
        email: 'ann@x.com',
        amount: '1',
        code: 'abc',
        phone: '1',
        address: { street: 'High St 1', city: 'York' },
      },
    );
  });

  async function disagree(unit: string, a: Json, b: Json): Promise<Shown> {
    await api.records.edit(link, { unit, side: 'A', value: a }, { unit, side: 'B', value: b });
    return show(unit);
  }

  async function show(unit: string, state = 'open'): Promise<Shown> {
    const { items } = await api.json<ConflictPageDto>(
      `/conflicts?record=rec_${link}&state=${state}&unit=${encodeURIComponent(unit)}`,
    );
    expect(items).toHaveLength(1);
    const response = await api.call(`/conflicts/${items[0]!.id}`);
    return { conflict: (await response.json()) as ConflictDto, etag: response.headers.get('etag')! };
  }

  function post(
    { conflict, etag }: Shown,
    body: Json,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    return api.call(`/conflicts/${conflict.id}/decisions`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', 'if-match': etag, ...headers },
    });
  }

  async function decided(shown: Shown, body: Json): Promise<DecisionDto> {
    const response = await post(shown, body);
    expect(response.status).toBe(201);
    return (await response.json()) as DecisionDto;
  }

  async function refused(
    shown: Shown,
    body: Json,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const response = await post(shown, body, headers);
    const problem = (await response.json()) as Problem;
    return `${response.status} ${problem.code}: ${problem.detail}`;
  }

  const undo = (id: string): Promise<Response> => api.call(`/decisions/${id}/undo`, { method: 'POST' });

  const one = async <T>(sql: string, values: readonly unknown[]): Promise<T | undefined> =>
    (await api.pools.general.query(sql, [...values])).rows[0] as T | undefined;

  it('sets the register with what was shown, holds the conflict, and asks the engine to come when it can no longer be undone', async () => {
    const shown = await disagree('email', 'ann@y.com', 'ann@z.com');
    const decision = await decided(shown, { take: 'b', note: 'she told me' });
    expect(decision).toMatchObject({
      conflict: shown.conflict.id,
      take: 'b',
      value: 'ann@z.com',
      by: 'Ann Tester',
      outcome: 'held',
      note: 'she told me',
    });
    expect(Date.parse(decision.undoUntil) - Date.parse(decision.at)).toBe(600_000);

    const unit = await api.records.registers(link, 'email');
    expect(unit.decision).toMatchObject({
      value: 'ann@z.com',
      dot: { actor: 'H', n: 2 },
      ctx: [2, 2, 1, 0],
      dueAt: Date.parse(decision.undoUntil),
    });
    expect(unit.head.value).toBe('ann@x.com');
    expect(
      await one(
        'select extract(epoch from due_at)::float8 * 1000 as due, reason from push_due where link_id = $1',
        [link],
      ),
    ).toEqual({
      due: Date.parse(decision.undoUntil),
      reason: 'decision',
    });
    expect((await show('email', 'held')).conflict.decisions).toEqual([decision]);
    const row = await one<{ kind: string; units: unknown; actor: unknown; conflict: string }>(
      `select kind, units, actor, 'cf_' || conflict_id as conflict from lineage where link_id = $1 order by id desc limit 1`,
      [link],
    );
    expect(row).toMatchObject({
      kind: 'decided',
      conflict: shown.conflict.id,
      actor: { kind: 'person', name: 'Ann Tester' },
      units: { email: { o: 'ann@x.com', v: 'ann@z.com', d: 'H2', k: 'decided' } },
    });
  });

  it('tells the engine and the screens when it commits', async () => {
    const shown = await disagree('email', 'y', 'z');
    const client = new Client({ connectionString: api.database.url });
    await client.connect();
    const heard: string[] = [];
    client.on('notification', ({ channel, payload }) => heard.push(`${channel} ${payload ?? ''}`));
    await client.query('listen accord_wake; listen accord_events');
    const { id } = await decided(shown, { take: 'a' });
    await client.query('select 1');
    await client.end();
    expect(heard).toEqual([
      `accord_wake ${api.records.pipelineId}`,
      `accord_events {"type":"conflict","id":"${shown.conflict.id}"}`,
      `accord_events {"type":"decision","id":"${id}"}`,
    ]);
  });

  it('must say which version it is about, and that one must be what is there', async () => {
    const shown = await disagree('email', 'y', 'z');
    const bare = await api.call(`/conflicts/${shown.conflict.id}/decisions`, {
      method: 'POST',
      body: '{"take":"a"}',
      headers: { 'content-type': 'application/json' },
    });
    expect([bare.status, ((await bare.json()) as Problem).code]).toEqual([428, 'precondition-required']);
    expect(await refused({ ...shown, etag: '*' }, { take: 'a' })).toMatch(/^428 /);

    await api.records.edit(link, { unit: 'email', side: 'A', value: 'y2' });
    const response = await post(shown, { take: 'a' });
    const problem = (await response.json()) as Problem;
    expect([response.status, problem.code, response.headers.get('etag')]).toEqual([412, 'stale', '"2-open"']);
    expect(problem.current).toMatchObject({
      id: shown.conflict.id,
      rev: 2,
      candidates: [{ key: 'a', value: 'y2' }, { key: 'b' }],
    });
    expect((await api.records.registers(link, 'email')).decision).toBeNull();
    await decided({ ...shown, etag: response.headers.get('etag')! }, { take: 'a' });
  });

  it('is not hindered by edits of other fields, and keeps them', async () => {
    const shown = await disagree('email', 'y', 'z');
    await api.records.edit(link, { unit: 'name', side: 'A', value: 'Anna' });
    await decided(shown, { take: 'a' });
    expect((await api.records.registers(link, 'name')).A.value).toBe('Anna');
  });

  it('cannot be made twice', async () => {
    const shown = await disagree('email', 'y', 'z');
    await decided(shown, { take: 'a' });
    expect(await refused(shown, { take: 'b' })).toMatch(/^412 stale/);
    expect(await refused({ ...shown, etag: '"1-held"' }, { take: 'b' })).toMatch(
      /^409 already-decided: It was decided; undo/,
    );
  });

  it('under one Idempotency-Key happens once, however often and how much at once it is sent', async () => {
    const shown = await disagree('email', 'y', 'z');
    const key = { 'idempotency-key': `key-${made}` };
    const answers = await Promise.all(Array.from({ length: 6 }, () => post(shown, { take: 'a' }, key)));
    const bodies = await Promise.all(answers.map(async (answer) => [answer.status, await answer.json()]));
    expect(bodies.every(([status]) => status === 201)).toBe(true);
    expect(new Set(bodies.map((body) => stableStringify(body as Json))).size).toBe(1);
    expect(await one('select count(*) as n from decision where link_id = $1', [link])).toEqual({ n: 1 });
    expect(await refused(shown, { take: 'b' }, key)).toMatch(/^422 key-reused/);
    expect(await refused(shown, { take: 'b' }, { 'idempotency-key': 'with space' })).toMatch(/^422 invalid/);
  });

  it('that failed leaves its Idempotency-Key free', async () => {
    const shown = await disagree('email', 'y', 'z');
    const key = { 'idempotency-key': `again-${made}` };
    expect(await refused({ ...shown, etag: '"9-open"' }, { take: 'a' }, key)).toMatch(/^412/);
    expect((await post(shown, { take: 'a' }, key)).status).toBe(201);
  });

  describe('on a typed value', () => {
    it('takes it in canonical form', async () => {
      const shown = await disagree('amount', '5', '6');
      expect(await decided(shown, { take: 'value', value: '5.50' })).toMatchObject({ value: '5.5' });
    });

    it('may clear the field', async () => {
      expect(await decided(await disagree('email', 'y', 'z'), { take: 'value', value: null })).toMatchObject({
        value: null,
      });
    });

    it('names the field and what was expected when it is not of the type', async () => {
      const shown = await disagree('amount', '5', '6');
      expect(await refused(shown, { take: 'value', value: 'five' })).toBe(
        '422 invalid: /value: amount: expected a decimal number, found "five"',
      );
      expect(await refused(shown, { take: 'value' })).toMatch(/^422 invalid: \/value: is missing/);
      expect(await refused(shown, { take: 'a', value: 1 })).toMatch(
        /^422 invalid: \/value: is only for take: value/,
      );
      expect(await refused(shown, { take: 'mine' })).toMatch(/^422 invalid: \/take/);
      expect(await refused(await disagree('name', 'x', 'y'), { take: 'value', value: 'a\0b' })).toMatch(
        /expected text without NUL/,
      );
    });

    it('names the side that would not keep it', async () => {
      const shown = await disagree('code', 'abd', 'abe');
      expect(await refused(shown, { take: 'value', value: 'abcdefg' })).toBe(
        '422 invalid: /value: code: Support would not keep it as typed',
      );
      await decided(shown, { take: 'value', value: 'abcde' });
    });

    it('wants a group whole', async () => {
      const shown = await disagree(
        'address',
        { street: 'Low St 2', city: 'York' },
        { street: 'High St 1', city: 'Leeds' },
      );
      expect(await refused(shown, { take: 'value', value: { street: 'Low St 2', zip: '1' } })).toMatch(
        /\/value\/city: is missing.*\/value\/zip: is not part of address/,
      );
      expect(await refused(shown, { take: 'value', value: 'Low St' })).toMatch(
        /expected an object with street, city/,
      );
      expect(
        await decided(shown, { take: 'value', value: { street: 'Low St 2', city: 'Leeds' } }),
      ).toMatchObject({ value: { street: 'Low St 2', city: 'Leeds' } });
    });
  });

  it('takes base, a clean merge, or the side that did not move, and nothing that was not offered', async () => {
    expect(await decided(await disagree('email', 'y', 'z'), { take: 'base' })).toMatchObject({
      value: 'ann@x.com',
    });
    const notes = await disagree('notes', 'mine', 'yours');
    expect(await refused(notes, { take: 'merged' })).toMatch(/^422 invalid: \/take: there is no clean merge/);
    await api.records.edit(link, { unit: 'phone', side: 'A', value: '2' });
    expect(await decided(await show('phone'), { take: 'b' })).toMatchObject({ value: '1' });
  });

  it('on a deleted record keeps or deletes it', async () => {
    await api.records.edit(link, { unit: '$life', side: 'A', value: 'deleted' });
    const shown = await show('$life');
    expect(await refused(shown, { take: 'value', value: 'undead' })).toMatch(
      /expected "live" \(keep the record\) or "deleted"/,
    );
    expect(await decided(shown, { take: 'b' })).toMatchObject({ value: 'live' });
  });

  it('taken back while it is held leaves no trace but its history', async () => {
    const shown = await disagree('email', 'y', 'z');
    const { id } = await decided(shown, { take: 'a' });
    const response = await undo(id);
    expect([response.status, ((await response.json()) as DecisionDto).outcome]).toEqual([200, 'undone']);
    expect((await undo(id)).status).toBe(200);
    const { conflict, etag } = await show('email');
    expect([conflict.id, etag]).toEqual([shown.conflict.id, '"1-open"']);
    const unit = await api.records.registers(link, 'email');
    expect([unit.decision, unit.tick[2]]).toEqual([null, 2]);
    expect(await one('select kind from lineage where link_id = $1 order by id desc limit 1', [link])).toEqual(
      { kind: 'undone' },
    );
    expect(
      await one('select due_at <= clock_timestamp() as due from push_due where link_id = $1', [link]),
    ).toEqual({ due: true });
    expect(await decided({ conflict, etag }, { take: 'b' })).toMatchObject({ value: 'z' });
    expect((await api.records.registers(link, 'email')).decision?.dot).toEqual({ actor: 'H', n: 3 });
  });

  it('taken back after it was written puts the question again, and each side gets back what it had', async () => {
    const shown = await disagree('email', 'y', 'z');
    const { id } = await decided(shown, { take: 'a' });
    await api.records.settle(link, 'email', Date.now() + 3_600_000);
    expect((await api.records.registers(link, 'email')).head.value).toBe('y');
    const response = await undo(id);
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({
      outcome: 'undone',
      undone: { A: 'as-it-was', B: 'given-back' },
    });
    const again = await show('email');
    const same = ({ candidates }: ConflictDto): Json => candidates.map(({ key, value }) => ({ key, value }));
    expect([again.conflict.id, again.conflict.kind, same(again.conflict), again.conflict.base]).toEqual([
      shown.conflict.id,
      'undone',
      same(shown.conflict),
      shown.conflict.base,
    ]);
    expect(again.conflict.reason).toBe(
      'Ann Tester took the decision back: CRM has what it had, Support gets back what it had',
    );
    await api.records.settle(link, 'email');
    const given = await api.records.registers(link, 'email');
    expect([given.A.value, given.B.value, given.head.value]).toEqual(['y', 'z', 'y']);
    expect((await show('email')).etag).toBe(again.etag);
    await decided(again, { take: 'b' });
    await api.records.settle(link, 'email', Date.now() + 3_600_000);
    const unit = await api.records.registers(link, 'email');
    expect([unit.head.value, unit.contest, unit.decision]).toEqual(['z', null, null]);
  });

  it('taken back after it was written shows what a side has had since as its newer value', async () => {
    await api.records.edit(link, { unit: 'phone', side: 'A', value: '2' });
    const { id } = await decided(await show('phone'), { take: 'a' });
    await api.records.settle(link, 'phone', Date.now() + 3_600_000);
    await api.records.edit(link, { unit: 'phone', side: 'B', value: '3' });
    expect((await undo(id)).status).toBe(202);
    expect(
      (await show('phone')).conflict.candidates.map(({ key, value }) => `${key} ${JSON.stringify(value)}`),
    ).toEqual(['a "2"', 'b "3"', 'recovered "1"']);
  });

  it('that a later one has replaced cannot be taken back before that one', async () => {
    const first = await decided(await disagree('email', 'y', 'z'), { take: 'a' });
    await api.records.settle(link, 'email', Date.now() + 3_600_000);
    const second = await decided(await disagree('email', 'y3', 'z3'), { take: 'b' });
    await api.records.settle(link, 'email', Date.now() + 3_600_000);
    const response = await undo(first.id);
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ code: 'not-undoable', decision: second.id });
    expect((await undo(second.id)).status).toBe(202);
    // The first is free then; each side gets back what it had before that one.
    expect((await undo(first.id)).status).toBe(202);
    await api.records.settle(link, 'email');
    const unit = await api.records.registers(link, 'email');
    expect([unit.A.value, unit.B.value]).toEqual(['y3', 'z3']);
  });

  it('that the values had outrun is shown as a choice, and a new one replaces it', async () => {
    const { id } = await decided(await disagree('email', 'y', 'z'), { take: 'b' });
    await api.records.edit(link, { unit: 'email', side: 'A', value: 'y2' });
    const stale = await show('email');
    expect(stale.conflict).toMatchObject({
      kind: 'stale-decision',
      candidates: [
        { key: 'a', value: 'y2' },
        { key: 'b', value: 'z' },
        { key: 'decision', label: 'decided earlier by Ann Tester', value: 'z' },
      ],
    });
    await decided(stale, { take: 'a' });
    const { conflict } = await show('email', 'held');
    expect(
      conflict.decisions.map(({ id: of, outcome }) => `${of === id ? 'first' : 'second'} ${outcome}`),
    ).toEqual(['first stale', 'second held']);
  });

  it('has typed errors for what names nothing', async () => {
    expect((await undo('dec_1')).status).toBe(404);
    expect((await undo('dec_01990000-0000-7000-8000-000000000000')).status).toBe(404);
  });
});
