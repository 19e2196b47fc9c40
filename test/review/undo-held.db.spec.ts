import { setTimeout as sleep } from 'node:timers/promises';
import { UNSEEN } from '../../src/common/veil.js';
import { Veils } from '../../src/database/veils.js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Clock } from '../../src/common/clock.js';
import { ConflictsService } from '../../src/review/conflicts.service.js';
import { DecideRecordService } from '../../src/review/decide-record.service.js';
import { ReviewRules } from '../../src/review/queue/review-rules.js';
import { UndoService } from '../../src/review/undo.service.js';
import { LineageService } from '../../src/lineage/lineage.service.js';
import { ReviewedPair } from '../support/reviewed-pair.js';
import { actor } from '../support/tester.js';

describe('a decision that is undone while nothing of it was written, and one of a whole record', () => {
  let all: ReviewedPair;

  beforeAll(async () => {
    all = await ReviewedPair.open(['held', 'edited', 'whole']);
  }, 60_000);
  afterAll(() => all.pair.close());

  /** How long decisions from now on wait. */
  const hold = (window: string) =>
    all.pair.hub.general.query(
      `update pipeline_revision set spec = jsonb_set(spec, '{spec,review,undoWindow}', to_jsonb($1::text))`,
      [window],
    );
  const kinds = async (key: string): Promise<readonly string[]> => {
    const lineage = new LineageService(
      all.pair.hub,
      all.plans,
      new Veils(all.pair.hub, new Clock(), all.plans),
    );
    const record = `rec_${String(await all.linkOf(key))}`;
    const { items } = await lineage.list(record, { field: 'x', limit: 50 }, null, UNSEEN);
    return items.map(({ kind }) => kind).reverse();
  };

  it('leaves both systems as they were, says so in the lineage, and can be decided again', async () => {
    await all.disagree('held', 'from A', 'from B');
    await hold('1h');
    const before = await all.says('held');
    const told = await kinds('held');
    const id = await all.click('held', 'value', 'typed');
    expect(await all.xs('held')).toEqual(['from A', 'from B']);
    const { status, body } = await all.undo(id);
    expect([status, body.outcome, body.undone]).toEqual([200, 'undone', undefined]);
    await all.pair.quiet();
    expect(await all.xs('held')).toEqual(['from A', 'from B']);
    expect(await all.says('held')).toEqual(before);
    expect(await kinds('held')).toEqual([...told, 'decided', 'undone']);
    await hold('1ms');
    await all.decide('held', 'b');
    expect(await all.xs('held')).toEqual(['from B', 'from B']);
    expect((await kinds('held')).at(-1)).toBe('written');
  }, 60_000);

  it('keeps what a side was edited to meanwhile, and asks about that', async () => {
    await all.disagree('edited', 'from A', 'from B');
    await hold('1h');
    const id = await all.click('edited', 'a');
    await all.set('b', 'edited', 'newer');
    // While it is held the pipeline has something to do later: what was read is waited for instead.
    while (!(await all.says('edited')).includes('b "newer"')) await sleep(20);
    expect(await all.xs('edited')).toEqual(['from A', 'newer']);
    await all.undo(id);
    await all.pair.quiet();
    expect(await all.xs('edited')).toEqual(['from A', 'newer']);
    expect((await all.says('edited')).slice(1)).toEqual(['a "from A"', 'b "newer"']);
    await hold('1ms');
    await all.decide('edited', 'b');
    expect(await all.xs('edited')).toEqual(['newer', 'newer']);
  }, 60_000);

  it('of a whole record gives each field back, but where a side was edited since', async () => {
    const { pair, plans } = all;
    await hold('1ms');
    await all.disagree('whole', 'x of A', 'x of B');
    await all.disagree('whole', 'y of A', 'y of B', 'y');
    const veils = new Veils(pair.hub, new Clock(), plans);
    const conflicts = new ConflictsService(pair.hub, plans, new ReviewRules(pair.hub), new Clock(), veils);
    const deciding = new DecideRecordService(pair.hub, plans, new Clock(), conflicts, veils);
    const asked = [await all.question('whole', 'x'), await all.question('whole', 'y')];
    const { body } = await deciding.decide({
      record: `rec_${String(await all.linkOf('whole'))}`,
      input: { decisions: asked.map(({ id, etag }) => ({ conflict: id, etag, take: 'a' })) },
      by: actor('Ben'),
      idempotencyKey: undefined,
    });
    await pair.quiet();
    expect(await all.on('b', 'whole', 'x, y')).toEqual({ x: 'x of A', y: 'y of A' });
    await all.set('b', 'whole', 'y edited', 'y');
    await pair.quiet();
    const undoing = new UndoService(pair.hub, plans, new Clock(), veils);
    const decision = body.decisions[0]?.id ?? '';
    const undone = await undoing.undoTogether({ decision, by: actor('Ann'), idempotencyKey: undefined });
    expect(undone.body.decisions.map((one) => one.undone)).toEqual([
      { A: 'given-back', B: 'edited-since' },
      { A: 'as-it-was', B: 'given-back' },
    ]);
    await pair.quiet();
    expect([await all.on('a', 'whole', 'x, y'), await all.on('b', 'whole', 'x, y')]).toEqual([
      { x: 'x of A', y: 'y of A' },
      { x: 'x of B', y: 'y edited' },
    ]);
    expect(await all.says('whole', 'y')).toContain('recovered "y of B"');
  }, 60_000);
});
