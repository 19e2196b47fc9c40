import 'reflect-metadata';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import type { Diagnostic } from '../../src/pipelines/diagnostic.js';
import { lookThrough } from '../../src/pipelines/live-facts.js';
import { validateProject } from '../../src/pipelines/load-project.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const connection = (name: string): string =>
  `apiVersion: accord/v1\nkind: Connection\nmetadata: { name: ${name} }\nconnector: postgres\nurl: \${${name.toUpperCase()}}\n`;

const head = (name: string, a = 'public.people', b = 'contacts'): string => `apiVersion: accord/v1
kind: Pipeline
metadata: { name: ${name} }
connections:
  a: { ref: crm, object: ${a} }
  b: { ref: desk, object: ${b} }
match:
  - { id: by-email, by: [email], action: link }
fields:
`;
const email =
  '  email: { a: email, b: mail, compare: { normalize: [trim, lowercase] }, policy: { strategy: review } }\n';

describe('validating against the live systems', () => {
  let databases: Record<'crm' | 'desk', TestDatabase>;
  let clients: Record<'crm' | 'desk', Client>;
  const role = `limited_${String(process.pid)}`;
  const folders: string[] = [];

  beforeAll(async () => {
    databases = { crm: await createTestDatabase(), desk: await createTestDatabase() };
    clients = {
      crm: new Client({ connectionString: databases.crm.url }),
      desk: new Client({ connectionString: databases.desk.url }),
    };
    await Promise.all([clients.crm.connect(), clients.desk.connect()]);
    await clients.crm.query(`
      create table people (id bigint primary key, email text, phone text, born text, level text, score integer,
        full_name text generated always as (coalesce(email, '')) stored, vector tsvector);
      insert into people (id, email, phone, born, level, score)
        select n, case when n % 10 = 0 then 'Same@example.com' else 'p' || n || '@example.com' end,
               case when n = 3 then 'call me' else '030 1234' || n end, case when n = 4 then 'soon' else '29.02.2024' end,
               case when n = 5 then 'platinum' else 'gold' end, n
        from generate_series(1, 40) n;
      create table keyless (email text)`);
    await clients.desk.query(`
      create type level as enum ('gold', 'silver');
      create table contacts (id uuid primary key default gen_random_uuid(), mail text, phone varchar(10), born date, level level, score integer, name text);
      insert into contacts (mail) select 'p' || n || '@example.com' from generate_series(1, 5) n`);
  });
  afterAll(async () => {
    await clients.desk.query(`drop owned by ${role}; drop role ${role}`).catch(() => undefined);
    await Promise.all([clients.crm.end(), clients.desk.end()]);
    await Promise.all(Object.values(databases).map((database) => database.drop()));
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true })));
  });

  async function look(
    files: Readonly<Record<string, string>>,
    urls: Partial<Record<'CRM' | 'DESK', string>> = {},
  ): Promise<readonly Diagnostic[]> {
    const folder = await mkdtemp(join(tmpdir(), 'accord-live-'));
    folders.push(folder);
    const all = { 'c.yaml': connection('crm'), 'd.yaml': connection('desk'), ...files };
    for (const [name, text] of Object.entries(all)) await writeFile(join(folder, name), text);
    const variables: Record<string, string> = { CRM: databases.crm.url, DESK: databases.desk.url, ...urls };
    const { diagnostics } = await validateProject(folder, {
      variable: (name) => variables[name],
      now: Date.now(),
      look: lookThrough,
    });
    return diagnostics;
  }
  const brief = (diagnostics: readonly Diagnostic[]) =>
    diagnostics.map(({ severity, code, line, path, message }) => [severity, code, line, path, message]);

  it('says nothing of what fits, but for keys that several records share', async () => {
    expect(brief(await look({ 'p.yaml': head('people') + email }))).toEqual([
      [
        'warning',
        'match-duplicates',
        8,
        '/match/0/by',
        expect.stringMatching(/^4 of 40 records looked at on a share their key with another \(10 and 20,/),
      ],
    ]);
  });

  it('compares columns that point to records with the keys that they point to', async () => {
    await clients.crm.query(
      'create table pairs (x int, y int, primary key (x, y), email text, person text, pair int)',
    );
    await clients.desk.query(
      'create table pairs (id bigint primary key, mail text, person uuid, pair bigint)',
    );
    const pairs = `${email}  person: { a: person, b: person, reference: people, policy: { strategy: review } }
  pair: { a: pair, b: pair, reference: pairs, policy: { strategy: review } }
`;
    const found = await look({
      'p.yaml': head('people') + email,
      'q.yaml': head('pairs', 'public.pairs', 'public.pairs') + pairs,
    });
    expect(brief(found).filter(([severity]) => severity === 'error')).toEqual([
      [
        'error',
        'project-reference-type',
        11,
        '/fields/person/a',
        'the column is text, public.people.id is bigint',
      ],
      [
        'error',
        'project-reference-key',
        12,
        '/fields/pair/a',
        'records of pairs have a key of several columns in public.pairs (x, y); one column cannot point to them',
      ],
    ]);
    await clients.crm.query('drop table pairs');
    await clients.desk.query('drop table pairs');
  });

  it('names columns that are not there, do not fit, cannot be kept, cannot be written', async () => {
    const fields = `${email}  gone: { a: telephone, b: phone, policy: { strategy: review } }
  score: { a: score, b: mail2, policy: { strategy: review } }
  born: { a: born, b: born, policy: { strategy: review } }
  name: { a: full_name, b: name, policy: { strategy: review } }
  vector: { a: vector, b: id, policy: { strategy: review } }
`;
    const found = brief(await look({ 'p.yaml': head('people') + fields })).filter(
      ([severity]) => severity === 'error',
    );
    expect(found).toEqual([
      [
        'error',
        'column-unknown',
        11,
        '/fields/gone/a',
        expect.stringContaining('public.people has no column telephone'),
      ],
      [
        'error',
        'column-unknown',
        12,
        '/fields/score/b',
        expect.stringContaining('public.contacts has no column mail2; did you mean mail?'),
      ],
      [
        'error',
        'type-mismatch',
        13,
        '/fields/born/a',
        expect.stringContaining('born is text, the field is date'),
      ],
      [
        'error',
        'column-read-only',
        14,
        '/fields/name/a',
        expect.stringContaining('full_name cannot be written'),
      ],
      ['error', 'column-unsupported', 15, '/fields/vector/a', expect.stringContaining('tsvector')],
    ]);
  });

  it('tries the transforms on real values, and what they give on the other side', async () => {
    const fields = `${email}  phone: { a: phone, b: phone, pii: true, compare: { normalize: [digits] }, transform: { aToB: 'phone.toE164(value, "DE")', bToA: phone.toE164(value) }, policy: { strategy: review } }
  born: { a: { column: born, read: 'date.parse(value, "dd.MM.yyyy")', write: 'date.format(value, "dd.MM.yyyy")' }, b: born, policy: { strategy: review } }
  level: { type: enum, a: level, b: level, policy: { strategy: review } }
`;
    const found = brief(await look({ 'p.yaml': head('people') + fields })).filter(([, code]) =>
      String(code).startsWith('value-'),
    );
    expect(found).toEqual([
      [
        'warning',
        'value-unreadable',
        11,
        '/fields/phone/a',
        expect.stringMatching(/^1 of 40 .* cannot be read: .*found something else$/),
      ],
      [
        'warning',
        'value-unwritable',
        11,
        '/fields/phone/a',
        expect.stringMatching(/cannot be written to phone: phone: expected at most 10 characters/),
      ],
      [
        'warning',
        'value-unreadable',
        12,
        '/fields/born/a/column',
        expect.stringMatching(/^1 of 40 .*found "soon"$/),
      ],
      [
        'warning',
        'value-unwritable',
        13,
        '/fields/level/a',
        expect.stringMatching(/^1 of 40 .*level: expected one of gold, silver, found "platinum"$/),
      ],
    ]);
  });

  it('names a table that is not there or has no key, and a stamp that is none', async () => {
    const polling = head('polled').replace(
      'public.people',
      'public.people, capture: { mode: polling, updatedAt: born }',
    );
    const found = brief(
      await look({
        'p.yaml': head('absent', 'public.peple') + email,
        'q.yaml': head('keyless', 'public.keyless') + email.replace('b: mail', 'b: name'),
        'r.yaml': polling + email.replace('a: email', 'a: phone').replace('b: mail', 'b: phone'),
      }),
    ).filter(([, code]) => String(code).startsWith('live-'));
    expect(found).toEqual([
      ['error', 'live-object-unknown', 5, '/connections/a/object', expect.stringContaining('public.peple')],
      ['error', 'live-key-missing', 5, '/connections/a/object', expect.stringContaining('public.keyless')],
      [
        'error',
        'live-field-unsupported',
        5,
        '/connections/a/capture/updatedAt',
        expect.stringContaining('must be a timestamp'),
      ],
    ]);
  });

  it('names a column that the account may not write, and leaves the system as it was', async () => {
    await clients.desk.query(
      `create role ${role} login password 'x'; grant select on contacts to ${role}; grant update (mail) on contacts to ${role}`,
    );
    const url = new URL(databases.desk.url);
    url.username = role;
    url.password = 'x';
    const fields = `${email}  phone: { a: phone, b: phone, policy: { strategy: review } }\n`;
    const found = brief(await look({ 'p.yaml': head('people') + fields }, { DESK: url.href })).filter(
      ([severity]) => severity === 'error',
    );
    expect(found).toEqual([
      ['error', 'column-read-only', 11, '/fields/phone/b', expect.stringContaining('no permission')],
    ]);
    for (const client of Object.values(clients)) {
      const { rows } = await client.query(`select nspname from pg_namespace where nspname like 'accord%'`);
      expect(rows).toEqual([]);
    }
  });

  it('says which system cannot be reached, and looks at the other all the same', async () => {
    const found = brief(
      await look(
        { 'p.yaml': head('people') + email.replace('a: email', 'a: emial') },
        { DESK: 'postgres://u:s3cr3t@127.0.0.1:1/x' },
      ),
    );
    expect(found).toEqual(
      expect.arrayContaining([
        ['error', 'live-side-unreachable', 6, '/connections/b/ref', expect.stringContaining('desk')],
        ['error', 'column-unknown', 10, '/fields/email/a', expect.stringContaining('did you mean email?')],
      ]),
    );
    expect(JSON.stringify(found)).not.toContain('s3cr3t');
  });

  it('finds that two pipelines write one column, though one file names the table without its schema', async () => {
    const found = brief(
      await look({
        'p.yaml': head('people') + email,
        'q.yaml': head('again', 'people', 'public.contacts') + email,
      }),
    );
    expect(found.filter(([, code]) => code === 'project-column-shared')).toHaveLength(4);
  });
});
