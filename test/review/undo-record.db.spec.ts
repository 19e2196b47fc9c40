import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ReviewedPair, type Row } from '../support/reviewed-pair.js';

const KEYS = ['gone', 'again', 'kept', 'kept-edited', 'forgotten', 'field'];

describe('a decision about a record that is undone after it was written', () => {
  let all: ReviewedPair;

  beforeAll(async () => {
    all = await ReviewedPair.open(KEYS);
  }, 60_000);
  afterAll(() => all.pair.close());

  const whole = 'x, y, street, town';
  const stood = { x: 'x', y: 'y', street: 'High St', town: 'York' };

  async function deleted(key: string): Promise<void> {
    await all.pair.a.query('delete from t where key = $1', [key]);
    await all.pair.quiet();
  }

  it('makes it again where it stood, when its deletion is undone', async () => {
    await deleted('gone');
    const id = await all.decide('gone', 'a', undefined, '$life');
    expect(await all.on('b', 'gone')).toBeUndefined();
    const { body } = await all.undo(id);
    expect(body.undone).toEqual({ A: 'as-it-was', B: 'given-back' });
    await all.pair.quiet();
    expect([await all.on('a', 'gone', whole), await all.on('b', 'gone', whole)]).toEqual([undefined, stood]);
    expect(await all.says('gone', '$life')).toEqual(['undone open', 'a "deleted"', 'b "live"']);
    // From here it goes on like any other.
    await all.pair.b.query(`update t set y = 'edited' where key = 'gone'`);
    await all.pair.quiet();
    await all.decide('gone', 'b', undefined, '$life');
    expect(await all.on('a', 'gone', whole)).toEqual({ ...stood, y: 'edited' });
    await all.pair.a.query(`update t set x = 'flows' where key = 'gone'`);
    await all.pair.quiet();
    expect(await all.xs('gone')).toEqual(['flows', 'flows']);
  }, 60_000);

  it('cannot be undone once the record is there again, and says so', async () => {
    const { rows } = await all.pair.b.query<Row>(`select * from t where key = 'again'`);
    await deleted('again');
    const id = await all.decide('again', 'a', undefined, '$life');
    await all.pair.b.query(`insert into t (id, key, x) values ($1, 'again', 'new')`, [rows[0]?.id]);
    await all.pair.quiet();
    await expect(all.undo(id)).rejects.toMatchObject({
      code: 'not-undoable',
      message: expect.stringMatching(/^Support has a record with this id again: rec_\d+\.$/) as unknown,
    });
  }, 60_000);

  it('deletes it again where it had been deleted, when keeping it is undone', async () => {
    await deleted('kept');
    const id = await all.decide('kept', 'b', undefined, '$life');
    expect(await all.on('a', 'kept', whole)).toEqual(stood);
    const { body } = await all.undo(id);
    expect(body.undone).toEqual({ A: 'given-back', B: 'as-it-was' });
    await all.pair.quiet();
    expect([await all.on('a', 'kept'), await all.on('b', 'kept', whole)]).toEqual([undefined, stood]);
    expect(await all.says('kept', '$life')).toEqual(['undone open', 'a "deleted"', 'b "live"']);
  }, 60_000);

  it('but not where somebody has edited it since, known or not', async () => {
    await deleted('kept-edited');
    const id = await all.decide('kept-edited', 'b', undefined, '$life');
    await all.pair.stop();
    await all.set('a', 'kept-edited', 'unread');
    await all.undo(id);
    await all.again();
    expect((await all.on('a', 'kept-edited'))?.x).toBe('unread');
    expect(await all.says('kept-edited', '$life')).toContain('a "live"');
  }, 60_000);

  it('nor where the lineage cannot tell any more whether somebody has', async () => {
    await deleted('forgotten');
    const id = await all.decide('forgotten', 'b', undefined, '$life');
    await all.set('a', 'forgotten', 'edited');
    await all.pair.quiet();
    const { general } = all.pair.hub;
    await general.query(
      `delete from lineage where kind = 'decided' and link_id = (select link_id from decision order by at desc limit 1)`,
    );
    const { body } = await all.undo(id);
    expect(body.undone).toEqual({ A: 'edited-since', B: 'edited-since' });
    await all.pair.quiet();
    expect((await all.on('a', 'forgotten'))?.x).toBe('edited');
  }, 60_000);

  it('of a field of a record that is gone names the decision to undo first', async () => {
    await all.disagree('field', 'from A', 'from B');
    const id = await all.decide('field', 'a');
    await deleted('field');
    const deletion = await all.decide('field', 'a', undefined, '$life');
    await expect(all.undo(id)).rejects.toMatchObject({
      code: 'not-undoable',
      details: { decision: deletion },
    });
    await all.undo(deletion);
    await all.pair.quiet();
    await all.decide('field', 'b', undefined, '$life');
    await all.undo(id);
    await all.pair.quiet();
    expect(await all.xs('field')).toEqual(['from A', 'from B']);
  }, 60_000);
});
