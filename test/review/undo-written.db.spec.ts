import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Clock } from '../../src/common/clock.js';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import type { Json } from '../../src/core/value.js';
import { ExplanationService } from '../../src/lineage/explanation.service.js';
import { LineageService } from '../../src/lineage/lineage.service.js';
import { RevisionPlans } from '../../src/database/revision-plans.js';
import { retryDeadLetters } from '../../src/database/sql/dead-letters.js';
import { inTransaction } from '../../src/database/transaction.js';
import type { ConflictDto } from '../../src/review/conflict.dto.js';
import { ConflictsService } from '../../src/review/conflicts.service.js';
import { DecideService } from '../../src/review/decide.service.js';
import type { Take } from '../../src/review/decision.dto.js';
import { UndoService } from '../../src/review/undo.service.js';
import { ServiceChild } from '../support/service-child.js';
import { SyncPair } from '../support/sync-pair.js';
import { actor } from '../support/tester.js';

const review = { strategy: 'review' } as const;
const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'undone' },
  connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 'public.t' } },
  match: [
    { id: 'by-key', by: ['key'], action: 'link' },
    { id: 'none', action: 'create' },
  ],
  fields: {
    key: { a: 'key', b: 'key', policy: review },
    x: { a: 'x', b: 'x', policy: review },
    y: { a: 'y', b: 'y', policy: review },
    street: { a: 'street', b: 'street' },
    town: { a: 'town', b: 'town' },
  },
  groups: { place: { fields: ['street', 'town'], policy: review } },
  deletes: { aDeleted: 'review', bDeleted: 'review', deleteVsEdit: 'review' },
  review: { undoWindow: '1ms' },
  load: { accept: 'automatic' },
};
const table =
  'create table t (id bigserial primary key, key text unique, x text, y text, street text, town text, note text);';
const KEYS = [
  'both',
  'one',
  'edited',
  'racing',
  'place',
  'chain',
  'twice',
  'refused',
  'crash',
  'paused',
  'form',
  'gone',
  'again',
  'kept',
  'kept-edited',
  'field',
];

type Row = Readonly<Record<string, unknown>>;

