import { expect } from '@jest/globals';
import { QueueJob } from '../../src/review/queue/queue-job.js';
import { HubRecords } from '../support/hub-records.js';
import { reviewPlan } from '../support/review-plan.js';
import { addPerson, signIn } from '../support/tester.js';
import type { UiService } from './ui-service.js';

/** Public ids of records that {@link makeTrouble} made. */
export interface Troubled {
  readonly record: string;
  readonly deleted: string;
}

/**
 * One record in every kind of trouble, one that is deleted and one that is about to be, a pipeline that waits for its first load to be
 * accepted, a connection that does not work, and a person who asks another.
 */
export async function makeTrouble(service: UiService): Promise<Troubled> {
  const { records, pools } = service;
  const link = await records.agreed(
    { a: 'A-1', b: 'B-1' },
    { name: 'Nokia', email: 'a@x.com', tags: ['vip'] },
  );
  for (const [unit, a, b] of [
    ['email', 'a@y.com', 'a@z.com'],
    ['tags', ['eu', 'vip'], []],
    ['amount', '5', '6'],
    ['notes', 'is ill', 'was ill'],
  ] as const)
    await records.edit(link, { unit, side: 'A', value: a }, { unit, side: 'B', value: b });
  const gone = await records.agreed({ a: 'A-9', b: 'B-9' }, { name: 'Gone Ltd' });
  const going = await records.agreed({ a: 'A-8', b: 'B-8' }, { name: 'Going Ltd' });
  await records.edit(going, { unit: '$life', side: 'A', value: 'deleted' });
  await pools.general.query(
    `with ended as (update link set state = 'deleted', ended_at = now() where id = $1)
     update shadow set fields = fields || '{"$life": "deleted"}' where link_id = $1`,
    [gone],
  );
  await stopAndDiffer(service, link);
  await waitForAcceptance(service);
  await service.app.get(QueueJob).look();
  await askAnother(service, link);
  return { record: `rec_${String(link)}`, deleted: `rec_${String(gone)}` };
}

/** What the engine leaves behind: a guard that held, a conflict that is over, a verification, lag, and a value that was refused. */
async function stopAndDiffer({ pools, records }: UiService, link: number): Promise<void> {
  const sample = [{ record: link, a: 'A-1', b: 'B-1', unit: 'email', before: 'a@x.com', after: null }];
  const candidates = [
    { key: 'a', side: 'A', v: 'Leeds', d: 'A2', c: '2.1.1' },
    { key: 'b', side: 'B', v: 'Hull', d: 'B2', c: '1.2.1' },
  ];
  const found = { conflict: 0, blocked: 0, 'in-flight': 0, policy: 0, unknown: 1 };
  const told = 'CRM has another value than was last seen there';
  await pools.general.query(
    `with guard as (
       insert into guard_trip (id, pipeline_id, side, kind, subject, count, most, linked, window_ms, sample)
       values (gen_random_uuid(), $2, 'A', 'blanking', 'email', 1200, 100, 4000, 3600000, $3)),
     closed as (
       insert into conflict (id, pipeline_id, link_id, unit, key, state, kind, reason, title, base, candidates, policy, revision, closed_at, close_reason)
       values (gen_random_uuid(), $2, $1, 'code', 'A2,B2', 'closed', 'value', 'both sides changed it', 'Nokia', null, $4,
               '{"strategy":"review"}', 1, now(), 'converged')),
     verified as (
       insert into verification (pipeline_id, state, revision, started_at, finished_at, done, total, found, certificate, hash)
       values ($2, 'finished', 1, now(), now(), 1, 1, $5, '{}', repeat('ab', 32)) returning id),
     differs as (
       insert into verification_difference (verification_id, kind, reason, link_id, side, ext_id, unit, held, seen, detail, mark)
       select id, 'value', 'unknown', $1, 'A', 'A-1', 'name', '"Nokia"', '"Nokia Oyj"', $6, '' from verified),
     lag as (insert into lag_minute values ($2, date_trunc('minute', now()) - interval '2 hours', 'A', 75))
     insert into blocked_unit (link_id, unit, side, pipeline_id, code, detail)
     values ($1, 'name', 'B', $2, 'value-refused', 'value too long for type character varying(40)')`,
    [
      link,
      records.pipelineId,
      JSON.stringify(sample),
      JSON.stringify(candidates),
      JSON.stringify(found),
      told,
    ],
  );
}

async function waitForAcceptance({ pools }: UiService): Promise<void> {
  const { pipelineId } = await HubRecords.create(pools.general, reviewPlan('people'), '60s', {
    fields: { name: {}, email: { pii: true } },
  });
  const differs = { equal: 80, different: 1, onlyA: 5, onlyB: 4, unreadable: 0 };
  const samples = [
    { kind: 'scored', a_id: '7', b_id: '9', points: 14.5, detail: 'name alike, city equal' },
    { kind: 'question', a_id: '8', b_id: '4', points: 9, detail: 'name alike' },
  ];
  const fields = {
    looked: 90,
    fields: {
      name: { ...differs, samples: [{ a: '7', b: '9', A: 'Ann Lee', B: 'Ann B. Lee' }] },
      email: { ...differs, samples: [{ a: '7', b: '9', A: 'ann@x.com', B: 'ann@y.com' }] },
    },
  };
  await pools.general.query(
    `with waits as (update pipeline set state = 'report' where id = $1)
     insert into load_report (pipeline_id, revision, linked, scored, only_a, only_b, ambiguous, excluded_a, samples, fields, left_out, phase, total)
     values ($1, 1, 95, 5, 8, 2, 1, 12, $2, $3, $4, 'report', 105)`,
    [
      pipelineId,
      JSON.stringify(samples),
      JSON.stringify(fields),
      JSON.stringify([{ rule: 'alike', key: 'info@', a: 400, b: 300 }]),
    ],
  );
}

async function askAnother(service: UiService, link: number): Promise<void> {
  const { pools, tester, url } = service;
  await addPerson(pools, {
    email: 'bea@example.org',
    name: 'Bea Second',
    grants: [{ role: 'steward', pipeline: '*' }],
  });
  const bea = await signIn(url, 'bea@example.org');
  const post = async (path: string, body: object, headers: Readonly<Record<string, string>>) => {
    const { status } = await fetch(`${url}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return status;
  };
  const { rows } = await pools.general.query<{ id: string }>(
    `select 'cf_' || id as id from conflict where link_id = $1 and unit = 'amount'`,
    [link],
  );
  const amount = `/conflicts/${rows[0]!.id}`;
  const shown = await fetch(`${url}/api/v1${amount}`, { headers: bea.headers });
  const { work } = (await shown.json()) as { readonly work: { readonly etag: string } };
  const question = { of: tester.id, question: 'Is 6 right?' };
  expect(await post(`${amount}/second-opinion`, question, { ...bea.headers, 'if-match': work.etag })).toBe(
    200,
  );
  const nowhere = { connector: 'postgres', host: '127.0.0.1', port: 1, database: 'd', account: 'a' };
  expect(await post('/connections', { name: 'spare', ...nowhere }, tester.headers)).toBe(201);
}
