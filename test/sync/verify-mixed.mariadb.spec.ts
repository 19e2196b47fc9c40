import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { ownMark, ownVariable } from '../../src/connectors/mysql/log-schema.js';
import { MixedPair } from '../support/mixed-pair.js';
import { unseen, verify, type Verified } from '../support/verifying.js';

const review = { strategy: 'review' } as const;
const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'mixed' },
  connections: { a: { ref: 'a', object: 'public.company' }, b: { ref: 'b', object: 'customer' } },
  match: [
    { id: 'by-mail', by: ['email'], action: 'link' },
    { id: 'otherwise', action: 'create' },
  ],
  fields: {
    email: { a: 'email', b: 'mail', policy: review },
    name: { a: 'name', b: 'full_name', policy: review },
    active: { a: 'active', b: 'is_active', policy: review },
    credit: { a: 'credit', b: 'credit_limit', policy: review },
    founded: { a: 'founded', b: 'founded', policy: review },
    seen: { a: 'last_seen', b: 'seen_at', policy: review },
    notes: { a: 'notes', b: 'extra', policy: review },
    rank: { a: 'rank', b: 'score', policy: review },
    street: { a: 'street', b: 'street' },
    town: { a: 'town', b: 'town' },
  },
  groups: { address: { fields: ['street', 'town'], policy: review } },
  deletes: { aDeleted: 'delete', bDeleted: 'delete' },
  schedule: { verifyEvery: 'off' },
  load: { accept: 'automatic' },
};
const RECORDS = 1100;
const setUp = {
  a: `create table company (id bigserial primary key, email text not null, name text, active boolean not null default true, credit numeric(10,2), founded date,
        last_seen timestamptz, notes jsonb, rank float8, street text, town text);
      insert into company (email, name, active, credit, founded, last_seen, notes, rank, street, town)
        select 'c' || i || '@x.org', case when i % 7 = 0 then null else 'Company "' || i || E'"\\tZoë 𝄞' end, i % 2 = 0, i * 1.5, date '2000-01-01' + i,
          timestamptz '2024-10-27 00:30:00.25+00' + i * interval '1 hour', jsonb_build_object('n', i), i / 8.0, 'Weg ' || i, 'Ulm'
        from generate_series(1, ${String(RECORDS)}) i`,
  b: `create table customer (id int unsigned primary key auto_increment, mail varchar(80) not null unique, full_name varchar(60), is_active tinyint(1) not null default 1,
        credit_limit decimal(12,4), founded date, seen_at timestamp(6) null, extra json, score double, street varchar(60), town varchar(60)) auto_increment = 500`,
};

/** MariaDB does not hash its records for us: they are read, page by page. */
describe('a verification between PostgreSQL and MariaDB', () => {
  let pair: MixedPair;
  beforeAll(async () => {
    pair = await MixedPair.open(setUp, spec);
    await pair.start();
    await pair.quiet(60_000);
  }, 90_000);
  afterAll(() => pair.close());

  const brief = ({ differences }: Verified) =>
    differences.map(({ kind, reason, side, ext_id, unit }) => [kind, reason, side, ext_id, unit].join(' '));
  const idOfB = async (mail: string) =>
    (await pair.rowsOfB(`select cast(id as char) as id from customer where mail = '${mail}'`))[0]?.id ?? '';
  /** The log of MariaDB is told that this was a write of the pipeline's own. */
  const unseenOnB = async (edits: string): Promise<void> => {
    const [row] = await pair.hubRows('select id from pipeline');
    const mark = ownMark(1, `${String(row?.id)}:B`);
    await pair.b.query(`set ${ownVariable} = '${mark}'; ${edits}; set ${ownVariable} = null`);
  };

  it('compares every record and every field, and finds nothing where nothing differs', async () => {
    const first = await verify(pair);
    expect(brief(first)).toEqual([]);
    const { A, B } = first.certificate.sides;
    expect(A).toMatchObject({ object: 'public.company', records: RECORDS, fields: RECORDS * 10 });
    expect(B).toMatchObject({ object: 'customer', records: RECORDS, fields: RECORDS * 10 });
    expect((await verify(pair)).certificate.sides).toEqual(first.certificate.sides);
  }, 60_000);

  it('finds what neither log has seen, on either side, and takes it in under the policies', async () => {
    const [gone, odd, cased] = [await idOfB('c7@x.org'), await idOfB('c1051@x.org'), await idOfB('c9@x.org')];
    await unseenOnB(`
      update customer set credit_limit = credit_limit + 0.01, town = 'Bern' where mail = 'c1051@x.org';
      update customer set full_name = upper(full_name) where mail = 'c9@x.org';
      delete from customer where mail = 'c7@x.org';
      insert into customer (mail, full_name) values ('new@x.org', 'New')`);
    await pair.a.query(unseen(`update company set name = 'behind' where email = 'c1001@x.org'`, 'company'));
    const [row] = (await pair.a.query<{ id: string }>(`select id from company where email = 'c1001@x.org'`))
      .rows;
    const found = await verify(pair, true);
    expect(brief(found)).toEqual(
      [
        `extra unknown B ${await idOfB('new@x.org')} `,
        `missing unknown B ${gone} $life`,
        `value unknown A ${row?.id ?? ''} name`,
        `value unknown B ${odd} address`,
        `value unknown B ${odd} credit`,
        `value unknown B ${cased} name`,
      ].sort(),
    );
    await pair.quiet();
    const companies = await pair.a.query<Record<string, string>>(
      `select email, name, credit, town from company where email in ('c7@x.org', 'c9@x.org', 'c1051@x.org', 'new@x.org') order by email`,
    );
    expect(companies.rows).toEqual([
      { email: 'c1051@x.org', name: expect.stringContaining('1051'), credit: '1576.51', town: 'Bern' },
      { email: 'c9@x.org', name: expect.stringContaining('COMPANY "9"'), credit: '13.50', town: 'Ulm' },
      { email: 'new@x.org', name: 'New', credit: null, town: null },
    ]);
    expect(await pair.rowsOfB(`select full_name from customer where mail = 'c1001@x.org'`)).toEqual([
      { full_name: 'behind' },
    ]);
    expect(brief(await verify(pair))).toEqual([]);
  }, 60_000);
});
