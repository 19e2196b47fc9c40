import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { lookThrough } from '../../src/pipelines/live-facts.js';
import { validateProject } from '../../src/pipelines/load-project.js';
import { MixedPair } from '../support/mixed-pair.js';
import { ServiceChild } from '../support/service-child.js';
import { runFolder } from '../support/test-database.js';

const setUp = {
  a: `create table company (id bigserial primary key, email text not null, name text, active boolean not null default true,
        credit numeric(10,2), founded date, last_seen timestamptz, notes jsonb, rank float8);
      insert into company (email, name, active, credit, founded, last_seen, notes, rank)
        select 'c' || i || '@x.org', 'Company ' || i, i % 2 = 0, i * 1.5, date '2000-01-01' + i, timestamptz '2024-10-27 00:30:00.25+00' + i * interval '1 hour',
          jsonb_build_object('n', i), i / 8.0 from generate_series(1, 6) i`,
  b: `create table customer (id int unsigned primary key auto_increment, mail varchar(80) not null unique, full_name varchar(60), is_active tinyint(1) not null default 1,
        credit_limit decimal(12,2), founded date, seen_at timestamp(6) null, extra json, score double, status enum('new', 'known') not null default 'new') auto_increment = 500;
      insert into customer (mail, full_name, is_active, credit_limit, founded, seen_at, extra, score)
        values ('c5@x.org', 'Company 5', 0, 7.50, '2000-01-06', '2024-10-27 05:30:00.25', '{"n": 5}', 0.625),
               ('c6@x.org', 'Company Six', 1, 9.00, '2000-01-07', null, null, null),
               ('c7@x.org', 'Company 7 – Zoë 𝄞', 1, null, null, null, null, null)`,
};

/** Addresses in the order of their column, whatever collation the sides sort by. */
const byMail = (x: Record<string, unknown>, y: Record<string, unknown>): number =>
  String(x.mail) < String(y.mail) ? -1 : 1;

