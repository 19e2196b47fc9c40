import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConflictDto } from '../../src/review/conflict.dto.js';
import { ReviewModule } from '../../src/review/review.module.js';
import type { Body } from '../access/body.js';
import { apiApp, type ApiApp } from '../support/review-app.js';

describe('all of a record at once', () => {
  let api: ApiApp;
  let link: number;
  let conflicts: ConflictDto[];
  beforeAll(async () => {
    api = await apiApp(ReviewModule, undefined, '10m');
  });
  afterAll(() => api.close());

  beforeEach(async () => {
    const id = String(Math.random());
    link = await api.records.agreed({ a: id, b: id }, { email: 'x', notes: 'n', tags: [] });
    await api.records.edit(
      link,
      ...(['A', 'B'] as const).flatMap((side) => [
        { unit: 'email', side, value: `${side}@x.org` },
        { unit: 'notes', side, value: side },
      ]),
    );
    conflicts = await shown();
  });

  const shown = async (): Promise<ConflictDto[]> =>
    (await api.json<{ items: ConflictDto[] }>(`/conflicts?record=rec_${String(link)}`)).items;
  const post = async (
    path: string,
    body: object = {},
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: Body }> => {
    const response = await api.call(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  };
  const decide = (decisions: object[], headers = {}): ReturnType<typeof post> =>
    post(`/records/rec_${String(link)}/decisions`, { decisions, note: 'by phone' }, headers);
  const all = (take: string): object[] => conflicts.map(({ id, etag }) => ({ conflict: id, etag, take }));
  const states = async (): Promise<string[]> => (await shown()).map(({ state }) => state);

  it('is decided as one, once for each key, and taken back as one', async () => {
    const made = await decide(all('a'), { 'idempotency-key': `k-${String(link)}` });
    expect([made.status, made.body.decisions]).toMatchObject([
      201,
      [{ take: 'a', note: 'by phone', together: 2 }, { take: 'a' }],
    ]);
    expect((await decide(all('a'), { 'idempotency-key': `k-${String(link)}` })).body).toEqual(made.body);
    expect(await states()).toEqual(['held', 'held']);
    const [first] = made.body.decisions;
    expect((await api.json<Body>(`/conflicts/${first.conflict}`)).decisions).toMatchObject([{ together: 2 }]);
    const undone = await post(`/decisions/${first.id}/undo-all`);
    expect([undone.status, undone.body.decisions.map(({ outcome }: Body) => outcome)]).toEqual([
      200,
      ['undone', 'undone'],
    ]);
    expect(await states()).toEqual(['open', 'open']);
  });

  it('is left alone wholly when one conflict has moved, is new, or cannot be decided so', async () => {
    const missing = await decide(all('a').slice(1));
    expect([missing.status, missing.body]).toMatchObject([412, { code: 'stale', moved: [conflicts[0]!.id] }]);
    const impossible = await decide([...all('a').slice(0, 1), { ...all('a')[1], take: 'merged' }]);
    expect([impossible.status, impossible.body.errors[0].pointer]).toEqual([422, '/decisions/1/take']);
    await api.records.edit(link, { unit: 'notes', side: 'B', value: 'newer' });
    const moved = await decide(all('a'));
    const notes = conflicts.find(({ unit }) => unit === 'notes')!.id;
    expect([moved.status, moved.body.moved, moved.body.current.length]).toEqual([412, [notes], 2]);
    expect(await states()).toEqual(['open', 'open']);
    const { rows } = await api.pools.general.query('select from decision where link_id = $1', [link]);
    expect(rows).toHaveLength(0);
  });

  it('is made again after it was taken back, of what is shown then', async () => {
    const [conflict] = conflicts as [ConflictDto];
    const tag = { 'if-match': conflict.etag };
    const made = await post(`/conflicts/${conflict.id}/decisions`, { take: 'b', note: 'why' }, tag);
    expect((await post(`/decisions/${made.body.id}/redo`, {}, tag)).body.code).toBe('already-decided');
    await post(`/decisions/${made.body.id}/undo`, {}, { 'idempotency-key': `u-${String(link)}` });
    const redone = await post(`/decisions/${made.body.id}/redo`, {}, tag);
    expect([redone.status, redone.body]).toMatchObject([
      201,
      { take: 'b', value: made.body.value, note: 'why', redoOf: made.body.id, outcome: 'held' },
    ]);
    await post(`/decisions/${redone.body.id}/undo`);
    await api.records.edit(link, { unit: conflict.unit, side: 'B', value: 'elsewhere' });
    const stale = await post(`/decisions/${redone.body.id}/redo`, {}, tag);
    expect([stale.status, stale.body.changed]).toEqual([412, ['values']]);
    const now = (await shown()).find(({ id }) => id === conflict.id)!;
    // B has another value now: what was chosen then is chosen as a value.
    const again = await post(`/decisions/${redone.body.id}/redo`, {}, { 'if-match': now.etag });
    expect(again.body).toMatchObject({ take: 'value', value: made.body.value });
  });
});
