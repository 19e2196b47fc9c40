import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Clock } from '../../src/common/clock.js';
import { armFailpoints } from '../../src/common/failpoint.js';
import { LinksService } from '../../src/review/links.service.js';
import { byEmail, creates, PeoplePair, peopleSpec } from '../support/people-pair.js';

const dana = {
  kind: 'person',
  id: 'p1',
  name: 'dana',
  personId: null,
  address: null,
  requestId: null,
} as const;

describe('records that nobody is made of', () => {
  let people: PeoplePair;
  beforeAll(async () => {
    const byPhone = { id: 'by-phone', by: ['phone'], action: 'link' } as const;
    people = await PeoplePair.open(peopleSpec({ match: [byEmail, byPhone] }));
    await people.pair.start();
    await people.pair.quiet();
  }, 60_000);
  afterAll(() => people.close());

  it('are not found by an address that they do not have any more', async () => {
    const b = await people.add('b', 'Zoe', null, 'zoe@x.com');
    await people.pair.quiet();
    await people.pair.b.query('update t set email = null where id = $1', [b]);
    await people.pair.quiet();
    const a = await people.add('a', 'Yan', null, 'zoe@x.com');
    await people.pair.quiet();
    expect(await people.linked(a, b)).toBe(false);
  }, 30_000);

  it('are found under a key of their own that has changed, and only under that', async () => {
    const b = await people.add('b', 'Wim', null, 'wim@x.com');
    await people.pair.quiet();
    await people.pair.b.query('update t set id = 4711 where id = $1', [b]);
    await people.pair.quiet();
    const a = await people.add('a', 'Wim', null, 'wim@x.com');
    await people.pair.quiet();
    expect(await people.questions()).toEqual([]);
    expect(await people.linked(a, '4711')).toBe(true);
  }, 30_000);

  it('may have a key that no index holds', async () => {
    const long = `${randomBytes(6000).toString('hex')}@x.com`;
    const b = await people.add('b', 'Vera', null, long);
    const a = await people.add('a', 'Vera', null, long.toUpperCase());
    await people.pair.quiet();
    expect(await people.linked(a, b)).toBe(true);
  }, 30_000);

  it('are told apart by a rule as soon as an earlier one has taken the rival', async () => {
    const ids: string[] = [];
    await people.together(async () => {
      ids.push(
        await people.add('a', 'Udo', '1', 'udo@x.com'),
        await people.add('b', 'Udo', null, 'udo@x.com'),
      );
      ids.push(await people.add('a', 'Ugo', '1'), await people.add('b', 'Ugo', '1'));
    });
    expect(await people.linked(ids[0] ?? '', ids[1] ?? '')).toBe(true);
    expect(await people.linked(ids[2] ?? '', ids[3] ?? '')).toBe(true);
    expect(await people.questions()).toEqual([]);
  }, 30_000);
});