describe('a pipeline between PostgreSQL and MariaDB', () => {
  let pair: MixedPair;
  let spec: PipelineSpec;
  beforeAll(async () => {
    const text = await readFile('examples/pipelines/companies-to-shop.yaml', 'utf8');
    spec = parse(text) as PipelineSpec;
    spec = {
      ...spec,
      connections: { a: { ...spec.connections.a, ref: 'a' }, b: { ...spec.connections.b, ref: 'b' } },
    };
    pair = await MixedPair.open(setUp, spec);
  }, 60_000);
  afterAll(() => pair.close());

  const companies = async () =>
    (
      await pair.a.query<Record<string, unknown>>(
        `select email as mail, name, active::int::text as active, credit::text, founded::text, (extract(epoch from last_seen) * 4)::bigint::text as quarters,
          notes ->> 'n' as n, rank::text from company`,
      )
    ).rows.sort(byMail);
  const customers = async () =>
    (
      await pair.rowsOfB(
        `select mail, full_name as name, is_active as active, credit_limit as credit, founded, cast(unix_timestamp(seen_at) * 4 as int) as quarters,
          json_value(extra, '$.n') as n, score as \`rank\` from customer`,
      )
    )
      .map((row) => ({ ...row }))
      .sort(byMail);
  const conflicts = () =>
    pair.hubRows("select unit, kind, state from conflict where state <> 'closed' order by unit");
  const company = async (mail: string) => (await companies()).find((row) => row.mail === mail);
  const customer = async (mail: string) => (await customers()).find((row) => row.mail === mail);

  it('is found valid by looking at both databases, before anything is installed', async () => {
    const folder = await mkdtemp(join(runFolder(), 'mixed-'));
    const file = await readFile('examples/pipelines/companies-to-shop.yaml', 'utf8');
    await writeFile(join(folder, 'pipeline.yaml'), file);
    for (const name of ['crm', 'shop']) {
      const connection = await readFile(`examples/pipelines/${name}.connection.yaml`, 'utf8');
      await writeFile(join(folder, `${name}.yaml`), connection.replace('verify-full', 'disable'));
    }
    const urls: Readonly<Record<string, string>> = { CRM_URL: pair.urls.a, SHOP_URL: pair.urls.b };
    const { diagnostics } = await validateProject(folder, {
      variable: (name) => urls[name],
      now: Date.now(),
      look: lookThrough,
    });
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    const [row] = await pair.rowsOfB(
      `select 1 from information_schema.schemata where schema_name = concat('accord_', database())`,
    );
    expect(row).toBeUndefined();
  });

  it('links by address at the first load, fills blanks and creates what is missing on either side, with ids of the sides', async () => {
    await pair.start();
    await pair.quiet();
    expect(await conflicts()).toEqual([{ unit: 'name', kind: 'value', state: 'open' }]);
    await pair.b.query(`update customer set full_name = 'Company 6' where mail = 'c6@x.org'`);
    await pair.quiet();
    expect(await conflicts()).toEqual([]);
    expect(await customers()).toHaveLength(7);
    expect(await companies()).toEqual(await customers());
    const ids = await pair.rowsOfB('select id from customer order by id');
    expect(ids.map(({ id }) => Number(id)).every((id) => id >= 500)).toBe(true);
  });

  it('carries edits of every type over, both ways', async () => {
    await pair.a
      .query(`update company set name = 'Änderung', active = not active, credit = 0.10, founded = null, last_seen = '2024-03-31 02:30:00.5+01',
      notes = '{"n": "eins"}', rank = 1e-7 where email = 'c1@x.org'`);
    await pair.b
      .query(`update customer set full_name = 'edited', is_active = 0, credit_limit = -12.34, founded = '1999-12-31',
      seen_at = '2038-01-19 03:14:07.75', extra = '{"n": 99}', score = -2.5e300 where mail = 'c7@x.org'`);
    await pair.quiet();
    expect(await customer('c1@x.org')).toMatchObject({
      name: 'Änderung',
      active: '1',
      credit: '0.10',
      founded: null,
      n: 'eins',
    });
    expect(await company('c7@x.org')).toMatchObject({
      name: 'edited',
      active: '0',
      credit: '-12.34',
      founded: '1999-12-31',
      quarters: '8589934591',
      n: '99',
      rank: '-2.5e+300',
    });
    expect((await companies()).map((row) => ({ ...row, rank: Number(row.rank) }))).toEqual(
      (await customers()).map((row) => ({ ...row, rank: Number(row.rank) })),
    );
  });

  it('takes an edit of case, or of a trailing blank, for an edit, though the collation does not', async () => {
    await pair.b.query(`update customer set full_name = 'EDITED' where mail = 'c7@x.org'`);
    await pair.quiet();
    expect((await company('c7@x.org'))?.name).toBe('EDITED');
    await pair.b.query(`update customer set full_name = 'EDITED ' where mail = 'c7@x.org'`);
    await pair.quiet();
    expect((await company('c7@x.org'))?.name).toBe('EDITED ');
  });

  it('asks a person when both sides changed the same field, and overwrites neither', async () => {
    await pair.stop();
    await pair.a.query(`update company set name = 'One', credit = 5 where email = 'c2@x.org'`);
    await pair.b.query(
      `update customer set full_name = 'Two', founded = '2001-02-03' where mail = 'c2@x.org'`,
    );
    await pair.start();
    await pair.quiet();
    expect(await conflicts()).toEqual([{ unit: 'name', kind: 'value', state: 'open' }]);
    expect(await company('c2@x.org')).toMatchObject({ name: 'One', credit: '5.00', founded: '2001-02-03' });
    expect(await customer('c2@x.org')).toMatchObject({ name: 'Two', credit: '5.00', founded: '2001-02-03' });
    await pair.a.query(`update company set name = 'Two' where email = 'c2@x.org'`);
    await pair.quiet();
    expect(await conflicts()).toEqual([]);
  });

  it('carries a deletion over, and a new record', async () => {
    await pair.a.query(`delete from company where email = 'c3@x.org'`);
    await pair.b.query(`delete from customer where mail = 'c4@x.org'`);
    await pair.a.query(`insert into company (email, name) values ('new-a@x.org', 'New A')`);
    await pair.b.query(`insert into customer (mail, full_name) values ('new-b@x.org', 'New B')`);
    await pair.quiet();
    const mails = ['c1@x.org', 'c2@x.org', 'c5@x.org', 'c6@x.org', 'c7@x.org', 'new-a@x.org', 'new-b@x.org'];
    expect((await companies()).map(({ mail }) => mail)).toEqual(mails);
    expect((await customers()).map(({ mail }) => mail)).toEqual(mails);
  });

  it('holds a value that is none, by name, and lets the rest of the record go on', async () => {
    await pair.b.query(
      `set sql_mode = ''; update customer set founded = '0000-00-00', full_name = 'with a zero date' where mail = 'c5@x.org'`,
    );
    await pair.quiet();
    expect(await company('c5@x.org')).toMatchObject({ name: 'with a zero date', founded: '2000-01-06' });
    const [blocked] = await pair.hubRows(`select unit, code, detail from blocked_unit`);
    expect(blocked).toMatchObject({ unit: 'founded', code: 'unreadable' });
    await pair.b.query(`update customer set founded = '2000-02-29' where mail = 'c5@x.org'`);
    await pair.quiet();
    expect(await company('c5@x.org')).toMatchObject({ founded: '2000-02-29' });
  });

  it('loses and doubles nothing when its process is killed in the middle of edits on both sides', async () => {
    await pair.stop();
    const input = { urls: pair.urls, declaration: pair.declared };
    for (const failpoint of ['write.commit-sent:1:kill', 'write.applied:1:kill']) {
      const child = await ServiceChild.start(input, failpoint);
      for (let i = 0; i < 12; i++) {
        const mail = i % 2 === 0 ? 'c1@x.org' : 'new-b@x.org';
        await pair.a.query(`update company set credit = coalesce(credit, 0) + 1 where email = $1`, [mail]);
        await pair.b.query(`update customer set score = coalesce(score, 0) + 1 where mail = ?`, [mail]);
      }
      // Where it was held up by nothing, it is killed wherever it is.
      if (!(await child.endsWithin(5000))) await child.kill();
    }
    await pair.start();
    await pair.quiet(60_000);
    expect(await conflicts()).toEqual([]);
    expect(await customer('new-b@x.org')).toMatchObject({ credit: '12.00', rank: '12' });
    expect(await company('new-b@x.org')).toMatchObject({ credit: '12.00', rank: '12' });
    expect((await companies()).length).toBe((await customers()).length);
    expect(
      await pair.hubRows(
        `select count(*)::int as n from lineage l, jsonb_each(l.units) u where u.value ->> 'k' = 'superseded' and u.key = '$life'`,
      ),
    ).toEqual([{ n: 0 }]);
  }, 90_000);
});

