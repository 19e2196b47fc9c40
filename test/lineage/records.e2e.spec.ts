import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LineageModule } from '../../src/lineage/lineage.module.js';
import type { RecordDto, RecordFieldDto, RecordPageDto } from '../../src/lineage/record.dto.js';
import { apiApp, type ApiApp } from '../support/review-app.js';

const dana = { kind: 'person', name: 'Dana Fox' } as const;

describe('records', () => {
  let api: ApiApp;
  let made = 0;

  beforeAll(async () => {
    api = await apiApp(LineageModule);
  });
  afterAll(() => api.close());

  async function record(values: Record<string, string | null> = {}): Promise<number> {
    made += 1;
    return api.records.agreed(
      { a: `A-${made}`, b: `B-${made}` },
      { name: `Company ${made}`, email: 'ann@x.com', ...values },
    );
  }

  const get = (link: number, query = ''): Promise<RecordDto> => api.json(`/records/rec_${link}${query}`);
  const fieldOf = (of: RecordDto, name: string): RecordFieldDto =>
    of.fields.find(({ field }) => field === name)!;
  async function status(path: string): Promise<string> {
    const response = await api.call(path);
    const { code, detail } = (await response.json()) as { code?: string; detail?: string };
    return `${response.status} ${code ?? ''} ${detail ?? ''}`.trim();
  }

  describe('a record', () => {
    it('shows every field with both sides, clocks, state and why', async () => {
      const link = await record();
      const shown = await get(link);
      expect(shown).toMatchObject({
        id: `rec_${link}`,
        pipeline: 'companies',
        title: `Company ${made}`,
        ids: { A: `A-${made}`, B: `B-${made}` },
        systems: { A: 'CRM', B: 'Support' },
        state: 'in-sync',
        conflicts: [],
        asOf: null,
      });
      expect(shown.fields.map(({ field }) => field)).toEqual([
        'name',
        'email',
        'notes',
        'tags',
        'amount',
        'code',
        'phone',
        'score',
        'address',
      ]);
      expect(fieldOf(shown, 'email')).toEqual({
        field: 'email',
        personal: false,
        value: 'ann@x.com',
        A: { value: 'ann@x.com', raw: 'ann@x.com', clock: { A: 1, B: 1, hub: 1 }, by: null, at: null },
        B: { value: 'ann@x.com', raw: 'ann@x.com', clock: { A: 1, B: 1, hub: 1 }, by: null, at: null },
        clock: { A: 1, B: 1, hub: 1 },
        state: 'in-sync',
        why: 'both had it when the records were linked',
      });
    });

    it('shows the old value of a side until the write to it is acknowledged, and when the write died', async () => {
      const link = await record();
      const batch = await api.records.flow(link, { unit: 'email', side: 'A', value: 'ann@y.com', by: dana });
      let email = fieldOf(await get(link), 'email');
      expect([email.state, email.value, email.A?.value, email.B?.value, email.B?.clock]).toEqual([
        'in-flight',
        'ann@y.com',
        'ann@y.com',
        'ann@x.com',
        { A: 1, B: 1, hub: 1 },
      ]);
      await api.records.receipt(batch, 'dead');
      email = fieldOf(await get(link), 'email');
      expect([email.state, email.B?.value]).toEqual(['in-flight', 'ann@x.com']);
      await api.records.receipt(batch);
      email = fieldOf(await get(link), 'email');
      expect([email.state, email.B?.value, email.why]).toEqual([
        'in-sync',
        'ann@y.com',
        'changed in CRM by Dana Fox',
      ]);
    });

    it('names conflicts, refusals and what differs by policy', async () => {
      const link = await record();
      await api.records.edit(
        link,
        { unit: 'email', side: 'A', value: 'y' },
        { unit: 'email', side: 'B', value: 'z' },
        { unit: 'score', side: 'B', value: '3' },
      );
      await api.pools.general.query(
        `insert into blocked_unit (link_id, unit, side, pipeline_id, code, detail) values ($1, 'name', 'B', $2, '22001', 'too long')`,
        [link, api.records.pipelineId],
      );
      const shown = await get(link);
      expect([shown.state, shown.conflicts.length]).toEqual(['conflict', 1]);
      expect(
        ['email', 'name', 'score', 'phone'].map((name) => `${name} ${fieldOf(shown, name).state}`),
      ).toEqual(['email conflict', 'name blocked', 'score diverged', 'phone in-sync']);
      expect(fieldOf(shown, 'email').why).toBe('CRM and Support both changed it, neither knew of the other');
      expect(fieldOf(shown, 'name').why).toBe('B refused it: too long');
    });

    it('is found by id of either system, also one it had before', async () => {
      const link = await record();
      await api.pools.general.query(
        `insert into link_alias (pipeline_id, side, ext_id, link_id) values ($1, 'A', 'old-id', $2)`,
        [api.records.pipelineId, link],
      );
      for (const [side, id] of [
        ['A', `A-${made}`],
        ['B', `B-${made}`],
        ['A', 'old-id'],
      ]) {
        expect(
          (await api.json<RecordDto>(`/records:lookup?pipeline=companies&side=${side!}&externalId=${id!}`))
            .id,
        ).toBe(`rec_${link}`);
      }
      expect(await status(`/records:lookup?pipeline=companies&side=B&externalId=old-id`)).toMatch(
        /^404 not-found No linked record of companies has the id "old-id" on side B/,
      );
      expect(await status(`/records:lookup?pipeline=nowhere&side=B&externalId=x`)).toMatch(/^404 not-found/);
      expect(await status(`/records:lookup?pipeline=companies&side=C&externalId=x`)).toMatch(/^422 invalid/);
    });

    it('has typed errors for what is not there', async () => {
      expect(await status('/records/rec_999999999')).toMatch(/^404 not-found/);
      expect(await status('/records/42')).toMatch(/^404 not-found/);
      expect(await status('/records/rec_99999999999999999999')).toMatch(/^404 not-found/);
      const link = await record();
      expect(await status(`/records/rec_${link}?asOf=yesterday`)).toMatch(/^422 invalid/);
      expect(await status(`/records/rec_${link}?asOf=2026-13-01T00:00:00Z`)).toMatch(/^422 invalid/);
      expect(await status(`/records/rec_${link}?asOf=2020-01-01T00:00:00Z`)).toMatch(
        /^404 not-found Nothing was known of rec_\d+ at 2020.*Its history begins at/,
      );
      expect(await status(`/records/rec_${link}/fields/colour/explanation`)).toMatch(
        /^404 not-found "colour" is no field of companies; there are name, email/,
      );
    });
  });

  describe('the list', () => {
    it('is paged in the order of linking and filtered by state', async () => {
      const links = [await record(), await record(), await record()];
      await api.records.edit(
        links[1]!,
        { unit: 'email', side: 'A', value: 'y' },
        { unit: 'email', side: 'B', value: 'z' },
      );
      const seen: string[] = [];
      for (let next: string | null = ''; next !== null;) {
        const page: RecordPageDto = await api.json(
          `/records?pipeline=companies&limit=2${next === '' ? '' : `&cursor=${next}`}`,
        );
        seen.push(...page.items.map(({ id }) => id));
        next = page.next;
      }
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.slice(-3)).toEqual(links.map((link) => `rec_${link}`));
      const conflicts = await api.json<RecordPageDto>('/records?state=conflict&limit=200');
      expect(conflicts.items.map(({ id }) => id)).toContain(`rec_${links[1]!}`);
      expect(
        conflicts.items.every(({ state, conflicts: open }) => state === 'conflict' && open.length > 0),
      ).toBe(true);
      const quiet = await api.json<RecordPageDto>('/records?state=in-sync&limit=200');
      expect(quiet.items.map(({ id }) => id)).not.toContain(`rec_${links[1]!}`);
      expect(quiet.items.every(({ state }) => state === 'in-sync')).toBe(true);
    });

    it('finds by our id, by an id of theirs, and by the exact name, and says what it searched', async () => {
      const link = await record({ name: 'Müller & Söhne' });
      for (const q of [`rec_${link}`, `A-${made}`, `B-${made}`, 'Müller & Söhne']) {
        const page = await api.json<RecordPageDto>(`/records?q=${encodeURIComponent(q)}`);
        expect(page.items.map(({ id }) => id)).toEqual([`rec_${link}`]);
        expect(page.searched).toBe(
          'our ids, the ids of both systems (earlier ones too), and records whose name is exactly this, to the last record',
        );
      }
      expect((await api.json<RecordPageDto>('/records?q=M%C3%BCller')).items).toEqual([]);
    });

    it('tells what differs by policy from what is on its way', async () => {
      const [differs, flows] = [await record(), await record()];
      await api.records.edit(differs, { unit: 'score', side: 'B', value: '3' });
      await api.records.edit(flows, { unit: 'name', side: 'A', value: 'New' });
      const states = (await api.json<RecordPageDto>('/records?limit=200')).items.filter(
        ({ id }) => id === `rec_${differs}` || id === `rec_${flows}`,
      );
      expect(states.map(({ state }) => state)).toEqual(['diverged', 'in-flight']);
    });

    it('refuses a cursor of another filter', async () => {
      const { next } = await api.json<RecordPageDto>('/records?limit=1');
      expect(await status(`/records?limit=1&state=conflict&cursor=${next!}`)).toMatch(/^400 malformed/);
      expect(await status('/records?limit=0')).toMatch(/^422 invalid/);
    });
  });
});
