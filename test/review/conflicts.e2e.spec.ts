import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ConflictDto, ConflictPageDto } from '../../src/review/conflict.dto.js';
import { ReviewModule } from '../../src/review/review.module.js';
import { apiApp, type ApiApp } from '../support/review-app.js';

describe('the conflict queue', () => {
  let api: ApiApp;
  let link: number;
  const at = Date.parse('2026-01-12T10:00:00Z');

  beforeAll(async () => {
    api = await apiApp(ReviewModule);
    link = await api.records.agreed(
      { a: 'A-1', b: 'B-1' },
      {
        name: 'Ann Lee',
        email: 'ann@x.com',
        notes: 'one\ntwo\nthree\n',
        tags: ['new', 'vip'],
        address: { street: 'High St 1', city: 'York' },
        phone: '1',
      },
    );
    await api.records.edit(
      link,
      { unit: 'email', side: 'A', value: 'ann@y.com', by: { kind: 'person', name: 'Dana Fox' }, at },
      {
        unit: 'email',
        side: 'B',
        value: 'ann@z.com',
        by: { kind: 'integration', name: 'billing-api' },
        at: at + 3_000,
      },
      { unit: 'notes', side: 'A', value: 'ONE\ntwo\nthree\n' },
      { unit: 'notes', side: 'B', value: 'one\ntwo\nTHREE\n' },
      { unit: 'tags', side: 'A', value: ['new', 'vip', 'eu'] },
      { unit: 'tags', side: 'B', value: ['vip'] },
      { unit: 'address', side: 'A', value: { street: 'Low St 2', city: 'York' } },
      { unit: 'address', side: 'B', value: { street: 'High St 1', city: 'Leeds' } },
      { unit: 'phone', side: 'A', value: '2' },
      { unit: 'amount', side: 'A', value: '5' },
      { unit: 'amount', side: 'B', value: '6' },
    );
    await api.records.edit(link, { unit: '$life', side: 'A', value: 'deleted' });
  });
  afterAll(() => api.close());

  async function conflictOn(unit: string): Promise<ConflictDto> {
    const { items } = await api.json<ConflictPageDto>(`/conflicts?unit=${encodeURIComponent(unit)}`);
    return api.json(`/conflicts/${items[0]!.id}`);
  }

  it('shows base, both candidates with author, time and clock, and what each choice writes', async () => {
    const conflict = await conflictOn('email');
    expect(conflict).toMatchObject({
      pipeline: 'companies',
      record: `rec_${link}`,
      unit: 'email',
      kind: 'value',
      state: 'open',
      rev: 1,
      priority: 'normal',
      base: { value: 'ann@x.com' },
      candidates: [
        {
          key: 'a',
          side: 'A',
          label: 'CRM',
          value: 'ann@y.com',
          raw: 'ann@y.com',
          clock: { A: 2, B: 1, hub: 1 },
          by: { kind: 'person', name: 'Dana Fox' },
          at: { from: '2026-01-12T10:00:00.000Z', to: '2026-01-12T10:00:00.000Z' },
        },
        {
          key: 'b',
          side: 'B',
          label: 'Support',
          value: 'ann@z.com',
          clock: { A: 1, B: 2, hub: 1 },
          by: { kind: 'integration', name: 'billing-api' },
        },
      ],
      recordIds: { A: 'A-1', B: 'B-1' },
      systems: { A: 'CRM', B: 'Support' },
      effects: {
        a: 'writes email to Support (1 field); nothing written to CRM',
        b: 'writes email to CRM (1 field); nothing written to Support',
        base: 'writes email to CRM (1 field); writes email to Support (1 field)',
      },
      merged: null,
      decisions: [],
    });
    expect(conflict.why).toContain('a person decides when both sides change it');
    expect(conflict.others.map(({ unit }) => unit)).toEqual(
      expect.arrayContaining(['notes', 'tags', 'address']),
    );
  });

  it('offers a clean three-way merge by the type of the field, and none where there is none', async () => {
    expect((await conflictOn('notes')).merged).toEqual({ value: 'ONE\ntwo\nTHREE\n' });
    expect((await conflictOn('tags')).merged).toEqual({ value: ['eu', 'vip'] });
    expect((await conflictOn('address')).merged).toBeNull();
    expect((await conflictOn('amount')).merged).toBeNull();
  });

  it('counts the fields of a group in the effect', async () => {
    expect((await conflictOn('address')).effects.a).toBe(
      'writes address to Support (2 fields); nothing written to CRM',
    );
  });

  it('shows what the owner holds as that side, though it did not move', async () => {
    const conflict = await conflictOn('phone');
    expect(conflict.kind).toBe('foreign-edit');
    expect(conflict.candidates.map(({ key, label, value }) => ({ key, label, value }))).toEqual([
      { key: 'a', label: 'CRM', value: '2' },
      { key: 'b', label: 'Support', value: '1' },
    ]);
    expect(conflict.effects).toMatchObject({
      b: 'writes phone to CRM (1 field); nothing written to Support',
    });
  });

  it('says a delete in words', async () => {
    const conflict = await conflictOn('$life');
    expect(conflict.candidates.map(({ label, value }) => `${label}: ${JSON.stringify(value)}`)).toEqual([
      'deleted in CRM: "deleted"',
      'kept in Support: "live"',
    ]);
    expect(conflict.effects).toMatchObject({
      a: 'deletes the record in Support; nothing written to CRM',
      b: 'makes the record again in CRM; nothing written to Support',
    });
    expect(conflict.policy).toMatchObject({ sentence: expect.stringContaining('deleted in CRM: review') });
  });

  it('answers with a strong ETag that names what was shown and is never cached', async () => {
    const { id } = await conflictOn('email');
    const { headers } = await api.call(`/conflicts/${id}`);
    expect([headers.get('etag'), headers.get('cache-control')]).toEqual(['"1-open"', 'no-store']);
  });

  it('is paged by a cursor that holds while new conflicts come in, urgent ones first', async () => {
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: ConflictPageDto = await api.json(
        `/conflicts?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map(({ unit }) => unit));
      cursor = page.next;
      if (seen.length === 2) {
        const other = await api.records.agreed({ a: 'A-2', b: 'B-2' }, { name: 'Bo' });
        await api.records.edit(
          other,
          { unit: 'name', side: 'A', value: 'Bob' },
          { unit: 'name', side: 'B', value: 'Bobby' },
        );
      }
    }
    expect(seen[0]).toBe('amount');
    expect([...seen].sort()).toEqual(
      ['$life', 'address', 'amount', 'email', 'name', 'notes', 'phone', 'tags'].sort(),
    );
  });

  it('refuses a cursor with another filter, one that was changed, and a limit out of bounds', async () => {
    const { next } = await api.json<ConflictPageDto>('/conflicts?limit=1');
    const status = async (query: string): Promise<string> => {
      const response = await api.call(`/conflicts?${query}`);
      return `${response.status} ${((await response.json()) as { code?: string }).code ?? ''}`;
    };
    expect(await status(`limit=1&cursor=${next!}`)).toBe('200 ');
    expect(await status(`limit=1&unit=email&cursor=${next!}`)).toBe('400 malformed');
    expect(await status(`limit=1&cursor=${next!.slice(0, -2)}AA`)).toBe('400 malformed');
    expect(await status('limit=201')).toBe('422 invalid');
    expect(await status('state=gone')).toBe('422 invalid');
    expect(await status('colour=red')).toBe('422 invalid');
    expect(await status('pipeline=nowhere')).toBe('404 not-found');
    expect(await status('record=rec_x')).toBe('422 invalid');
  });

  it('is filtered by state, unit, record and pipeline', async () => {
    const count = async (query: string): Promise<number> =>
      (await api.json<ConflictPageDto>(`/conflicts?${query}`)).items.length;
    expect(await count('state=closed')).toBe(0);
    expect(await count('state=held')).toBe(0);
    expect(await count(`record=rec_${link}&unit=email`)).toBe(1);
    expect(await count('pipeline=companies&unit=tags&state=open')).toBe(1);
    expect(await count('record=rec_999999')).toBe(0);
  });

  it('has typed errors for ids that name nothing', async () => {
    for (const id of ['cf_0', 'x', 'cf_01990000-0000-7000-8000-000000000000']) {
      const response = await api.call(`/conflicts/${id}`);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ code: 'not-found' });
    }
  });
});
