import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addToCounters, labelText, parseLabels } from '../../src/database/counters.js';
import { HubPools } from '../../src/database/pools.js';
import { inTransaction } from '../../src/database/transaction.js';
import { migratedDatabase, type TestDatabase } from '../support/test-database.js';

describe('counters', () => {
  let database: TestDatabase;
  let pools: HubPools;
  beforeAll(async () => {
    database = await migratedDatabase();
    pools = new HubPools(database.url);
  });
  afterAll(async () => {
    await pools.close();
    await database.drop();
  });

  it('add up what many transactions add at the same time, in whatever order', async () => {
    const counts = [
      { name: 'writes', labels: { side: 'A', result: 'applied' }, by: 2 },
      { name: 'writes', labels: { result: 'applied', side: 'A' }, by: 1 },
      { name: 'changes_observed', labels: { side: 'B' }, by: 5 },
      { name: 'conflicts_opened', labels: { kind: 'value' }, by: 0 },
    ] as const;
    await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        inTransaction(pools.general, (client) =>
          addToCounters(client, 1, i % 2 ? counts : counts.toReversed()),
        ),
      ),
    );
    const { rows } = await pools.general.query('select name, labels, value from counter order by name');
    expect(rows).toEqual([
      { name: 'changes_observed', labels: 'side=B', value: 200 },
      { name: 'writes', labels: 'result=applied,side=A', value: 120 },
    ]);
  });

  it('keep labels as text and give them back', () => {
    expect(parseLabels(labelText({ side: 'A', kind: 'value=x' }))).toEqual({ side: 'A', kind: 'value=x' });
    expect(parseLabels('')).toEqual({});
  });
});
