import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Clock } from '../../src/common/clock.js';
import { publicId } from '../../src/common/public-ids.js';
import { RestoreService } from '../../src/review/restore.service.js';
import { ReviewedPair, type Row } from '../support/reviewed-pair.js';
import { actor } from '../support/tester.js';

const KEYS = ['both', 'one', 'alone', 'taken', 'there', 'old'];
const whole = 'id, x, y, street, town, note';

describe('a deleted record that somebody restores', () => {
  let all: ReviewedPair;
  let restoring: RestoreService;

  beforeAll(async () => {
    all = await ReviewedPair.open(KEYS);
    restoring = new RestoreService(all.pair.hub, all.plans, new Clock());
  }, 60_000);
  afterAll(() => all.pair.close());

  const hub = async <T extends object>(text: string, values: unknown[] = []) =>
    (await all.pair.hub.general.query<T>(text, values)).rows;
  const restore = async (link: number, side?: 'A' | 'B') => {
    const answer = await restoring.restore(
      publicId.record(link),
      side === undefined ? {} : { side },
      actor('Ada'),
    );
    await all.pair.quiet();
    return answer.sides;
  };
  /** Deleted in A, and that decided on: gone on both sides. */
  const deleteBoth = async (key: string): Promise<{ link: number; stood: readonly (Row | undefined)[] }> => {
    const link = await all.linkOf(key);
    const stood = [await all.on('a', key, whole), await all.on('b', key, whole)];
    await all.pair.a.query('delete from t where key = $1', [key]);
    await all.pair.quiet();
    await all.decide(key, 'a', undefined, '$life');
    expect([await all.on('a', key), await all.on('b', key)]).toEqual([undefined, undefined]);
    return { link, stood };
  };

  it('is there again on both sides under its ids, as a new change of a new epoch, and goes on like any other', async () => {
    const { link, stood } = await deleteBoth('both');
    expect(await restore(link)).toEqual(['A', 'B']);
    const again = [await all.on('a', 'both', whole), await all.on('b', 'both', whole)];
    // What Accord never read it cannot give back.
    expect(again).toEqual(stood.map((row) => ({ ...row, note: null })));
    expect(await hub('select state, epoch, ended_at from link where id = $1', [link])).toEqual([
      { state: 'live', epoch: 2, ended_at: null },
    ]);
    const told = await hub<{ kind: string; k: string; by: string }>(
      `select kind, units -> '$life' ->> 'k' as k, actor ->> 'name' as by from lineage
       where link_id = $1 and units ? '$life' order by id desc limit 2`,
      [link],
    );
    expect(told).toEqual([
      { kind: 'decided', k: 'decision', by: 'Ada' },
      { kind: 'restored', k: 'restored', by: 'Ada' },
    ]);
    expect(
      await hub(
        `select action, object from audit where action = 'record.restored' order by seq desc limit 1`,
      ),
    ).toEqual([{ action: 'record.restored', object: publicId.record(link) }]);
    await all.set('a', 'both', 'flows');
    await all.pair.quiet();
    expect(await all.xs('both')).toEqual(['flows', 'flows']);
    await expect(restore(link)).rejects.toMatchObject({ code: 'not-deleted' });
  }, 60_000);

  it('that is gone on one side is made there, and the question about it is answered', async () => {
    const link = await all.linkOf('one');
    await all.pair.b.query(`delete from t where key = 'one'`);
    await all.pair.quiet();
    expect(await all.says('one', '$life')).toContain('b "deleted"');
    await expect(restore(link, 'A')).rejects.toMatchObject({
      code: 'not-deleted',
      message: `${publicId.record(link)} is not deleted in CRM.`,
    });
    expect(await restore(link)).toEqual(['B']);
    expect(await all.xs('one')).toEqual(['x', 'x']);
    expect(await hub(`select state from conflict where link_id = $1`, [link])).toEqual([{ state: 'closed' }]);
  }, 60_000);

  it('is made on one side alone, and whether the other is to have it stays a question', async () => {
    const { link } = await deleteBoth('alone');
    expect(await restore(link, 'B')).toEqual(['B']);
    expect(await all.xs('alone')).toEqual([undefined, 'x']);
    const [asked] = await hub<{ id: string; reason: string }>(
      `select id, reason from conflict where link_id = $1 and state = 'open'`,
      [link],
    );
    expect(asked?.reason).toBe('Ada restored it in Support alone');
    await all.decide('alone', 'b', undefined, '$life');
    expect(await all.xs('alone')).toEqual(['x', 'x']);
  }, 60_000);

  it('is refused while something else stands under its id, linked or not', async () => {
    const { link, stood } = await deleteBoth('taken');
    await all.pair.b.query(`insert into t (id, key, x) values ($1, 'taken', 'new')`, [stood[1]?.id]);
    await all.pair.quiet();
    await expect(restore(link)).rejects.toMatchObject({
      code: 'key-taken',
      message: expect.stringMatching(/^Support has a record with this id again: rec_\d+\.$/) as unknown,
    });
    await hub(
      `insert into unmatched (pipeline_id, side, ext_id, reason) select pipeline_id, 'A', a_id, 'not-created' from link where id = $1`,
      [link],
    );
    await hub(`update link set state = 'unlinked' where id > $1 and b_id = $2`, [link, String(stood[1]?.id)]);
    await expect(restore(link)).rejects.toMatchObject({
      code: 'key-taken',
      message: expect.stringContaining('which is not linked') as unknown,
    });
    expect(await all.on('b', 'taken')).toEqual({ x: 'new' });
  }, 60_000);

  it('is refused when it was never deleted, or is not known', async () => {
    await expect(restore(await all.linkOf('there'))).rejects.toMatchObject({ code: 'not-deleted' });
    await expect(restore(999_999)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is forgotten once its tombstone is old enough; a record made again under its id is a new one', async () => {
    const { link, stood } = await deleteBoth('old');
    const decision = (await hub<{ id: string }>('select id from decision where link_id = $1', [link]))[0]!;
    const other = await all.linkOf('alone');
    await all.pair.stop();
    await hub(`update link set ended_at = now() - interval '366 days' where id = $1`, [link]);
    // Not old enough; and old, but there: neither is a tombstone to be purged.
    await hub(`update link set ended_at = now() - interval '364 days' where id <> $1 and state = 'deleted'`, [
      link,
    ]);
    await hub(`update link set ended_at = now() - interval '366 days' where id = $1`, [other]);
    const links = () => hub<{ id: number }>('select id from link order by id');
    const before = await links();
    await all.pair.start({ sweepMs: 20 });
    for (let i = 0; i < 400 && (await links()).length === before.length; i++) await sleep(25);
    expect(await links()).toEqual(before.filter(({ id }) => id !== link));
    expect(await hub('select link_id from shadow where link_id = $1', [link])).toEqual([]);
    const [history] = await hub<{ n: number }>('select count(*)::int as n from lineage where link_id = $1', [
      link,
    ]);
    expect(history?.n).toBeGreaterThan(1);
    await expect(restore(link)).rejects.toMatchObject({ code: 'not-found' });
    await expect(all.undo(publicId.decision(decision.id))).rejects.toMatchObject({ code: 'not-undoable' });
    await all.pair.a.query(`insert into t (id, key, x) values ($1, 'old', 'again')`, [stood[0]?.id]);
    await all.pair.quiet();
    expect(await all.xs('old')).toEqual(['again', 'again']);
    expect(await all.linkOf('old')).not.toBe(link);
  }, 60_000);
});
