import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { auditTrail } from '../access/audit-trail.js';
import { accord } from '../cli/child.js';
import { ConnectedService, newMasterKey, plainSpec, plainTable } from '../support/connected-service.js';
import { until } from '../support/until.js';
import { unseen } from '../support/verifying.js';
import { createTestDatabase, migratedDatabase, type TestDatabase } from '../support/test-database.js';

// The machine is shared with the other suites.
jest.setTimeout(120_000);

interface Why {
  readonly inSync: boolean;
  readonly sentence: string;
  readonly keptOut: boolean;
  readonly reasons: readonly {
    code: string;
    weight: string;
    field: string | null;
    detail: string;
    action: string;
    advice: string;
    conflict: string | null;
  }[];
  readonly resync: { state: string; drifted: number | null; askedBy: string | null } | null;
}

describe('a single record', () => {
  const databases: TestDatabase[] = [];
  let a: pg.Pool;
  let b: pg.Pool;
  let service: ConnectedService;
  const records = new Map<string, string>();

  beforeAll(async () => {
    const [hub, one, two] = await Promise.all([
      migratedDatabase(),
      createTestDatabase(),
      createTestDatabase(),
    ]);
    databases.push(hub, one, two);
    [a, b] = [one, two].map(({ url }) => new pg.Pool({ connectionString: url, max: 2 })) as [
      pg.Pool,
      pg.Pool,
    ];
    for (const side of [a, b])
      await side.query(
        `${plainTable} alter table t add column y text check (y <> 'refused'); insert into t values ('k3', 'three')`,
      );
    const plain = plainSpec('companies', { a: 'crm', b: 'support' });
    const y = { a: 'y', b: 'y', policy: { strategy: 'review' } } as const;
    const spec: PipelineSpec = { ...plain, fields: { ...plain.fields, y }, review: { undoWindow: '0s' } };
    service = await ConnectedService.start(hub, [spec], {
      declared: { crm: one.url, support: two.url },
      variables: { ACCORD_MASTER_KEY: newMasterKey() },
    });
    await until(
      async () => (await (await service.call('GET', '/pipelines/companies')).json()).state as string,
      (state) => state === 'running',
      'the first load',
    );
    for (const key of ['k1', 'k2', 'k3']) {
      const found = await service.call('GET', `/records:lookup?pipeline=companies&side=A&externalId=${key}`);
      records.set(key, (await found.json()).id);
    }
  });
  afterAll(async () => {
    await service.close();
    await Promise.all([a.end(), b.end()]);
    await Promise.all(databases.map((database) => database.drop()));
  });

  const path = (key: string): string => `/records/${records.get(key)!}`;
  const why = async (key: string): Promise<Why> => (await service.call('GET', `${path(key)}/why`)).json();
  const codes = ({ reasons }: Why): string[] =>
    reasons.map(({ code, field }) => (field === null ? code : `${code} ${field}`));
  const says = (key: string, ...expected: string[]): Promise<Why> =>
    until(
      () => why(key),
      (said) => codes(said).join() === expected.join(),
      expected.join() || 'nothing',
    );
  const value = async (side: pg.Pool, key: string, column = 'x'): Promise<string | null> =>
    (await side.query<{ v: string | null }>(`select ${column} as v from t where key = $1`, [key])).rows[0]!.v;
  const holds = (side: pg.Pool, key: string, expected: string, column = 'x'): Promise<unknown> =>
    until(
      () => value(side, key, column),
      (seen) => seen === expected,
      `${expected} in ${key}`,
    );
  /** What the engine was told before is done: another record has gone all the way since. */
  let beats = 0;
  const everythingBefore = async (): Promise<void> => {
    const beat = `beat ${String(++beats)}`;
    await a.query(`update t set x = $1 where key = 'k3'`, [beat]);
    await holds(b, 'k3', beat);
  };

  it('that is in sync says so', async () => {
    expect(await says('k1')).toMatchObject({
      inSync: true,
      sentence: 'It is in sync: both sides hold the same.',
      keptOut: false,
      resync: null,
    });
    expect((await service.call('GET', '/records/rec_999999/why')).status).toBe(404);
  });

  it('with a conflict or a refused value says what a person has to do', async () => {
    await service.call('POST', '/pipelines/companies/pause', { reason: 'cleaning' });
    const paused = await says('k1', 'pipeline-paused');
    expect(paused.reasons[0]).toMatchObject({
      weight: 'stops',
      action: 'resume',
      detail: 'Ann Tester has paused the pipeline: cleaning',
    });
    await a.query(`update t set y = 'one' where key = 'k1'`);
    await b.query(`update t set y = 'other' where key = 'k1'`);
    await b.query(`alter table t drop constraint t_y_check; alter table t add check (y <> 'refused')`);
    await a.query(`alter table t drop constraint t_y_check`);
    await service.call('POST', '/pipelines/companies/resume', {});
    const asked = await says('k1', 'conflict y');
    expect(asked).toMatchObject({ inSync: false, sentence: 'One thing keeps it from being in sync.' });
    expect(asked.reasons[0]).toMatchObject({
      action: 'decide',
      advice: 'A person has to decide.',
      conflict: expect.stringMatching(/^cf_/),
    });
    await a.query(`update t set y = 'refused' where key = 'k2'`);
    const refused = await says('k2', 'refused y');
    expect(refused.reasons[0]).toMatchObject({
      action: 'retry',
      detail: expect.stringContaining('support refuses it'),
    });
    const said = await accord(['why', records.get('k2')!], {
      ACCORD_URL: service.url,
      ACCORD_TOKEN: service.tester.token,
    });
    expect(said).toMatchObject({ code: 6, out: expect.stringContaining('support refuses it') });
  });

  it('that is excluded is seen and never written; its conflicts are put away, and nothing is deleted', async () => {
    expect((await service.call('POST', `${path('k1')}/exclude`, {})).status).toBe(422);
    const excluded = await service.call('POST', `${path('k1')}/exclude`, { reason: 'being cleaned up' });
    expect([excluded.status, await excluded.json()]).toEqual([
      200,
      { record: records.get('k1'), pipeline: 'companies' },
    ]);
    const said = await says('k1', 'kept-out');
    expect(said).toMatchObject({ keptOut: true, inSync: false });
    expect(said.reasons[0]).toMatchObject({
      action: 'include',
      detail: 'Ann Tester keeps it out of sync: being cleaned up',
    });
    await until(
      async () => (await (await service.call('GET', '/conflicts')).json()).items.length as number,
      (n) => n === 0,
      'the conflict to be put away',
    );
    await a.query(`update t set x = 'unseen' where key = 'k1'`);
    await everythingBefore();
    expect(await value(b, 'k1')).toBe('one');
    const record = await (await service.call('GET', path('k1'))).json();
    expect(record).toMatchObject({
      state: 'excluded',
      excluded: 'kept out of sync by Ann Tester: being cleaned up',
    });
    const { items } = await (await service.call('GET', '/records?state=excluded')).json();
    expect(items.map(({ id }: { id: string }) => id)).toEqual([records.get('k1')]);
    expect(await value(a, 'k1')).toBe('unseen');
  });

  it('that is included again is compared, and what was edited meanwhile counts', async () => {
    const included = await service.call('POST', `${path('k1')}/include`, { note: 'clean' });
    expect(included.status).toBe(202);
    await holds(b, 'k1', 'unseen');
    const back = await says('k1', 'conflict y');
    expect(back.keptOut).toBe(false);
    const twice = await service.call('POST', `${path('k1')}/include`, {});
    expect([twice.status, (await twice.json()).code]).toEqual([409, 'not-waiting']);
    const { items } = await (await service.call('GET', `${path('k1')}/lineage`)).json();
    const told = items
      .filter(({ field }: { field: string }) => field === '$scope')
      .map(({ why: words, actor }: { why: string; actor: { name: string } | null }) => [actor?.name, words]);
    expect(told).toContainEqual(['Ann Tester', 'Ann Tester keeps it out of sync: being cleaned up']);
    expect(told).toContainEqual(['Ann Tester', 'Ann Tester takes it back into sync: clean']);
    const actions = (await auditTrail(service.pools)).map(({ action }) => action);
    expect(actions).toEqual(expect.arrayContaining(['record.excluded', 'record.included']));
  });

  it('is read on both sides again when somebody asks, and an edit that nothing had told of is taken in', async () => {
    await b.query(unseen(`update t set x = 'drifted' where key = 'k2'`));
    await everythingBefore();
    expect(await value(a, 'k2')).toBe('two');
    const asked = await service.call('POST', `${path('k2')}/resync`);
    expect(asked.status).toBe(202);
    await holds(a, 'k2', 'drifted');
    const done = await until(
      () => why('k2'),
      ({ resync }) => resync?.state === 'finished',
      'the resync to end',
    );
    expect(done.resync).toMatchObject({ drifted: 1, askedBy: 'Ann Tester' });
    const listed = await (await service.call('GET', '/pipelines/companies/verifications')).json();
    expect(listed.items.filter(({ askedBy }: { askedBy: string | null }) => askedBy !== null)).toEqual([]);
    const finished = (await auditTrail(service.pools)).find(({ action }) => action === 'record.resynced');
    expect(finished).toMatchObject({ object: records.get('k2'), detail: { differences: { unknown: 1 } } });
  });

  it('that has ended is neither excluded nor read again', async () => {
    await service.call('POST', `${path('k3')}/unlink`, {});
    await says('k3', 'unlinked');
    for (const what of ['exclude', 'resync', 'include']) {
      const answer = await service.call(
        'POST',
        `${path('k3')}/${what}`,
        what === 'exclude' ? { reason: 'x' } : {},
      );
      expect([what, answer.status, (await answer.json()).code]).toEqual([what, 409, 'not-linked']);
    }
  });
});
