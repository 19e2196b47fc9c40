import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LineageModule } from '../../src/lineage/lineage.module.js';
import type { ExplanationDto, LineageEntryDto, LineagePageDto } from '../../src/lineage/lineage.dto.js';
import type { RecordDto, RecordFieldDto } from '../../src/lineage/record.dto.js';
import { unitsAt } from '../../src/lineage/record-as-of.js';
import { registersAt } from '../../src/database/sql/lineage/unit-events.js';
import { run } from '../../src/database/sql/statement.js';
import { decide } from '../../src/core/decide.js';
import { readCandidates } from '../../src/core/conflict-at-rest.js';
import { apiApp, type ApiApp } from '../support/review-app.js';

const dana = { kind: 'person', name: 'Dana Fox' } as const;

describe('the history of records', () => {
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
  const history = async (link: number, query = ''): Promise<readonly LineageEntryDto[]> =>
    (await api.json<LineagePageDto>(`/records/rec_${link}/lineage${query}`)).items;
  const explain = (link: number, field: string): Promise<ExplanationDto> =>
    api.json(`/records/rec_${link}/fields/${field}/explanation`);
  const now = async (): Promise<string> =>
    (await api.pools.general.query<{ t: Date }>('select clock_timestamp() as t')).rows[0]!.t.toISOString();
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

  /** What a steward's decision does to the registers, without the API of decisions, which another feature serves. */
  async function decideFor(link: number, unit: string, take: 'a' | 'b'): Promise<string> {
    const { rows } = await api.pools.general.query<{ id: string; candidates: never; base: never }>(
      'select id, candidates, base from conflict where link_id = $1 and unit = $2',
      [link, unit],
    );
    const shown = readCandidates(rows[0]!.candidates, rows[0]!.base);
    const registers = await api.records.registers(link, unit);
    const id = '01990000-0000-7000-8000-00000000000' + String(made % 10);
    const next = decide(registers, {
      id,
      value: shown.find(({ key }) => key === take)!.value,
      shown: [...shown, registers.head],
      by: dana,
      dueAt: 0,
    });
    await api.records.put(link, unit, next);
    await api.records.settle(link, unit);
    return id;
  }

  describe('the history', () => {
    it('has an entry for each field and cause, and one for each write that a side acknowledged', async () => {
      const link = await record();
      const batch = await api.records.flow(link, {
        unit: 'email',
        side: 'A',
        value: 'ann@y.com',
        by: dana,
        at: Date.parse('2026-01-12T10:00:00Z'),
      });
      expect((await history(link, '?field=email')).map(({ kind }) => kind)).toEqual(['observed', 'linked']);
      await api.records.receipt(batch);
      const [written, observed, linked] = await history(link, '?field=email');
      expect(written).toMatchObject({
        kind: 'written',
        side: 'B',
        after: 'ann@y.com',
        clock: { A: 2, B: 1, hub: 1 },
        cause: { batch: String(batch) },
      });
      expect(observed).toMatchObject({
        record: `rec_${link}`,
        field: 'email',
        kind: 'observed',
        how: 'forward',
        side: 'A',
        occurredAt: '2026-01-12T10:00:00.000Z',
        actor: dana,
        before: 'ann@x.com',
        after: 'ann@y.com',
        cause: { tx: '711', revision: 1 },
      });
      expect(written!.id).toBe(`${observed!.id}-B`);
      expect(linked).toMatchObject({
        kind: 'linked',
        after: 'ann@x.com',
        why: 'both had it when the records were linked',
      });
    });

    it('has no entry for a write that missed this record, whether the receipt is still kept or only told', async () => {
      const [hit, missed] = [await record(), await record()];
      const batch = await api.records.flow(missed, { unit: 'email', side: 'A', value: 'y' });
      await api.records.receipt(batch, 'acked', [{ index: 0, kind: 'missed', current: {} }]);
      expect((await history(missed, '?field=email')).map(({ kind }) => kind)).toEqual(['observed', 'linked']);
      expect(fieldOf(await get(missed, `?asOf=${await now()}`), 'email').B?.value).toBe('ann@x.com');

      await api.pools.general.query(
        `insert into lineage (link_id, pipeline_id, kind, side, revision, batch_b, units) values ($1, $2, 'receipt', 'B', 1, $3, '{"email":{"k":"missed"}}')`,
        [missed, api.records.pipelineId, batch],
      );
      await api.pools.general.query(
        `update attempt_batch set payload = null, exceptions = null where id = $1`,
        [batch],
      );
      expect((await history(missed, '?field=email')).map(({ kind }) => kind)).toEqual([
        'missed',
        'observed',
        'linked',
      ]);

      const normalised = await api.records.flow(hit, { unit: 'email', side: 'A', value: 'y' });
      await api.records.receipt(normalised, 'acked', [{ index: 0, kind: 'normalised', after: {}, also: {} }]);
      expect((await history(hit, '?field=email')).map(({ kind }) => kind)).toEqual([
        'written',
        'observed',
        'linked',
      ]);
    });

    it('is paged without gaps or repeats', async () => {
      const link = await record();
      for (let n = 0; n < 5; n++)
        await api.records.receipt(
          await api.records.flow(link, { unit: n % 2 === 0 ? 'email' : 'notes', side: 'A', value: `v${n}` }),
        );
      const all = await history(link, '?limit=200');
      const paged: LineageEntryDto[] = [];
      for (let next: string | null = ''; next !== null;) {
        const page: LineagePageDto = await api.json(
          `/records/rec_${link}/lineage?limit=3${next === '' ? '' : `&cursor=${next}`}`,
        );
        paged.push(...page.items);
        next = page.next;
      }
      expect(paged).toEqual(all);
      expect(all).toHaveLength(5 * 2 + api.records.plan.units.length);
      expect(new Set(all.map(({ id, field }) => `${id} ${field}`)).size).toBe(all.length);
    });
  });

  describe('the record at a time', () => {
    it('is what was known then, in each register', async () => {
      const link = await record();
      await pause();
      const atStart = await now();
      await pause();
      const batch = await api.records.flow(link, { unit: 'email', side: 'A', value: 'ann@y.com' });
      await pause();
      const inFlight = await now();
      await pause();
      await api.records.receipt(batch);
      await pause();
      const arrived = await now();
      await pause();
      await api.records.edit(
        link,
        { unit: 'email', side: 'A', value: 'y' },
        { unit: 'email', side: 'B', value: 'z' },
      );
      await pause();
      const inConflict = await now();
      const at = async (time: string): Promise<unknown[]> => {
        const { value, A, B, state } = fieldOf(await get(link, `?asOf=${time}`), 'email');
        return [value, A?.value, B?.value, state];
      };
      expect(await at(atStart)).toEqual(['ann@x.com', 'ann@x.com', 'ann@x.com', 'in-sync']);
      expect(await at(inFlight)).toEqual(['ann@y.com', 'ann@y.com', 'ann@x.com', 'in-flight']);
      expect(await at(arrived)).toEqual(['ann@y.com', 'ann@y.com', 'ann@y.com', 'in-sync']);
      expect(await at(inConflict)).toEqual(['ann@y.com', 'y', 'z', 'conflict']);
    });

    it('of an entry includes the entry', async () => {
      const link = await record();
      await pause();
      await api.records.flow(link, { unit: 'email', side: 'A', value: 'ann@y.com' });
      const [entry] = await history(link, '?field=email');
      expect(fieldOf(await get(link, `?asOf=${entry!.recordedAt}`), 'email').value).toBe('ann@y.com');
    });

    it('at the end of history is what the registers say', async () => {
      const link = await record();
      const units = ['name', 'email', 'notes'];
      for (let n = 0; n < 30; n++) {
        const unit = units[n % 3]!;
        await api.records.edit(
          link,
          { unit, side: n % 2 === 0 ? 'A' : 'B', value: `v${n}` },
          ...(n % 5 === 0 ? [{ unit, side: 'B' as const, value: `w${n}` }] : []),
        );
        const { state } = fieldOf(await get(link), unit);
        if (state === 'conflict') await decideFor(link, unit, n % 2 === 0 ? 'a' : 'b');
        else await api.records.settle(link, unit);
      }
      const folded = unitsAt(
        await run(api.pools.general, registersAt, [link, new Date(Date.now() + 60_000)]),
        api.records.plan,
      );
      for (const { key } of api.records.plan.units) {
        const stored = await api.records.registers(link, key);
        const register = (unit: typeof stored) =>
          [unit.head, unit.A, unit.B].map(({ value, dot, ctx }) => ({ value, dot, ctx }));
        expect(register(folded.get(key)!)).toEqual(register(stored));
      }
    });
  });

  describe('the explanation', () => {
    it('of an edit that simply flowed names who made it, where, and the write', async () => {
      const link = await record();
      await api.records.receipt(
        await api.records.flow(link, {
          unit: 'email',
          side: 'A',
          value: 'ann@y.com',
          by: dana,
          at: Date.parse('2026-01-12T10:00:00Z'),
        }),
      );
      const why = await explain(link, 'email');
      expect(why).toMatchObject({
        value: 'ann@y.com',
        sentence:
          '“ann@y.com” stands: Dana Fox changed it in CRM on 2026-01-12 at 10:00 UTC, and no other edit stood against it.',
        rejected: [],
        holds: [],
        complete: true,
      });
      expect(
        why.because.map(({ kind, system, after }) => `${kind} ${system ?? ''} ${JSON.stringify(after)}`),
      ).toEqual(['observed CRM "ann@y.com"', 'written Support "ann@y.com"']);
    });

    it('of a decision shows both edits, the conflict, the choice, the write, and what gave way', async () => {
      const link = await record();
      await api.records.edit(
        link,
        { unit: 'email', side: 'A', value: 'ann@y.com', by: dana },
        { unit: 'email', side: 'B', value: 'ann@z.com' },
      );
      const decision = await decideFor(link, 'email', 'b');
      const why = await explain(link, 'email');
      expect(why.sentence).toMatch(
        /^“ann@z\.com” stands: Dana Fox chose it on .*, because CRM and Support both changed it, neither knew of the other\.$/,
      );
      expect(why.because.map(({ kind, system }) => `${kind} ${system ?? 'Accord'}`)).toEqual([
        'observed CRM',
        'observed Support',
        'conflict Accord',
        'decided Accord',
        'written CRM',
      ]);
      expect(why.rejected).toEqual([{ value: 'ann@y.com', from: 'CRM', reason: `decision dec_${decision}` }]);
      expect(why.wouldChangeIf[0]).toBe('CRM or Support changes email');
    });

    it('of a value under dispute says what it waits for', async () => {
      const link = await record();
      await api.records.edit(
        link,
        { unit: 'email', side: 'A', value: 'y' },
        { unit: 'email', side: 'B', value: 'z' },
      );
      const why = await explain(link, 'email');
      expect(why.value).toBe('ann@x.com');
      expect(why.sentence).toMatch(/It waits for a person: CRM and Support both changed it/);
      expect(why.holds).toHaveLength(1);
    });

    it('says where its knowledge ends', async () => {
      const link = await record();
      await api.records.flow(link, { unit: 'email', side: 'A', value: 'y' });
      await api.pools.general.query(`delete from lineage where link_id = $1 and kind = 'linked'`, [link]);
      const { complete, historyStartsAt } = await explain(link, 'email');
      expect([complete, Number.isNaN(Date.parse(historyStartsAt!))]).toEqual([false, false]);
      await api.pools.general.query(`delete from lineage where link_id = $1`, [link]);
      expect(await explain(link, 'email')).toMatchObject({
        value: null,
        standsSince: null,
        sentence: 'Nothing is known of how it came to be.',
        because: [],
        complete: false,
        historyStartsAt: null,
      });
    });
  });
});