describe('answers about who is who', () => {
  let people: PeoplePair;
  beforeAll(async () => {
    people = await PeoplePair.open(peopleSpec({ match: [byEmail, creates] }));
    await people.pair.start();
    await people.pair.quiet();
  }, 60_000);
  afterAll(() => people.close());

  /** One of A and two of B with one address: a question about the one. */
  const asked = async (name: string) => {
    const email = `${name}@x.com`;
    const ids: string[] = [];
    await people.together(async () => {
      ids.push(await people.add('a', name, null, email));
      ids.push(await people.add('b', name, null, email), await people.add('b', name, null, email));
    });
    const [a = '', b = '', other = ''] = ids;
    const question = (await people.questions()).find(({ subject }) => subject === a);
    expect(question).toMatchObject({ side: 'A', candidates: [b, other] });
    return { a, b, other, email, question: question?.id ?? '' };
  };

  it('that name a record twice are carried out once, and hold up nothing', async () => {
    const ann = await asked('ann');
    const second = await people.add('a', 'ann too', null, 'other@x.com');
    await people.pair.quiet();
    await people.pair.b.query(`delete from t where email = 'other@x.com'`);
    await people.together(async () => {
      await people.order('link', ann.question, 'A', ann.a, ann.b);
      await people.order('link', null, null, ann.a, ann.other);
      await people.order('link', null, null, second, ann.b);
      // And what a rule would say by now of the two that are ordered.
      await people.pair.b.query('update t set email = null where id = $1', [ann.other]);
      await people.pair.a.query(`update t set name = 'Ann' where id = $1`, [ann.a]);
    });
    await people.carriedOut();
    expect(await people.linked(ann.a, ann.b)).toBe(true);
  }, 30_000);

  it('that keep two apart stand against an edit that makes them equal at that moment', async () => {
    const bea = await asked('bea');
    await people.together(async () => {
      await people.order('apart', bea.question, 'A', bea.a, null);
      await people.pair.a.query(`update t set email = 'certain@x.com' where id = $1`, [bea.a]);
      await people.pair.b.query(`update t set email = 'certain@x.com' where id = $1`, [bea.b]);
    });
    await people.carriedOut();
    expect(await people.linked(bea.a, bea.b)).toBe(false);
    expect(await people.questions()).toEqual([]);
  }, 30_000);

  it('wait for a side that cannot be written now', async () => {
    const cora = await asked('cora');
    const set = (to: string) =>
      people.hub(
        `update side_state set paused_at = ${to} where side = 'B' returning pg_notify('accord_wake', '1')`,
      );
    await set('now()');
    await people.order('create', cora.question, 'A', cora.a, null);
    const seen = await people.add('a', 'seen', null, 'seen@x.com');
    await people.until('newcomers are looked at', async () => {
      const rows = await people.hub(`select from load_record where side = 'A' and ext_id = '${seen}'`);
      return rows.length > 0;
    });
    await set('null');
    await people.carriedOut();
    expect(await people.count('b', 'cora')).toBe(3);
    expect(await people.questions()).toEqual([]);
  }, 60_000);

  it('that are not due yet are not overtaken by a rule', async () => {
    const dora = await asked('dora');
    await people.hub(`update conflict set state = 'held' where id = '${dora.question}'`);
    await people.pair.hub.general.query(
      `insert into link_order (id, pipeline_id, kind, side, a_id, b_id, conflict_id, by, due_at)
       values (gen_random_uuid(), 1, 'link', 'A', $1, $2, $3, 'dana', now() + interval '1 hour')`,
      [dora.a, dora.other, dora.question],
    );
    // Now only one is left with the address, and it is not the one that was chosen.
    await people.pair.b.query('update t set email = null where id = $1', [dora.other]);
    await people.pair.a.query(`update t set name = 'Dora' where id = $1`, [dora.a]);
    await people.pair.quiet();
    expect(await people.linked(dora.a, dora.b)).toBe(false);
    await people.hub('update link_order set due_at = now()');
    await people.hub(`select pg_notify('accord_wake', '1')`);
    await people.carriedOut();
    expect(await people.linked(dora.a, dora.other)).toBe(true);
  }, 30_000);

  it('are asked for once, whichever of the two is edited, and no more when an edit has settled it', async () => {
    const emma = await asked('emma');
    await people.pair.b.query(`update t set name = 'Emma' where id = $1`, [emma.other]);
    await people.pair.quiet();
    expect(await people.questions()).toEqual([
      expect.objectContaining({ subject: emma.a, candidates: [emma.b, emma.other] }),
    ]);
    await people.pair.b.query(`update t set email = 'e2@x.com' where id = $1`, [emma.other]);
    await people.pair.quiet();
    expect(await people.questions()).toEqual([]);
    expect(await people.linked(emma.a, emma.b)).toBe(true);
  }, 30_000);

  it('are not waited for where all that a record resembled is gone before it could be shown', async () => {
    const fay = await asked('fay');
    armFailpoints('newcomers.met:1:delay=1500');
    const a = await people.add('a', 'fay', null, fay.email);
    await people.until('its keys are known', async () => {
      const rows = await people.hub(`select from load_record where side = 'A' and ext_id = '${a}'`);
      return rows.length > 0;
    });
    await people.pair.b.query('delete from t where id in ($1, $2)', [fay.b, fay.other]);
    await people.pair.quiet();
    armFailpoints(null);
    expect(await people.count('b', 'fay')).toBe(2);
  }, 30_000);
});

