import { afterEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { armFailpoints } from '../../src/common/failpoint.js';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { ServiceChild } from '../support/service-child.js';
import { SyncPair } from '../support/sync-pair.js';

const owned = { strategy: 'owner', owner: 'a' } as const;
const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'twins' },
  connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 'public.t' } },
  match: [
    { id: 'by-email', by: ['email'], normalize: { email: 'email' }, action: 'link' },
    { id: 'none', action: 'create' },
  ],
  fields: { email: { a: 'email', b: 'email', policy: owned } },
  load: { accept: 'automatic' },
};
const table = 'create table t (id serial primary key, email text);';

describe('a record made on both sides at once', () => {
  let pair: SyncPair;
  let child: ServiceChild | undefined;
  afterEach(async () => {
    armFailpoints(null);
    await child?.kill();
    child = undefined;
    await pair.close();
  });
  const ids = async (side: 'a' | 'b') =>
    (await pair[side].query<{ id: string }>('select id::text from t order by id')).rows.map(({ id }) => id);
  const until = async (what: string, holds: () => Promise<boolean>) => {
    for (let i = 0; i < 800; i++) {
      if (await holds()) return;
      await sleep(25);
    }
    throw new Error(`never: ${what}`);
  };

  it('in the moment between looking and writing is not copied back: a person is asked, and the two originals are linked', async () => {
    pair = await SyncPair.open({ a: table, b: table }, spec);
    await pair.start();
    await pair.quiet();
    armFailpoints('newcomers.ids-allocated:1:delay=2000');
    await pair.a.query(`insert into t (email) values ('ann@x.com')`);
    // The id of the copy is taken: what follows is its write.
    await until('an id is taken', async () => {
      const { rows } = await pair.b.query<{ is_called: boolean }>('select is_called from t_id_seq');
      return rows[0]?.is_called === true;
    });
    await pair.b.query(`insert into t (email) values (' ANN@x.com')`);
    await pair.quiet();
    const { rows } = await pair.hub.general.query<{ id: string; reason: string; ext_id: string }>(
      `select c.id, c.reason, q.ext_id from conflict c join match_question q on q.conflict_id = c.id`,
    );
    expect(rows).toEqual([
      expect.objectContaining({ ext_id: '2', reason: expect.stringContaining('just made a counterpart') }),
    ]);
    expect([await ids('a'), await ids('b')]).toEqual([['1'], ['1', '2']]);

    await pair.hub.general.query(
      `insert into link_order (id, pipeline_id, kind, side, a_id, b_id, conflict_id, by) values ($1, 1, 'link', 'B', '1', '2', $2, 'dana')`,
      [randomUUID(), rows[0]?.id],
    );
    await until('it is linked', async () => {
      const { rows: links } = await pair.hub.general.query<{ a_id: string; b_id: string; state: string }>(
        'select a_id, b_id, state from link order by id',
      );
      return (
        JSON.stringify(links) ===
        JSON.stringify([
          { a_id: '1', b_id: '1', state: 'unlinked' },
          { a_id: '1', b_id: '2', state: 'live' },
        ])
      );
    });
    await pair.quiet();
    expect([await ids('a'), await ids('b')]).toEqual([['1'], ['1', '2']]);
    const { rows: left } = await pair.b.query('select email from t order by id');
    expect(left).toEqual([{ email: 'ann@x.com' }, { email: 'ann@x.com' }]);
  }, 60_000);

  it('is made once though the answer to its making is lost with the process', async () => {
    pair = await SyncPair.open({ a: table, b: table }, spec);
    await pair.start();
    await pair.quiet();
    await pair.stop();
    const input = { urls: pair.urls, declaration: pair.declared };
    for (const [i, point] of ['write.commit-sent', 'delivery.answered'].entries()) {
      child = await ServiceChild.start(input, `${point}:1:kill`);
      await pair.a.query('insert into t (email) values ($1)', [`${point}@x.com`]);
      await child.ended;
      child = await ServiceChild.start(input);
      await until('both sides have it', async () => {
        const { rowCount } = await pair.b.query('select from t where email = $1', [`${point}@x.com`]);
        const { rows } = await pair.hub.general.query<{ busy: number }>(
          `select count(*)::int as busy from attempt_batch where state in ('sent', 'unknown')`,
        );
        return rowCount !== 0 && rows[0]?.busy === 0;
      });
      await child.kill();
      expect([(await ids('a')).length, (await ids('b')).length]).toEqual([i + 1, i + 1]);
    }
  }, 90_000);
});
