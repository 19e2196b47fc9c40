import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { MixedPair } from '../support/mixed-pair.js';

const review = { strategy: 'review' } as const;
const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'marked' },
  connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 't' } },
  match: [
    { id: 'by-key', by: ['key'], action: 'link' },
    { id: 'none', action: 'create' },
  ],
  fields: { key: { a: 'key', b: 'key_', policy: review }, x: { a: 'x', b: 'x', policy: review } },
  deletes: {
    aDeleted: 'delete',
    bDeleted: 'delete',
    archive: { a: { column: 'archived', mark: true }, b: { column: 'deleted_at', mark: 'now' } },
  },
  schedule: { verifyEvery: 'off' },
  load: { accept: 'automatic' },
};

describe('rows that are marked as deleted in MariaDB', () => {
  let pair: MixedPair;
  beforeAll(async () => {
    pair = await MixedPair.open(
      {
        a: `create table t (id bigserial primary key, key text, x text, archived boolean not null default false);
            insert into t (key, x) values ('k1', 'x1'), ('k2', 'x2')`,
        b: `create table t (id bigint primary key auto_increment, key_ varchar(40), x varchar(40), deleted_at datetime null);
            insert into t (key_, x, deleted_at) values ('old', 'x', '2020-01-01')`,
      },
      spec,
    );
    await pair.start();
    await pair.quiet();
  }, 60_000);
  afterAll(() => pair.close());

  const inA = async () =>
    (
      await pair.a.query<{ s: string }>(
        `select concat_ws(' ', key, x, archived::text) as s from t order by id`,
      )
    ).rows.map(({ s }) => s);
  const inB = async () =>
    (
      await pair.rowsOfB(
        `select concat_ws(' ', key_, x, if(deleted_at is null, 'false', 'true')) as s from t order by id`,
      )
    ).map(({ s }) => s);

  it('are deleted records, and un-marked ones are back', async () => {
    expect([await inA(), await inB()]).toEqual([
      ['k1 x1 false', 'k2 x2 false'],
      ['old x true', 'k1 x1 false', 'k2 x2 false'],
    ]);
    await pair.a.query(`update t set archived = true where key = 'k1'`);
    await pair.b.query(`update t set deleted_at = now() where key_ = 'k2'`);
    await pair.quiet();
    expect([await inA(), await inB()]).toEqual([
      ['k1 x1 true', 'k2 x2 true'],
      ['old x true', 'k1 x1 true', 'k2 x2 true'],
    ]);
    // The side keeps whole seconds: what it holds of our mark is what the way back expects.
    await pair.a.query(`update t set archived = false, x = 'back' where key = 'k1'`);
    await pair.b.query(`update t set deleted_at = null where key_ = 'k2'`);
    await pair.quiet();
    expect([await inA(), await inB()]).toEqual([
      ['k1 back false', 'k2 x2 false'],
      ['old x true', 'k1 back false', 'k2 x2 false'],
    ]);
    expect(await pair.hubRows('select state, epoch from link')).toEqual([
      { state: 'live', epoch: 2 },
      { state: 'live', epoch: 2 },
    ]);
    expect(await pair.hubRows('select * from blocked_unit')).toEqual([]);
  });
});
