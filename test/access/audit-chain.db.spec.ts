import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditChainService } from '../../src/access/audit-chain.service.js';
import { Clock } from '../../src/common/clock.js';
import { appendAudit } from '../../src/database/audit.js';
import { HubPools } from '../../src/database/pools.js';
import { inTransaction } from '../../src/database/transaction.js';
import { until } from '../support/until.js';
import { migratedDatabase, type TestDatabase } from '../support/test-database.js';
import { actor, callerWith } from '../support/tester.js';
import { auditTrail } from './audit-trail.js';

describe('a look at the audit chain', () => {
  let database: TestDatabase;
  let pools: HubPools;
  let chain: AuditChainService;
  const ann = callerWith([{ role: 'admin', pipeline: '*' }]);
  const bob = { ...ann, name: 'Bob' };

  beforeAll(async () => {
    database = await migratedDatabase();
    pools = new HubPools(database.url);
    chain = new AuditChainService(pools, new Clock());
    for (const object of ['one', 'two', 'three'])
      await inTransaction(pools.general, (client) =>
        appendAudit(client, Date.now(), {
          actor: actor('Eve'),
          action: 'test.done',
          object,
          pipeline: null,
          detail: {},
        }),
      );
    await chain.verify('last', bob);
  });
  afterAll(async () => {
    await pools.close();
    await database.drop();
  });

  it('that finds something is written down, whoever looks at the same time', async () => {
    await pools.general.query(`alter table audit disable trigger all`);
    await pools.general.query(`update audit set object = 'other' where object = 'two'`);
    await pools.general.query(`alter table audit enable trigger all`);
    const outside = await pools.general.connect();
    await outside.query('begin');
    await outside.query('lock table audit in access exclusive mode');
    const looking = chain.verify('start', ann);
    await until(
      async () =>
        (
          await outside.query(
            `select from pg_locks l join pg_database d on d.oid = l.database
             where d.datname = current_database() and l.locktype = 'advisory' and l.granted`,
          )
        ).rowCount,
      (held) => held === 1,
      'a look that has begun',
    );
    await expect(chain.verify('last', bob)).rejects.toMatchObject({ code: 'leased' });
    await outside.query('rollback');
    outside.release();
    expect((await looking).checked).toMatchObject({
      intact: false,
      by: ann.name,
      faults: [{ seq: 2, fault: 'changed' }],
    });
    expect((await auditTrail(pools, 'audit.verified'))[0]).toMatchObject({
      actor_name: ann.name,
      detail: { faults: 1 },
    });
    // Going on from there forgets nothing of it.
    expect((await chain.verify('last', bob)).checked).toMatchObject({ intact: false, by: 'Bob' });
  });
});
