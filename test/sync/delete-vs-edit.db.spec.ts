import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Veils } from '../../src/database/veils.js';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { RevisionPlans } from '../../src/database/revision-plans.js';
import { Clock } from '../../src/common/clock.js';
import { ConflictsService } from '../../src/review/conflicts.service.js';
import { ReviewRules } from '../../src/review/queue/review-rules.js';
import { DecideService } from '../../src/review/decide.service.js';
import { UndoService } from '../../src/review/undo.service.js';
import { ServiceChild } from '../support/service-child.js';
import { SyncPair } from '../support/sync-pair.js';
import { actor } from '../support/tester.js';

const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'deletes' },
  connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 'public.t' } },
  match: [
    { id: 'by-key', by: ['key'], action: 'link' },
    { id: 'none', action: 'create' },
  ],
  fields: {
    key: { a: 'key', b: 'key', policy: { strategy: 'review' } },
    x: { a: 'x', b: 'x', policy: { strategy: 'review' } },
    y: { a: 'y', b: 'y', policy: { strategy: 'review' } },
  },
  deletes: { aDeleted: 'delete', bDeleted: 'delete', deleteVsEdit: 'review' },
  review: { undoWindow: '1ms' },
  load: { accept: 'automatic' },
};
const table = 'create table t (id bigserial primary key, key text, x text, y text);';