describe('a table of MariaDB whose rows go with their parents', () => {
  let pair: MixedPair;
  beforeAll(async () => {
    const both = { policy: { strategy: 'review' } } as const;
    pair = await MixedPair.open(
      {
        a: `create table contact (id serial primary key, mail text, name text)`,
        b: `create table company (id int primary key); insert into company values (1), (2);
          create table person (id int primary key auto_increment, company int not null, mail varchar(80) not null, name varchar(80), foreign key (company) references company (id) on delete cascade);
          insert into person (company, mail, name) select 1 + seq % 2, concat('p', seq, '@x.org'), 'old' from seq_1_to_8`,
      },
      {
        apiVersion: 'accord/v1',
        kind: 'Pipeline',
        metadata: { name: 'people' },
        connections: { a: { ref: 'a', object: 'public.contact' }, b: { ref: 'b', object: 'person' } },
        match: [
          { id: 'by-mail', by: ['mail'], action: 'link' },
          { id: 'none', action: 'create', direction: 'bToA' },
        ],
        fields: { mail: { a: 'mail', b: 'mail', ...both }, name: { a: 'name', b: 'name', ...both } },
        deletes: { bDeleted: 'delete' },
        schedule: { sweepEvery: '1s' },
        load: { accept: 'automatic' },
      },
    );
    await pair.start({ absenceMs: 500 });
    await pair.quiet();
  }, 60_000);
  afterAll(() => pair.close());

  it('has its edits read from the log, and what the server takes away in silence found by looking', async () => {
    await pair.b.query(`update person set name = 'edited' where mail = 'p1@x.org'`);
    await pair.b.query(`delete from company where id = 1`);
    const left = async () =>
      (await pair.a.query<{ mail: string; name: string }>('select mail, name from contact order by mail'))
        .rows;
    for (let i = 0; i < 300 && (await left()).length > 4; i++) await sleep(50);
    await pair.quiet();
    expect(await left()).toEqual([
      { mail: 'p1@x.org', name: 'edited' },
      { mail: 'p3@x.org', name: 'old' },
      { mail: 'p5@x.org', name: 'old' },
      { mail: 'p7@x.org', name: 'old' },
    ]);
    expect(
      await pair.hubRows(
        `select count(*)::int as n from lineage where kind = 'observed' and units -> 'name' ->> 'v' = 'edited'`,
      ),
    ).toEqual([{ n: 1 }]);
  }, 40_000);
});
