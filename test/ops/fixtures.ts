import type { HubPools } from '../../src/database/pools.js';

const spec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'companies' },
  connections: {
    a: { ref: 'crm', object: 'public.companies' },
    b: { ref: 'support', object: 'public.orgs' },
  },
  match: [{ id: 'key', by: ['domain'], action: 'link' }],
  fields: {
    domain: { a: 'domain', b: 'domain', policy: { strategy: 'owner', owner: 'a' } },
    name: { a: 'name', b: 'title', policy: { strategy: 'owner', owner: 'a', onForeignEdit: 'revert' } },
    phone: { a: 'phone', b: 'tel', preferNonBlank: true, policy: { strategy: 'newest', tie: 'review' } },
    notes: { a: 'notes', b: 'notes', direction: 'aToB', policy: { strategy: 'merge', merge: 'text' } },
    street: { a: 'street', b: 'street' },
    city: { a: 'city', b: 'city' },
    tier: { a: 'tier', b: 'tier', policy: { strategy: 'rules', rules: [{ id: 'r1', take: 'a' }] } },
    size: { a: 'size', contextOnly: true },
  },
  groups: { address: { fields: ['street', 'city'], policy: { strategy: 'review' } } },
};

const schema = (...columns: string[]): object => ({
  object: 'public.x',
  key: ['id'],
  fingerprint: 'f',
  fields: columns.map((name) => ({
    name,
    nativeType: 'text',
    type: 'text',
    required: false,
    readOnly: false,
    unique: false,
    hasDefault: false,
    maxLength: null,
    options: null,
  })),
});

/** What a revision is compiled from, as the engine stores it. */
const compileInput = {
  spec,
  schemas: {
    A: schema('id', 'domain', 'name', 'phone', 'notes', 'street', 'city', 'tier', 'size'),
    B: schema('id', 'domain', 'title', 'tel', 'notes', 'street', 'city', 'tier'),
  },
  sides: {
    A: { label: 'CRM', tier: 'T0', orderedLog: true },
    B: { label: 'Support', tier: 'T0', orderedLog: true },
  },
};

export interface Pair {
  readonly pipeline: number;
  readonly links: readonly number[];
}

/** A running pipeline with two sides read to the end and `n` linked records at rest. */
export async function runningPipeline({ general }: HubPools, name = 'companies', n = 3): Promise<Pair> {
  const { rows } = await general.query<{ id: number }>(
    `insert into pipeline (name, revision, state) values ($1, 1, 'running') returning id`,
    [name],
  );
  const pipeline = rows[0]!.id;
  await general.query(
    `insert into pipeline_revision (pipeline_id, revision, spec, source, hash, created_by) values ($1, 1, $2, '', '', 'test')`,
    [pipeline, JSON.stringify(compileInput)],
  );
  await general.query(
    `insert into side_state (pipeline_id, side, label, connector, object, cursor, read_at, caught_up_at)
     values ($1, 'A', 'CRM', 'postgres', 'public.companies', '{}', now(), now()),
            ($1, 'B', 'Support', 'postgres', 'public.orgs', '{}', now(), now())`,
    [pipeline],
  );
  const links = await general.query<{ id: number }>(
    `insert into link (pipeline_id, state, a_id, b_id) select $1, 'live', i::text, i::text from generate_series(1, $2) i returning id`,
    [pipeline, n],
  );
  const ids = links.rows.map(({ id }) => id);
  await general.query(
    `insert into shadow (link_id, pipeline_id, clock, fields) select id, $1, 'A1|1', '{"name":"x"}' from unnest($2::bigint[]) id`,
    [pipeline, ids],
  );
  return { pipeline, links: ids };
}

export async function openConflict(
  { general }: HubPools,
  { pipeline }: Pair,
  link: number,
  state = 'open',
): Promise<void> {
  await general.query(
    `insert into conflict (id, pipeline_id, link_id, unit, key, state, kind, reason, title, candidates, policy, revision, opened_at)
     values (gen_random_uuid(), $1, $2, 'name', 'A2,B1', $3, 'value', 'both changed it', 'x', '[]', '{}', 1, now() - interval '1 hour')`,
    [pipeline, link, state],
  );
  await general.query(`update shadow set open = '{"name":{"a":{"v":"y"}}}' where link_id = $1`, [link]);
}

/** The unit `phone` of a record, refused by B. */
export async function blockUnit({ general }: HubPools, { pipeline }: Pair, link: number): Promise<void> {
  await general.query(
    `insert into blocked_unit (link_id, unit, side, pipeline_id, code, detail) values ($1, 'phone', 'B', $2, 'value-too-long', 'tel takes 20 characters')`,
    [link, pipeline],
  );
  await general.query(
    `update shadow set open = '{"phone":{"b":{"v":"1"},"blk":{"side":"B","code":"value-too-long","detail":"","since":1,"d":"A2"}}}' where link_id = $1`,
    [link],
  );
}

/** A guard that tripped, and holds one record. @returns its id */
export async function tripGuard({ general }: HubPools, { pipeline, links }: Pair): Promise<string> {
  const { rows } = await general.query<{ id: string }>(
    `insert into guard_trip (id, pipeline_id, side, kind, subject, count, most, linked, window_ms, sample)
     values (gen_random_uuid(), $1, 'A', 'deletes', '', 60, 20, 1000, 3600000, $2) returning id`,
    [
      pipeline,
      JSON.stringify([
        { record: links[0], a: 'A-1', b: 'B-1', unit: '$life', before: 'live', after: 'deleted' },
      ]),
    ],
  );
  const id = rows[0]!.id;
  await general.query(
    `insert into blocked_unit (link_id, unit, side, pipeline_id, code, detail) values ($1, '$life', 'B', $2, 'guard-' || $3, 'held')
     on conflict (link_id, unit, side) do update set code = excluded.code`,
    [links[0], pipeline, id],
  );
  return `grd_${id}`;
}