describe('an edit of a record that the other side has deleted', () => {
  let pair: SyncPair;
  beforeEach(async () => {
    pair = await SyncPair.open(
      { a: `${table} insert into t (key, x, y) values ('k', 'x', 'y')`, b: table },
      spec,
    );
    await pair.start();
    await pair.quiet();
  });
  afterEach(() => pair.close());

  const rows = async (side: 'a' | 'b') => (await pair[side].query('select key, x, y from t')).rows;
  const questions = async (unit: string) =>
    (
      await pair.hub.general.query<{ id: string; state: string; kind: string; rev: number }>(
        'select id, state, kind, rev from conflict where unit = $1 order by opened_at',
        [unit],
      )
    ).rows;
  const lives = () => questions('$life');
  const decide = async (take: 'a' | 'b', unit = '$life'): Promise<void> => {
    const plans = new RevisionPlans(pair.hub);
    const veils = new Veils(pair.hub, new Clock(), plans);
    const conflicts = new ConflictsService(pair.hub, plans, new ReviewRules(pair.hub), new Clock(), veils);
    const [row] = await questions(unit);
    await new DecideService(pair.hub, plans, new Clock(), conflicts, veils).decide({
      conflict: `cf_${row?.id ?? ''}`,
      accepted: [`"${String(row?.rev)}-open"`],
      input: { take },
      by: actor('somebody'),
      idempotencyKey: undefined,
    });
  };

  it.each(['delivery.before-send', 'write.claimed'])(
    'is put to a person when the delete was planned, and the service died at %s before it happened',
    async (point) => {
      await pair.stop();
      await pair.b.query('delete from t');
      const child = await ServiceChild.start(
        { urls: pair.urls, declaration: pair.declared },
        `${point}:1:kill`,
      );
      expect(await child.endsWithin(10_000)).toBe(true);
      await pair.a.query(`update t set x = 'edited'`);
      await pair.start();
      await pair.quiet();
      expect(await rows('a')).toEqual([{ key: 'k', x: 'edited', y: 'y' }]);
      expect(await lives()).toMatchObject([{ state: 'open', kind: 'delete-vs-edit' }]);

      await decide('a');
      await pair.quiet();
      expect(await rows('b')).toEqual([{ key: 'k', x: 'edited', y: 'y' }]);
      expect(await lives()).toMatchObject([{ state: 'closed' }]);
    },
    60_000,
  );

  it('made while the record is in question follows once it is decided that it stays', async () => {
    await pair.stop();
    await pair.a.query('delete from t');
    await pair.b.query(`update t set y = 'edited'`);
    await pair.start();
    await pair.quiet();
    await decide('b');
    await pair.quiet();
    const { rows: decisions } = await pair.hub.general.query<{ id: string }>('select id from decision');
    const veils = new Veils(pair.hub, new Clock(), new RevisionPlans(pair.hub));
    await new UndoService(pair.hub, new RevisionPlans(pair.hub), new Clock(), veils).undo({
      decision: `dec_${decisions[0]?.id ?? ''}`,
      by: actor('somebody'),
      idempotencyKey: undefined,
    });
    await pair.a.query(`update t set x = 'meanwhile'`);
    await pair.quiet();
    expect(await rows('b')).toEqual([{ key: 'k', x: 'x', y: 'edited' }]);
    await decide('a');
    await pair.quiet();
    expect(await rows('b')).toEqual([{ key: 'k', x: 'meanwhile', y: 'edited' }]);
  }, 60_000);

  it('is put to a person also when the log has not seen the deletion, of a record that was made again before', async () => {
    await pair.stop();
    await pair.a.query('delete from t');
    await pair.b.query(`update t set y = 'edited'`);
    await pair.start();
    await pair.quiet();
    await decide('b');
    await pair.quiet();
    await pair.a
      .query(`set session_replication_role = replica; begin; alter table t disable trigger all; delete from t;
      alter table t enable trigger all; commit`);
    const { rows: ours } = await pair.a.query<{ name: string }>(
      `select tgname as name from pg_trigger where tgrelid = 't'::regclass and not tgisinternal`,
    );
    for (const { name } of ours) await pair.a.query(`alter table t enable always trigger "${name}"`);
    await pair.b.query(`update t set y = 'edited again'`);
    await pair.quiet();
    expect((await lives()).at(-1)).toMatchObject({ state: 'open', kind: 'delete-vs-edit' });
  }, 60_000);

  it('ends decisions about its fields with it, when the record goes', async () => {
    await pair.stop();
    await pair.a.query(`update t set x = 'a'`);
    await pair.b.query(`update t set x = 'b'`);
    await pair.start();
    await pair.quiet();
    await pair.stop();
    await decide('a', 'x');
    await pair.b.query('delete from t');
    await pair.start();
    await pair.quiet();
    await decide('b');
    await pair.quiet();
    expect(await rows('a')).toEqual([]);
    const { rows: outcomes } = await pair.hub.general.query(
      'select unit, outcome from decision order by unit',
    );
    expect(outcomes).toEqual([
      { unit: '$life', outcome: 'applied' },
      { unit: 'x', outcome: 'closed' },
    ]);
  }, 60_000);

  it('follows to the side where the record is made again, when a person decides to keep it', async () => {
    await pair.stop();
    await pair.a.query('delete from t');
    await pair.b.query(`update t set y = 'edited'`);
    await pair.start();
    await pair.quiet();
    expect(await lives()).toMatchObject([{ state: 'open', kind: 'delete-vs-edit' }]);
    await decide('b');
    await pair.quiet();
    expect(await rows('a')).toEqual([{ key: 'k', x: 'x', y: 'edited' }]);
  }, 60_000);

  it('and the last edit of the side that deleted it is kept with it, though nobody else had seen that edit', async () => {
    await pair.stop();
    await pair.a.query(`update t set x = 'edited last'`);
    await pair.a.query('delete from t');
    await pair.b.query(`update t set y = 'edited'`);
    await pair.start();
    await pair.quiet();
    expect(await lives()).toMatchObject([{ state: 'open', kind: 'delete-vs-edit' }]);
    await decide('b');
    await pair.quiet();
    const both = [{ key: 'k', x: 'edited last', y: 'edited' }];
    expect([await rows('a'), await rows('b')]).toEqual([both, both]);
    expect(await lives()).toMatchObject([{ state: 'closed' }]);
  }, 60_000);
});
