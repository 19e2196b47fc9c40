import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UNSEEN } from '../../src/common/veil.js';
import { Clock } from '../../src/common/clock.js';
import { Veils } from '../../src/database/veils.js';
import { ExplanationService } from '../../src/lineage/explanation.service.js';
import { LineageService } from '../../src/lineage/lineage.service.js';
import { retryDeadLetters } from '../../src/database/sql/dead-letters.js';
import { inTransaction } from '../../src/database/transaction.js';
import { ReviewedPair, type Row } from '../support/reviewed-pair.js';
import { ServiceChild } from '../support/service-child.js';

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
  'flight',
  'form',
];

describe('a decision that is undone after it was written', () => {
  let all: ReviewedPair;

  beforeAll(async () => {
    all = await ReviewedPair.open(KEYS);
  }, 60_000);
  afterAll(() => all.pair.close());

  it('gives each side back what it had, and puts the question again', async () => {
    await all.disagree('both', 'from A', 'from B');
    const before = await all.question('both');
    const id = await all.decide('both', 'value', 'typed');
    expect(await all.xs('both')).toEqual(['typed', 'typed']);
    const { status, body } = await all.undo(id);
    expect([status, body.outcome, body.undone]).toEqual([
      202,
      'undone',
      { A: 'given-back', B: 'given-back' },
    ]);
    expect(await all.says('both')).toEqual(['undone open', 'a "from A"', 'b "from B"']);
    const { rev, effects } = await all.question('both');
    expect(effects.a).toBe('writes x to Support (1 field); nothing written to CRM');
    await all.pair.quiet();
    expect(await all.xs('both')).toEqual(['from A', 'from B']);
    // What was shown while it was on its way is what is there: nothing has moved for whoever decides.
    const again = await all.question('both');
    expect([again.rev, again.base, again.reason]).toEqual([
      rev,
      before.base,
      'Ann took the decision of Ben back: CRM gets back what it had, Support gets back what it had',
    ]);
    expect(again.effects).toEqual(effects);
    await all.decide('both', 'a');
    expect(await all.xs('both')).toEqual(['from A', 'from A']);
    expect(await all.says('both')).toContain('undone closed');
  }, 60_000);

  it('tells in the lineage who took what back, and what each side was given because of that', async () => {
    await all.disagree('one', 'from A', 'from B');
    const id = await all.decide('one', 'b');
    await all.undo(id);
    await all.pair.quiet();
    expect(await all.xs('one')).toEqual(['from A', 'from B']);
    const { rows } = await all.pair.hub.general.query<Row>(
      `select l.kind, l.side, l.actor ->> 'name' as by, 'dec_' || l.decision_id as decision,
              l.units -> 'x' ->> 'k' as how, l.units -> 'x' ->> 'v' as v, l.units -> 'x' ->> 'w' as why
       from lineage l where l.link_id = $1 and l.units ? 'x' and l.id >
         (select max(id) from lineage where link_id = $1 and units -> 'x' ->> 'k' = 'decision') order by id`,
      [await all.linkOf('one')],
    );
    const why = 'Ann took the decision of Ben back: CRM gets back what it had, Support has what it had';
    expect(rows).toEqual([
      { kind: 'undone', side: null, by: 'Ann', decision: id, how: 'undone', v: 'from B', why },
      { kind: 'written', side: 'A', by: null, decision: id, how: 'given-back', v: 'from A', why },
    ]);
    const record = `rec_${await all.linkOf('one')}`;
    const veils = new Veils(all.pair.hub, new Clock(), all.plans);
    const explanations = new ExplanationService(all.pair.hub, all.plans, veils);
    const { sentence } = await explanations.explain(record, 'x', null, UNSEEN);
    expect(sentence).toMatch(
      /^Nothing is agreed on since .*: Ann took the decision of Ben back: .*\. CRM had “from A” then, Support “from B”\. A person decides\.$/,
    );
    const lineage = new LineageService(all.pair.hub, all.plans, veils);
    const { items } = await lineage.list(record, { field: 'x', limit: 5 }, null, UNSEEN);
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
    await all.disagree('edited', 'from A', 'from B');
    const id = await all.decide('edited', 'value', 'typed');
    await all.pair.stop();
    await all.set('a', 'edited', 'newer');
    await all.set('b', 'edited', 'newer still');
    await all.set('b', 'edited', 'typed');
    await all.again();
    expect(await all.xs('edited')).toEqual(['newer', 'newer']);
    const { body } = await all.undo(id);
    expect(body.undone).toEqual({ A: 'edited-since', B: 'edited-since' });
    await all.pair.quiet();
    expect(await all.xs('edited')).toEqual(['newer', 'newer']);
    expect(await all.says('edited')).toEqual([
      'undone open',
      'a "newer"',
      'b "newer"',
      'recovered "from A"',
      'recovered "from B"',
    ]);
  }, 60_000);

  it('does not run over an edit that nobody had read when it was undone', async () => {
    await all.disagree('racing', 'from A', 'from B');
    const id = await all.decide('racing', 'value', 'typed');
    await all.pair.stop();
    await all.set('a', 'racing', 'unread');
    const { body } = await all.undo(id);
    expect(body.undone).toEqual({ A: 'given-back', B: 'given-back' });
    await all.again();
    expect(await all.xs('racing')).toEqual(['unread', 'from B']);
    expect(await all.says('racing')).toEqual([
      'undone open',
      'a "unread"',
      'b "from B"',
      'recovered "from A"',
    ]);
  }, 60_000);

  it('gives a group back whole, in the form that each side had', async () => {
    await all.pair.stop();
    await all.pair.a.query(`update t set street = 'Low St' where key = 'place'`);
    await all.pair.b.query(`update t set town = '  Leeds ' where key = 'place'`);
    await all.again();
    const id = await all.decide('place', 'a', undefined, 'place');
    expect(await all.on('b', 'place', 'street, town')).toEqual({ street: 'Low St', town: 'York' });
    await all.undo(id);
    await all.pair.quiet();
    expect(await all.on('a', 'place', 'street, town')).toEqual({ street: 'Low St', town: 'York' });
    expect(await all.on('b', 'place', 'street, town')).toEqual({ street: 'High St', town: '  Leeds ' });
  }, 60_000);

  it('can be made again and undone again, one after the other and back', async () => {
    await all.disagree('chain', 'from A', null);
    const first = await all.decide('chain', 'a');
    await all.undo(first);
    await all.pair.quiet();
    expect(await all.xs('chain')).toEqual(['from A', null]);
    const second = await all.decide('chain', 'value', 'typed');
    await expect(all.undo(first)).resolves.toMatchObject({ status: 200, body: { outcome: 'undone' } });
    expect(await all.xs('chain')).toEqual(['typed', 'typed']);
    await all.undo(second);
    await all.pair.quiet();
    expect(await all.xs('chain')).toEqual(['from A', null]);
    // Again, as it had been decided first.
    await all.decide('chain', 'a');
    expect(await all.xs('chain')).toEqual(['from A', 'from A']);
  }, 60_000);

  it('is undone once, however many people do it at once', async () => {
    await all.disagree('twice', 'from A', 'from B');
    const id = await all.decide('twice', 'value', 'typed');
    const answers = await Promise.all(['Ann', 'Cid', 'Dot', 'Eve'].map((by) => all.undo(id, by)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 202]);
    await all.pair.quiet();
    expect(await all.xs('twice')).toEqual(['from A', 'from B']);
    const { rows } = await all.pair.hub.general.query(
      `select count(*)::int as n from lineage where link_id = $1 and kind = 'undone'`,
      [await all.linkOf('twice')],
    );
    expect(rows).toEqual([{ n: 1 }]);
  }, 60_000);

  it('is named where a side will not take its value back, which can be tried again', async () => {
    await all.disagree('refused', 'from A', 'from B');
    const id = await all.decide('refused', 'value', 'typed');
    await all.pair.a.query(
      `alter table t add constraint no_way_back check (key <> 'refused' or x <> 'from A')`,
    );
    await all.undo(id);
    await all.pair.quiet();
    expect(await all.xs('refused')).toEqual(['typed', 'from B']);
    expect(await all.says('refused')).toEqual([
      'undone open',
      'a "typed"',
      'b "from B"',
      'recovered "from A"',
    ]);
    const link = await all.linkOf('refused');
    const blocked = `select side, code, value from blocked_unit where link_id = ${link} and unit = 'x'`;
    expect((await all.pair.hub.general.query(blocked)).rows).toMatchObject([{ side: 'A', value: 'from A' }]);

    await all.pair.a.query('alter table t drop constraint no_way_back');
    const { rows } = await all.pair.hub.general.query<{ id: number }>('select id from pipeline');
    const selection = { code: null, unit: null, linkId: link };
    await inTransaction(all.pair.hub.general, (client) => retryDeadLetters(client, rows[0]!.id, selection));
    await all.pair.quiet();
    expect(await all.xs('refused')).toEqual(['from A', 'from B']);
    expect((await all.pair.hub.general.query(blocked)).rows).toEqual([]);
    expect(await all.says('refused')).toEqual(['undone open', 'a "from A"', 'b "from B"']);
  }, 60_000);

  it.each(['delivery.before-send', 'write.claimed'])(
    'ends the same when the service dies at %s',
    async (point) => {
      await all.disagree('crash', 'from A', 'from B');
      const id = await all.decide('crash', 'value', `typed ${point}`);
      await all.pair.stop();
      await all.undo(id);
      const input = { urls: all.pair.urls, declaration: all.pair.declared };
      const child = await ServiceChild.start(input, `${point}:1:kill`);
      expect(await child.endsWithin(10_000)).toBe(true);
      await all.again();
      expect(await all.xs('crash')).toEqual(['from A', 'from B']);
      expect(await all.says('crash')).toEqual(['undone open', 'a "from A"', 'b "from B"']);
      await all.decide('crash', 'value', 'x');
    },
    60_000,
  );

  it('while its own write is on its way: whether that arrives or not, each side has what it had', async () => {
    await all.disagree('flight', 'from A', 'from B');
    await all.pair.stop();
    const id = await all.click('flight', 'value', 'typed');
    const input = { urls: all.pair.urls, declaration: all.pair.declared };
    const child = await ServiceChild.start(input, 'write.committed:1:kill');
    expect(await child.endsWithin(10_000)).toBe(true);
    expect(await all.xs('flight')).not.toEqual(['from A', 'from B']);
    expect((await all.undo(id)).status).toBe(202);
    await all.again();
    expect(await all.xs('flight')).toEqual(['from A', 'from B']);
    expect(await all.says('flight')).toEqual(['undone open', 'a "from A"', 'b "from B"']);
  }, 60_000);

  it('puts back the form that a side had, not only the value', async () => {
    await all.disagree('form', 'Ann@X.com', 'BEN@x.com', 'mail');
    const id = await all.decide('form', 'value', 'cid@x.com', 'mail');
    expect(await all.on('b', 'form', 'mail')).toEqual({ mail: 'cid@x.com' });
    await all.undo(id);
    await all.pair.quiet();
    expect([await all.on('a', 'form', 'mail'), await all.on('b', 'form', 'mail')]).toEqual([
      { mail: 'Ann@X.com' },
      { mail: 'BEN@x.com' },
    ]);
  }, 60_000);
});
