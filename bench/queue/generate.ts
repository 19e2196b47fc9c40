import type { ClientBase } from 'pg';

export interface QueueSize {
  readonly open: number;
  readonly closed: number;
}

/** Conflicts made in one statement: more make the transaction so large that its memory counts. */
const AT_ONCE = 50_000;
const PIPELINES = ['companies', 'people', 'contracts', 'invoices'] as const;

/** What a revision is compiled from: four fields, all of them matters for people. */
function compileInput(name: string): object {
  const names = ['name', 'email', 'phone', 'city'];
  const review = { strategy: 'review' };
  const field = (column: string): object => ({
    name: column,
    nativeType: 'text',
    type: 'text',
    required: false,
    readOnly: false,
    unique: false,
    hasDefault: false,
    maxLength: null,
    options: null,
  });
  const schema = { object: 'public.t', key: ['id'], fingerprint: 'f', fields: ['id', ...names].map(field) };
  return {
    spec: {
      apiVersion: 'accord/v1',
      kind: 'Pipeline',
      metadata: { name },
      connections: { a: { ref: 'crm', object: 'public.t' }, b: { ref: 'erp', object: 'public.t' } },
      match: [{ id: 'key', by: ['email'], action: 'link' }],
      fields: Object.fromEntries(names.map((one) => [one, { a: one, b: one, policy: review }])),
      review: {
        queue: name === 'invoices' ? 'finance' : 'crm',
        priority: { email: 'high', default: 'normal' },
        sla: { high: '4h', normal: '2d', businessHours: 'Mon-Fri 09:00-18:00 Europe/Berlin' },
        undoWindow: '10m',
      },
    },
    schemas: { A: schema, B: schema },
    sides: {
      A: { label: 'CRM', tier: 'T0', orderedLog: true },
      B: { label: 'ERP', tier: 'T0', orderedLog: true },
    },
  };
}

/**
 * Fills an empty hub with records in conflict, as the engine would have stored them: a record for each conflict that is open, a tenth as
 * many for those that are over.
 */
export async function generateQueue(client: ClientBase, { open, closed }: QueueSize): Promise<void> {
  for (const name of PIPELINES) await makePipeline(client, name);
  await client.query(
    `create temp table bench_link as select id, pipeline_id, row_number() over (order by id) as n from link`,
  );
  for (let from = 0; from < open; from += AT_ONCE)
    await openConflicts(client, from, Math.min(open, from + AT_ONCE));
  await client.query('truncate bench_link');
  await client.query(
    'insert into bench_link select id, pipeline_id, row_number() over (order by id) from link limit 10000',
  );
  for (let from = 0; from < closed; from += AT_ONCE)
    await closedConflicts(client, from, Math.min(closed, from + AT_ONCE));
  await client.query('drop table bench_link');
  for (const table of ['conflict', 'review_item', 'shadow', 'link', 'decision', 'review_tally_change'])
    await client.query(`vacuum analyze ${table}`);
}

async function makePipeline(client: ClientBase, name: string): Promise<void> {
  const { rows } = await client.query<{ id: number }>(
    `insert into pipeline (name, revision, state) values ($1, 1, 'running') returning id`,
    [name],
  );
  const id = rows[0]?.id;
  await client.query(
    `insert into pipeline_revision (pipeline_id, revision, spec, source, hash, created_by) values ($1, 1, $2, '', '', 'bench')`,
    [id, JSON.stringify(compileInput(name))],
  );
  await client.query(
    `insert into side_state (pipeline_id, side, label, connector, object)
     values ($1, 'A', 'CRM', 'postgres', 'public.t'), ($1, 'B', 'ERP', 'postgres', 'public.t')`,
    [id],
  );
}

/** A record each, whose e-mail or phone number was edited on both sides; registers and conflict say the same. */
async function openConflicts(client: ClientBase, from: number, to: number): Promise<void> {
  await client.query(
    `with n as (
       select i, (select array_agg(id order by id) from pipeline where name = any($3)) as ids, case i % 5 when 0 then 'email' else 'phone' end as unit
       from generate_series($1::int + 1, $2::int) i),
     linked as (
       insert into link (pipeline_id, state, a_id, b_id) select ids[1 + i % 4], 'live', 'a' || i, 'b' || i from n
       returning id, pipeline_id, substr(a_id, 2)::int as i),
     registers as (
       insert into shadow (link_id, pipeline_id, clock, fields, open)
       select l.id, l.pipeline_id, 'A1|1.1.1', jsonb_build_object('name', 'Company ' || l.i, 'email', 'x' || l.i, 'phone', 'x' || l.i, 'city', 'York'),
         jsonb_build_object(n.unit, jsonb_build_object(
           'a', jsonb_build_object('v', 'info' || l.i || '@a.example', 'd', 'A2', 'c', '2.1.1'),
           'b', jsonb_build_object('v', 'office' || l.i || '@b.example', 'd', 'B2', 'c', '1.2.1')))
       from linked l join n on n.i = l.i)
     insert into conflict (id, pipeline_id, link_id, unit, key, state, kind, reason, title, base, candidates, policy, revision, priority, opened_at)
     select gen_random_uuid(), l.pipeline_id, l.id, n.unit, 'A2,B2', 'open', 'value', 'both sides changed it', 'Company ' || l.i,
       jsonb_build_object('value', 'x' || l.i),
       jsonb_build_array(
         jsonb_build_object('key', 'a', 'side', 'A', 'v', 'info' || l.i || '@a.example', 'd', 'A2', 'c', '2.1.1',
           'by', jsonb_build_object('kind', 'person', 'name', 'person ' || l.i % 50)),
         jsonb_build_object('key', 'b', 'side', 'B', 'v', 'office' || l.i || '@b.example', 'd', 'B2', 'c', '1.2.1')),
       '{"strategy":"review"}', 1, case n.unit when 'email' then 1 else 2 end, now() - l.i % 100000 * interval '1 minute'
     from linked l join n on n.i = l.i`,
    [from, to, PIPELINES],
  );
}

async function closedConflicts(client: ClientBase, from: number, to: number): Promise<void> {
  await client.query(
    `insert into conflict (id, pipeline_id, link_id, unit, key, state, kind, reason, title, base, candidates, policy, revision, priority,
       opened_at, closed_at, close_reason)
     select gen_random_uuid(), l.pipeline_id, l.id, 'city', 'A2,B2', 'closed', 'value', 'both sides changed it', 'Company ' || i,
       '{"value":"York"}', '[{"key":"a","side":"A","v":"Leeds","d":"A2","c":"2.1.1"},{"key":"b","side":"B","v":"Hull","d":"B2","c":"1.2.1"}]',
       '{"strategy":"review"}', 1, 2, now() - i * interval '3 minutes', now() - i * interval '2 minutes',
       case i % 3 when 0 then 'converged' else 'decided' end
     from generate_series($1::int + 1, $2::int) i
     join bench_link l on l.n = 1 + i % greatest(1, (select count(*) from bench_link))`,
    [from, to],
  );
}