describe('a decision that is undone after it was written', () => {
  let pair: SyncPair;
  let plans: RevisionPlans;
  let conflicts: ConflictsService;
  let deciding: DecideService;
  let undoing: UndoService;

  beforeAll(async () => {
    const rows = KEYS.map((key) => `('${key}', 'x', 'y', 'High St', 'York', 'seen by nobody')`).join(', ');
    pair = await SyncPair.open(
      { a: `${table} insert into t (key, x, y, street, town, note) values ${rows}`, b: table },
      spec,
    );
    await pair.start();
    await pair.quiet();
    plans = new RevisionPlans(pair.hub);
    conflicts = new ConflictsService(pair.hub, plans);
    deciding = new DecideService(pair.hub, plans, new Clock(), conflicts);
    undoing = new UndoService(pair.hub, plans, new Clock());
  }, 60_000);
  afterAll(() => pair.close());

  const on = async (side: 'a' | 'b', key: string, columns = 'x'): Promise<Row | undefined> =>
    (await pair[side].query<Row>(`select ${columns} from t where key = $1`, [key])).rows[0];
  const xs = async (key: string): Promise<unknown[]> => [(await on('a', key))?.x, (await on('b', key))?.x];
  const set = (side: 'a' | 'b', key: string, x: string | null): Promise<unknown> =>
    pair[side].query('update t set x = $2 where key = $1', [key, x]);
  const linkOf = async (key: string): Promise<number> => {
    const text = `select link_id as id from shadow where coalesce(fields -> 'key' ->> 'v', fields ->> 'key') = $1`;
    return (await pair.hub.general.query<{ id: number }>(text, [key])).rows[0]!.id;
  };

  async function question(key: string, unit = 'x'): Promise<ConflictDto> {
    const text = `select id from conflict where link_id = $1 and unit = $2 order by opened_at desc limit 1`;
    const { rows } = await pair.hub.general.query<{ id: string }>(text, [await linkOf(key), unit]);
    return conflicts.get(`cf_${rows[0]?.id ?? ''}`);
  }

  const says = async (key: string, unit = 'x'): Promise<string[]> => {
    const { kind, state, candidates } = await question(key, unit);
    return [`${kind} ${state}`, ...candidates.map((one) => `${one.key} ${JSON.stringify(one.value)}`)];
  };

  /** Decides what is open, and waits until it is written. */
  async function decide(key: string, take: Take, value?: Json, unit = 'x'): Promise<string> {
    const { id, rev } = await question(key, unit);
    const { body } = await deciding.decide({
      conflict: id,
      accepted: [`"${rev}-open"`],
      input: { take, ...(value !== undefined && { value }) },
      by: actor('Ben'),
      idempotencyKey: undefined,
    });
    await pair.quiet();
    return body.id;
  }

  const undo = (id: string, by = 'Ann'): ReturnType<UndoService['undo']> => undoing.undo(id, actor(by));

  async function disagree(key: string, a: string | null, b: string | null): Promise<void> {
    await pair.stop();
    await set('a', key, a);
    await set('b', key, b);
    await pair.start();
    await pair.quiet();
  }

  it('gives each side back what it had, and puts the question again', async () => {
    await disagree('both', 'from A', 'from B');
    const before = await question('both');
    const id = await decide('both', 'value', 'typed');
    expect(await xs('both')).toEqual(['typed', 'typed']);
    const { status, body } = await undo(id);
    expect([status, body.outcome, body.undone]).toEqual([
      202,
      'undone',
      { A: 'given-back', B: 'given-back' },
    ]);
    expect(await says('both')).toEqual(['undone open', 'a "from A"', 'b "from B"']);
    const { rev } = await question('both');
    await pair.quiet();
    expect(await xs('both')).toEqual(['from A', 'from B']);
    // What was shown while it was on its way is what is there: nothing has moved for whoever decides.
    const again = await question('both');
    expect([again.rev, again.base, again.reason]).toEqual([
      rev,
      before.base,
      'Ann took the decision of Ben back: CRM gets back what it had, Support gets back what it had',
    ]);
    expect(again.effects.a).toBe('writes x to Support (1 field); nothing written to CRM');
    await decide('both', 'a');
    expect(await xs('both')).toEqual(['from A', 'from A']);
    expect(await says('both')).toContain('undone closed');
  }, 60_000);

  it('tells in the lineage who took what back, and what each side was given because of that', async () => {
    await disagree('one', 'from A', 'from B');
    const id = await decide('one', 'b');
    await undo(id);
    await pair.quiet();
    expect(await xs('one')).toEqual(['from A', 'from B']);
    const { rows } = await pair.hub.general.query<Row>(
      `select l.kind, l.side, l.actor ->> 'name' as by, 'dec_' || l.decision_id as decision,
              l.units -> 'x' ->> 'k' as how, l.units -> 'x' ->> 'v' as v, l.units -> 'x' ->> 'w' as why
       from lineage l where l.link_id = $1 and l.units ? 'x' and l.id >
         (select max(id) from lineage where link_id = $1 and units -> 'x' ->> 'k' = 'decision') order by id`,
      [await linkOf('one')],
    );
    const why = 'Ann took the decision of Ben back: CRM gets back what it had, Support has what it had';
    expect(rows).toEqual([
      { kind: 'undone', side: null, by: 'Ann', decision: id, how: 'undone', v: 'from B', why },
      { kind: 'written', side: 'A', by: null, decision: id, how: 'given-back', v: 'from A', why },
    ]);
    const record = `rec_${await linkOf('one')}`;
    const { sentence } = await new ExplanationService(pair.hub, plans).explain(record, 'x');
    expect(sentence).toMatch(
      /^Nothing is agreed on since .*: Ann took the decision of Ben back: .*\. CRM had “from A” then, Support “from B”\. A person decides\.$/,
    );
    const { items } = await new LineageService(pair.hub).list(record, { field: 'x', limit: 5 });
    expect(items[0]).toMatchObject({
      kind: 'written',
      how: 'given-back',
      side: 'A',
      after: 'from A',
      why,
      cause: { decision: id },
    });
  }, 60_000);

  it('leaves a side alone that was edited since: that edit stands as what it says', async () => {
    await disagree('edited', 'from A', 'from B');
    const id = await decide('edited', 'value', 'typed');
    await pair.stop();
    await set('a', 'edited', 'newer');
    await set('b', 'edited', 'newer still');
    await set('b', 'edited', 'typed');
    await pair.start();
    await pair.quiet();
    expect(await xs('edited')).toEqual(['newer', 'newer']);
    const { body } = await undo(id);
    expect(body.undone).toEqual({ A: 'edited-since', B: 'edited-since' });
    await pair.quiet();
    expect(await xs('edited')).toEqual(['newer', 'newer']);
    expect(await says('edited')).toEqual([
      'undone open',
      'a "newer"',
      'b "newer"',
      'recovered "from A"',
      'recovered "from B"',
    ]);
  }, 60_000);

  it('does not run over an edit that nobody had read when it was undone', async () => {
    await disagree('racing', 'from A', 'from B');
    const id = await decide('racing', 'value', 'typed');
    await pair.stop();
    await set('a', 'racing', 'unread');
    const { body } = await undo(id);
    expect(body.undone).toEqual({ A: 'given-back', B: 'given-back' });
    await pair.start();
    await pair.quiet();
    expect(await xs('racing')).toEqual(['unread', 'from B']);
    expect(await says('racing')).toEqual(['undone open', 'a "unread"', 'b "from B"', 'recovered "from A"']);
  }, 60_000);

  it('gives a group back whole, in the form that each side had', async () => {
    await pair.stop();
    await pair.a.query(`update t set street = 'Low St' where key = 'place'`);
    await pair.b.query(`update t set town = '  Leeds ' where key = 'place'`);
    await pair.start();
    await pair.quiet();
    const id = await decide('place', 'a', undefined, 'place');
    expect(await on('b', 'place', 'street, town')).toEqual({ street: 'Low St', town: 'York' });
    await undo(id);
    await pair.quiet();
    expect(await on('a', 'place', 'street, town')).toEqual({ street: 'Low St', town: 'York' });
    expect(await on('b', 'place', 'street, town')).toEqual({ street: 'High St', town: '  Leeds ' });
  }, 60_000);

  it('can be made again and undone again, one after the other and back', async () => {
    await disagree('chain', 'from A', null);
    const first = await decide('chain', 'a');
    await undo(first);
    await pair.quiet();
    expect(await xs('chain')).toEqual(['from A', null]);
    const second = await decide('chain', 'value', 'typed');
    await expect(undo(first)).resolves.toMatchObject({ status: 200, body: { outcome: 'undone' } });
    expect(await xs('chain')).toEqual(['typed', 'typed']);
    await undo(second);
    await pair.quiet();
    expect(await xs('chain')).toEqual(['from A', null]);
    // Again, as it had been decided first.
    await decide('chain', 'a');
    expect(await xs('chain')).toEqual(['from A', 'from A']);
  }, 60_000);

  it('is undone once, however many people do it at once', async () => {
    await disagree('twice', 'from A', 'from B');
    const id = await decide('twice', 'value', 'typed');
    const answers = await Promise.all(['Ann', 'Cid', 'Dot', 'Eve'].map((by) => undo(id, by)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 202]);
    await pair.quiet();
    expect(await xs('twice')).toEqual(['from A', 'from B']);
    const { rows } = await pair.hub.general.query(
      `select count(*)::int as n from lineage where link_id = $1 and kind = 'undone'`,
      [await linkOf('twice')],
    );
    expect(rows).toEqual([{ n: 1 }]);
  }, 60_000);

  it('is named where a side will not take its value back, which can be tried again', async () => {
    await disagree('refused', 'from A', 'from B');
    const id = await decide('refused', 'value', 'typed');
    await pair.a.query(`alter table t add constraint no_way_back check (key <> 'refused' or x <> 'from A')`);
    await undo(id);
    await pair.quiet();
    expect(await xs('refused')).toEqual(['typed', 'from B']);
    expect(await says('refused')).toEqual(['undone open', 'a "typed"', 'b "from B"', 'recovered "from A"']);
    const link = await linkOf('refused');
    const blocked = `select side, code, value from blocked_unit where link_id = ${link} and unit = 'x'`;
    expect((await pair.hub.general.query(blocked)).rows).toMatchObject([{ side: 'A', value: 'from A' }]);

    await pair.a.query('alter table t drop constraint no_way_back');
    const { rows } = await pair.hub.general.query<{ id: number }>('select id from pipeline');
    const selection = { code: null, unit: null, linkId: link };
    await inTransaction(pair.hub.general, (client) => retryDeadLetters(client, rows[0]!.id, selection));
    await pair.quiet();
    expect(await xs('refused')).toEqual(['from A', 'from B']);
    expect((await pair.hub.general.query(blocked)).rows).toEqual([]);
    expect(await says('refused')).toEqual(['undone open', 'a "from A"', 'b "from B"']);
  }, 60_000);

  it.each(['delivery.before-send', 'write.claimed'])(
    'ends the same when the service dies at %s',
    async (point) => {
      await disagree('crash', 'from A', 'from B');
      const id = await decide('crash', 'value', `typed ${point}`);
      await pair.stop();
      await undo(id);
      const input = { urls: pair.urls, declaration: pair.declared };
      const child = await ServiceChild.start(input, `${point}:1:kill`);
      expect(await child.endsWithin(10_000)).toBe(true);
      await pair.start();
      await pair.quiet();
      expect(await xs('crash')).toEqual(['from A', 'from B']);
      expect(await says('crash')).toEqual(['undone open', 'a "from A"', 'b "from B"']);
      await decide('crash', 'value', 'x');
    },
    60_000,
  );

  describe('about a record', () => {
    const whole = 'x, y, street, town';
    const stood = { x: 'x', y: 'y', street: 'High St', town: 'York' };

    async function deleted(key: string): Promise<void> {
      await pair.a.query('delete from t where key = $1', [key]);
      await pair.quiet();
    }

    it('makes it again where it stood, when its deletion is undone', async () => {
      await deleted('gone');
      const id = await decide('gone', 'a', undefined, '$life');
      expect(await on('b', 'gone')).toBeUndefined();
      const { body } = await undo(id);
      expect(body.undone).toEqual({ A: 'as-it-was', B: 'given-back' });
      await pair.quiet();
      expect([await on('a', 'gone', whole), await on('b', 'gone', whole)]).toEqual([undefined, stood]);
      expect(await says('gone', '$life')).toEqual(['undone open', 'a "deleted"', 'b "live"']);
      // From here it goes on like any other.
      await pair.b.query(`update t set y = 'edited' where key = 'gone'`);
      await pair.quiet();
      await decide('gone', 'b', undefined, '$life');
      expect(await on('a', 'gone', whole)).toEqual({ ...stood, y: 'edited' });
      await pair.a.query(`update t set x = 'flows' where key = 'gone'`);
      await pair.quiet();
      expect(await xs('gone')).toEqual(['flows', 'flows']);
    }, 60_000);

    it('cannot be undone once the record is there again, and says so', async () => {
      const { rows } = await pair.b.query<Row>(`select * from t where key = 'again'`);
      await deleted('again');
      const id = await decide('again', 'a', undefined, '$life');
      await pair.b.query(`insert into t (id, key, x) values ($1, 'again', 'new')`, [rows[0]?.id]);
      await pair.quiet();
      await expect(undo(id)).rejects.toMatchObject({
        code: 'not-undoable',
        message: expect.stringMatching(/^Support has a record with this id again: rec_\d+\.$/) as unknown,
      });
    }, 60_000);

    it('deletes it again where it had been deleted, when keeping it is undone', async () => {
      await deleted('kept');
      const id = await decide('kept', 'b', undefined, '$life');
      expect(await on('a', 'kept', whole)).toEqual(stood);
      const { body } = await undo(id);
      expect(body.undone).toEqual({ A: 'given-back', B: 'as-it-was' });
      await pair.quiet();
      expect([await on('a', 'kept'), await on('b', 'kept', whole)]).toEqual([undefined, stood]);
      expect(await says('kept', '$life')).toEqual(['undone open', 'a "deleted"', 'b "live"']);
    }, 60_000);

    it('but not where somebody has edited it since, known or not', async () => {
      await deleted('kept-edited');
      const id = await decide('kept-edited', 'b', undefined, '$life');
      await pair.stop();
      await set('a', 'kept-edited', 'unread');
      await undo(id);
      await pair.start();
      await pair.quiet();
      expect((await on('a', 'kept-edited'))?.x).toBe('unread');
      expect(await says('kept-edited', '$life')).toContain('a "live"');
    }, 60_000);

    it('of a field of a record that is gone names the decision to undo first', async () => {
      await disagree('field', 'from A', 'from B');
      const id = await decide('field', 'a');
      await deleted('field');
      const deletion = await decide('field', 'a', undefined, '$life');
      await expect(undo(id)).rejects.toMatchObject({ code: 'not-undoable', details: { decision: deletion } });
      await undo(deletion);
      await pair.quiet();
      await decide('field', 'b', undefined, '$life');
      await undo(id);
      await pair.quiet();
      expect(await xs('field')).toEqual(['from A', 'from B']);
    }, 60_000);
  });
});
