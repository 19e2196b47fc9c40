import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { armFailpoints } from '../../src/common/failpoint.js';
import { byEmail, creates, PeoplePair, peopleSpec } from '../support/people-pair.js';
import { preview } from '../support/previewing.js';

const strict = peopleSpec({ match: [{ id: 'by-email', by: ['email'], action: 'link' }] });
const lenient = peopleSpec({ match: [byEmail, creates] });
const MANY = 700;

describe('records that are not linked, when they are matched otherwise from now on', () => {
  let people: PeoplePair;
  beforeAll(async () => {
    people = await PeoplePair.open(strict);
    const { a, b } = people.pair;
    const add = `insert into t (name, email) select 'P' || i,`;
    await a.query(`${add} 'P' || i || '@X.com' from generate_series(1, ${String(MANY)}) i order by i`);
    await b.query(`${add} 'p' || i || '@x.com' from generate_series(1, ${String(MANY)}) i order by i desc`);
    await people.pair.start();
    await people.pair.quiet();
    await people.add('a', 'Linked', null, 'linked@x.com');
    await people.add('b', 'Linked', null, 'linked@x.com');
    await people.add('a', 'Asked', null, 'asked@x.com');
    await people.pair.quiet();
    // Linked by a rule that would not link the two any more.
    await people.pair.a.query(`update t set email = 'elsewhere@x.com' where name = 'Linked'`);
    await people.pair.quiet();
  }, 60_000);
  afterAll(() => people.close());

  it('are counted beforehand', async () => {
    expect((await preview(people.pair, strict)).matching).toBeNull();
    expect((await preview(people.pair, lenient)).matching).toEqual({
      records: { A: MANY + 1, B: MANY },
      some: false,
      links: MANY,
      asks: 0,
      makes: { A: 1, B: 0 },
    });
    expect(await people.hub(`select from link where state = 'live'`)).toHaveLength(1);
  }, 30_000);

  it('all have their new keys before any is judged, also where that is cut off: none is made twice', async () => {
    await people.pair.stop();
    people.pair.declare(lenient);
    armFailpoints('rematch.page:2:error');
    await people.pair.start();
    await people.pair.quiet(60_000);
    armFailpoints(null);
    for (const side of ['a', 'b'] as const) expect(await people.count(side, '%')).toBe(MANY + 2);
    const rows = await people.hub<{ a_id: string; b_id: string }>(
      `select a_id, b_id from link where state = 'live'`,
    );
    expect(rows).toHaveLength(MANY + 2);
    const linked = await people.pair.b.query(`select email from t where name = 'Linked'`);
    expect(linked.rows).toEqual([{ email: 'elsewhere@x.com' }]);
    expect(await people.questions()).toEqual([]);
    expect(await people.hub('select from pipeline where rematch_side is not null')).toEqual([]);
  }, 90_000);
});