describe('links that were ended, moved or merged', () => {
  let people: PeoplePair;
  let links: LinksService;
  beforeAll(async () => {
    people = await PeoplePair.open(
      peopleSpec({ match: [byEmail, creates], deletes: { aDeleted: 'delete' } }),
    );
    links = new LinksService(people.pair.hub, new Clock());
    await people.pair.start();
    await people.pair.quiet();
  }, 60_000);
  afterAll(() => people.close());

  const made = async (name: string) => {
    const a = await people.add('a', name, null, `${name}@x.com`);
    await people.pair.quiet();
    const [link] = await people.hub<{ id: string; b_id: string }>(
      `select 'rec_' || id as id, b_id from link where a_id = '${a}' and state = 'live'`,
    );
    return { a, b: link?.b_id ?? '', record: link?.id ?? '' };
  };

  it('leave no key behind by which a rule would link one of the two again', async () => {
    const gus = await made('gus');
    await links.unlink(gus.record, {}, dana);
    const b = await people.add('b', 'Gus', null, 'gus@x.com');
    await people.pair.quiet();
    expect(await people.linked(gus.a, b)).toBe(false);
  }, 30_000);

  it('stay ended when a record that had one gets another id', async () => {
    const hal = await made('hal');
    await links.unlink(hal.record, {}, dana);
    await people.pair.a.query('update t set id = 8001 where id = $1', [hal.a]);
    await people.pair.quiet();
    await people.pair.b.query(`update t set name = 'Hal' where id = $1`, [hal.b]);
    await people.pair.quiet();
    expect([await people.count('a', 'hal'), await people.count('b', 'hal%')]).toEqual([1, 0]);
    expect(await people.count('b', 'Hal')).toBe(1);
    expect(await people.linked('8001', hal.b)).toBe(false);
  }, 30_000);

  it('go along when ids are passed on from record to record', async () => {
    const [ida, ina, isa] = [await made('ida'), await made('ina'), await made('isa')];
    const move = (from: string | number, to: string | number) =>
      people.pair.a.query('update t set id = $2 where id = $1', [from, to]);
    await people.together(async () => {
      await move(isa.a, 9003);
      await move(ina.a, isa.a);
      await move(ida.a, ina.a);
    });
    expect(await people.linked(ina.a, ida.b)).toBe(true);
    expect(await people.linked(isa.a, ina.b)).toBe(true);
    expect(await people.linked('9003', isa.b)).toBe(true);
    await people.together(async () => {
      await people.pair.a.query('delete from t where id = 9003');
      await move(isa.a, 9003);
    });
    expect(await people.linked('9003', ina.b)).toBe(true);
    expect(await people.count('b', 'isa')).toBe(0);
  }, 30_000);

  it('that go over to a record are read there, also where the service dies in between', async () => {
    const jan = await made('jan');
    await people.pair.stop();
    const winner = await people.add('a', 'Jan the first', null, 'jan1@x.com');
    await links.merged(jan.record, { side: 'A', into: winner }, dana);
    armFailpoints('newcomers.met:1:error');
    await people.pair.start();
    await people.pair.quiet();
    armFailpoints(null);
    const { rows } = await people.pair.b.query('select email from t where id = $1', [jan.b]);
    expect(rows).toEqual([{ email: 'jan1@x.com' }]);
  }, 30_000);
});
