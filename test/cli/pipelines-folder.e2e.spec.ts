import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { accord, runSource, type Ended } from './child.js';

// Every command is a process of its own.
jest.setTimeout(90_000);

const connection = (name: string): string =>
  `apiVersion: accord/v1\nkind: Connection\nmetadata: { name: ${name} }\nconnector: postgres\nlabel: ${name.toUpperCase()}\nurl: \${ACCORD_SECRET_${name.toUpperCase()}_URL}\n`;

const pipeline = `apiVersion: accord/v1
kind: Pipeline
metadata: { name: companies }
connections:
  a: { ref: crm, object: public.company }
  b: { ref: desk, object: public.organisation }
match:
  - { id: key, by: [no], action: link }
  - { id: new, action: create, direction: both }
fields:
  no: { type: text, a: no, b: ref, policy: { strategy: owner, owner: a } }
  name: { type: text, a: name, b: title, policy: { strategy: review } }
load: { accept: automatic }
`;

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- assertions say what it should be
const printed = ({ out }: Ended): any => JSON.parse(out);

describe('the command line with a folder of pipelines', () => {
  let databases: Record<'crm' | 'desk' | 'hub', TestDatabase>;
  let sides: Record<'crm' | 'desk', Client>;
  let folder: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    const [crm, desk, hub] = [
      await createTestDatabase(),
      await createTestDatabase(),
      await createTestDatabase(),
    ];
    databases = { crm, desk, hub };
    sides = {
      crm: new Client({ connectionString: crm.url }),
      desk: new Client({ connectionString: desk.url }),
    };
    await Promise.all([sides.crm.connect(), sides.desk.connect()]);
    await sides.crm
      .query(`create table company (id bigint generated always as identity primary key, no text unique, name text);
      insert into company (no, name) values ('1', 'Anna & Co'), ('2', 'Bolt')`);
    await sides.desk
      .query(`create table organisation (id uuid primary key default gen_random_uuid(), ref text unique, title text);
      insert into organisation (ref, title) values ('2', 'Bolt'), ('3', 'Cargo')`);
    folder = await mkdtemp(join(tmpdir(), 'accord-pipelines-'));
    await writeFile(join(folder, 'crm.yaml'), connection('crm'));
    await writeFile(join(folder, 'desk.yaml'), connection('desk'));
    await writeFile(join(folder, 'companies.yaml'), pipeline);
    env = {
      DATABASE_URL: hub.url,
      ACCORD_PIPELINES: folder,
      ACCORD_SECRET_CRM_URL: crm.url,
      ACCORD_SECRET_DESK_URL: desk.url,
      ACCORD_URL: 'http://127.0.0.1:1',
    };
  });
  afterAll(async () => {
    await Promise.all(Object.values(sides).map((side) => side.end()));
    await Promise.all(Object.values(databases).map((database) => database.drop()));
    await rm(folder, { recursive: true });
  });

  it('validates files without their secrets, and names file, line and path of a fault', async () => {
    expect(await accord(['validate', folder])).toMatchObject({ code: 0 });
    const bad = await mkdtemp(join(tmpdir(), 'accord-bad-'));
    await writeFile(join(bad, 'companies.yaml'), pipeline.replace('strategy: review', 'strategy: revue'));
    const words = await accord(['validate', bad]);
    expect(words.code).toBe(2);
    expect(words.out).toMatch(/companies\.yaml:\d+:\d+: error /);
    const json = await accord(['validate', bad, '--json']);
    expect(printed(json)).toMatchObject({
      valid: false,
      diagnostics: expect.arrayContaining([
        expect.objectContaining({ path: expect.stringContaining('/fields/name/policy') }),
      ]),
    });
    expect(JSON.parse((await accord(['validate', bad, '--format', 'sarif'])).out)).toMatchObject({
      version: '2.1.0',
    });
    await rm(bad, { recursive: true });
  });

  it('looks at the systems when asked to, and names what does not fit there', async () => {
    const live = await accord(['validate', '--live', '--json'], env);
    expect(printed(live)).toMatchObject({ valid: true });
    expect(live.code).toBe(0);

    await sides.desk.query('alter table organisation rename column title to label');
    const renamed = await accord(['validate', '--live'], env);
    await sides.desk.query('alter table organisation rename column label to title');
    expect(renamed.code).toBe(2);
    expect(renamed.out).toMatch(
      /companies\.yaml:12:\d+: error column-unknown: public\.organisation has no column title \(\/fields\/name\/b\)/,
    );

    const away = await accord(['validate', '--live'], {
      ...env,
      ACCORD_SECRET_DESK_URL: 'postgresql://desk:s3cr3t@127.0.0.1:1/desk',
    });
    expect(away.code).toBe(3);
    expect(away.out).toContain('live-side-unreachable');
    expect(away.out + away.err).not.toContain('s3cr3t');
    const unset = await accord(['validate', '--live'], { ...env, ACCORD_SECRET_DESK_URL: '' });
    expect(unset).toMatchObject({
      code: 2,
      out: expect.stringContaining('ACCORD_SECRET_DESK_URL to be set'),
    });
  });

  it('does one pass without the service: loads, creates what is missing, and ends in agreement', async () => {
    const run = await accord(['run', '--once', '--timeout', '60', '--json'], env);
    expect(run).toMatchObject({ code: 0 });
    expect(printed(run)).toMatchObject({ pipelines: [{ pipeline: 'companies', result: 'in-agreement' }] });
    const crm = await sides.crm.query('select no, name from company order by no');
    const desk = await sides.desk.query('select ref as no, title as name from organisation order by ref');
    expect(crm.rows).toEqual([
      { no: '1', name: 'Anna & Co' },
      { no: '2', name: 'Bolt' },
      { no: '3', name: 'Cargo' },
    ]);
    expect(desk.rows).toEqual(crm.rows);
  });

  it('carries an edit across in the next pass', async () => {
    await sides.desk.query(`update organisation set title = 'Bolt Ltd' where ref = '2'`);
    expect(await accord(['run', '--timeout', '60'], env)).toMatchObject({
      code: 0,
      out: expect.stringContaining('✓ companies'),
    });
    expect((await sides.crm.query(`select name from company where no = '2'`)).rows).toEqual([
      { name: 'Bolt Ltd' },
    ]);
  });

  it('is given a clean bill by doctor, with every connection and end looked at', async () => {
    const doctor = await accord(['doctor', '--json'], env);
    expect(printed(doctor)).toMatchObject({ healthy: true });
    expect(doctor.code).toBe(0);
    const { findings } = printed(doctor) as { findings: { what: string; state: string; detail: string }[] };
    for (const what of [
      'connection crm',
      'connection desk',
      'companies, side A',
      'companies, side B',
      'schema',
      'clock',
    ]) {
      expect(findings).toContainEqual(expect.objectContaining({ what, state: 'ok' }));
    }
    expect(doctor.out + doctor.err).not.toContain(new URL(databases.crm.url).password);
  });

  it('is told by doctor what is wrong and how to put it right, all at once, with code 6', async () => {
    await sides.desk.query('alter table organisation rename column title to label');
    const doctor = await accord(['doctor'], {
      ...env,
      ACCORD_SECRET_CRM_URL: 'postgresql://crm:s3cr3t@127.0.0.1:1/crm',
      SMTP_URL: 'smtp://127.0.0.1:1',
    });
    await sides.desk.query('alter table organisation rename column label to title');
    expect(doctor.code).toBe(6);
    expect(doctor.out).toMatch(/✗ connection crm .*\n +→ Check the address/);
    expect(doctor.out).toMatch(/✗ companies, side B .*title/);
    expect(doctor.out).toMatch(/✗ mail .*\n +→ Check host, port/);
    expect(doctor.out).toMatch(/things are wrong/);
    expect(doctor.out + doctor.err).not.toContain('s3cr3t');
  });

  it('uninstalls capture from both systems, but not under a running service', async () => {
    const objects = async (side: Client): Promise<number> => {
      const { rows } = await side.query<{ n: number }>(
        `select (select count(*) from pg_trigger where not tgisinternal)::int + (select count(*) from pg_namespace where nspname like 'accord%')::int as n`,
      );
      return rows[0]!.n;
    };
    const service = runSource('src/main.ts', [], { ...env, PORT: '0', LOG_LEVEL: 'silent' });
    await service.said(/runs at/);
    expect(await accord(['uninstall', 'companies'], env)).toMatchObject({
      code: 5,
      err: expect.stringContaining('(leased)'),
    });
    service.kill('SIGTERM');
    expect((await service.ended).code).toBe(0);

    expect(await objects(sides.crm)).toBeGreaterThan(0);
    expect((await accord(['uninstall', 'companies', '--dry-run'], env)).out).toContain(
      'Would remove capture of companies from public.company (crm)',
    );
    expect(await objects(sides.crm)).toBeGreaterThan(0);
    expect(await accord(['uninstall', 'companies'], env)).toMatchObject({ code: 0 });
    expect(await objects(sides.crm)).toBe(0);
    expect(await objects(sides.desk)).toBe(0);
    expect((await sides.crm.query('select from company')).rowCount).toBe(3);
    expect(await accord(['uninstall', 'people'], env)).toMatchObject({ code: 4 });
  });

  it('does not start the service with files that are not valid, and shows every fault', async () => {
    const { code, err } = await runSource('src/main.ts', [], {
      ...env,
      ACCORD_SECRET_DESK_URL: '',
      PORT: '0',
    }).ended;
    expect(code).toBe(1);
    expect(err).toMatch(/Accord did not start.*not valid/);
    expect(err).toContain('ACCORD_SECRET_DESK_URL');
  });
});
