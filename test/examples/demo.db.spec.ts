import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { parse } from 'yaml';
import { conflictsAtOnce, openingScenes } from '../../examples/demo/at-work.js';
import { openingTraffic } from '../../examples/demo/opening-traffic.js';
import { demoUrls, setUpDemo, type Demo } from '../../examples/demo/set-up-demo.js';
import * as scenes from '../../examples/demo/scenes.js';
import { World } from '../../examples/demo/world.js';
import { compile } from '../../src/core/pipeline/compile.js';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import type { Plan } from '../../src/core/plan.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/embedded/embedded-postgres.js';
import { runFolder } from '../support/test-database.js';

let server: EmbeddedPostgres;
let demo: Demo;
let crm: pg.Client;
let support: pg.Client;

beforeAll(async () => {
  server = await startEmbeddedPostgres({ dataDir: join(runFolder(), 'demo'), settings: { fsync: false } });
  demo = await setUpDemo({ adminUrl: server.url });
  crm = new pg.Client({ connectionString: demo.crmUrl });
  support = new pg.Client({ connectionString: demo.supportUrl });
  await Promise.all([crm.connect(), support.connect()]);
}, 120_000);

afterAll(async () => {
  await Promise.all([crm.end(), support.end()]);
  await server.stop('immediate');
});

async function one<T>(client: pg.Client, sql: string, values: unknown[] = []): Promise<T> {
  const { rows } = await client.query<{ value: T }>(sql, values);
  return rows[0]!.value;
}

const pipelines = join(import.meta.dirname, '..', '..', 'examples', 'demo', 'pipelines');

const tablesOf = {
  companies: ['accounts', 'organizations'],
  people: ['contacts', 'users'],
  tickets: ['cases', 'tickets'],
} as const;

function plan(name: string): Plan {
  const spec = parse(readFileSync(join(pipelines, `${name}.yaml`), 'utf8')) as PipelineSpec;
  const side = (label: string) => ({ label, tier: 'T0', orderedLog: true }) as const;
  return compile(spec, { A: undefined, B: undefined }, { A: side('CRM'), B: side('Support') }, 1);
}

async function openWorld(said: string[] = []): Promise<World> {
  return World.open({ ...demoUrls(server.url), seed: 5, tell: (sentence) => said.push(sentence) });
}

describe('the demo', () => {
  it('is made once: a second set-up touches nothing', async () => {
    expect(demo.created).toBe(true);
    await crm.query(`update accounts set notes = 'touched' where id = 1`);
    const again = await setUpDemo({ adminUrl: server.url });
    expect(again.created).toBe(false);
    expect(again.env).toEqual(demo.env);
    expect(await one(crm, 'select notes as value from accounts where id = 1')).toBe('touched');
  });

  it('has some thousand companies and people, some of them on one side only', async () => {
    const numbers = async (client: pg.Client, sql: string) =>
      new Set((await client.query<{ value: string }>(sql)).rows.map(({ value }) => value));
    const inCrm = await numbers(
      crm,
      `select substr(company_no, 3) as value from accounts where company_no is not null`,
    );
    const inSupport = await numbers(
      support,
      `select org_ref as value from organizations where org_ref is not null`,
    );
    const both = [...inCrm].filter((number) => inSupport.has(number)).length;
    expect(both).toBeGreaterThan(2_500);
    expect(inCrm.size - both).toBeGreaterThan(500);
    expect(inSupport.size - both).toBeGreaterThan(300);
    expect(Number(await one(crm, 'select count(*) as value from contacts'))).toBeGreaterThan(1_500);
    expect(Number(await one(support, 'select count(*) as value from users'))).toBeGreaterThan(1_500);
  });

  it('has people and tickets that point to the same records by other ids', async () => {
    const named = async (client: pg.Client, sql: string) =>
      new Map((await client.query<{ key: string; who: string }>(sql)).rows.map(({ key, who }) => [key, who]));
    const inCrm = await named(
      crm,
      `select substr(c.case_no, 3) as key, concat_ws(' ', p.first_name, p.last_name, a.company_no) as who
       from cases c join contacts p on p.id = c.contact_id join accounts a on a.id = c.account_id`,
    );
    const inSupport = await named(
      support,
      `select t.number::text as key, concat_ws(' ', u.given_name, u.family_name, 'C-' || o.org_ref) as who
       from tickets t join users u on u.id = t.requester_id join organizations o on o.id = t.organization_id where o.org_ref is not null`,
    );
    const both = [...inCrm.keys()].filter((key) => inSupport.has(key));
    expect(both.length).toBeGreaterThan(300);
    expect(both.filter((key) => inCrm.get(key) !== inSupport.get(key))).toEqual([]);
  });

  it('has companies that the CRM knows twice and support once, without a number', async () => {
    const doubles = await crm.query<{ website: string }>(
      'select website from accounts where company_no is null group by website having count(*) = 2',
    );
    expect(doubles.rowCount).toBe(5);
    for (const { website } of doubles.rows) {
      const there = await one(
        support,
        'select count(*)::int as value from organizations where homepage = $1',
        [`https://${website}`],
      );
      expect(there).toBe(1);
    }
  });

  it.each(['companies', 'people', 'tickets'])(
    'reads every value of both sides through the %s pipeline and writes it back',
    async (name) => {
      const compiled = plan(name);
      const wrong: string[] = [];
      const [tableA, tableB] = tablesOf[name as keyof typeof tablesOf];
      for (const [side, client, table] of [
        ['A', crm, tableA],
        ['B', support, tableB],
      ] as const) {
        const columns = compiled.sides[side].columns;
        const { rows } = await client.query<Record<string, string | null>>(
          `select ${columns.map((column) => `${column}::text`).join(', ')} from ${table}`,
        );
        for (const unit of compiled.units) {
          for (const row of rows) {
            const values = Object.fromEntries(
              unit.members.map(({ field, [side]: column }) => [
                field,
                column === null ? null : (row[column] ?? null),
              ]),
            );
            const raw = unit.isGroup ? values : (Object.values(values)[0] ?? null);
            const value = unit.get(side, raw);
            // What an id means on the other side, the links tell.
            if (unit.contextOnly || unit.reference !== undefined) continue;
            // What is written back, to either side, means the same.
            for (const target of ['A', 'B'] as const) {
              if (!unit.equal(unit.get(target, unit.put(target, value, undefined)), value)) {
                wrong.push(`${side} ${unit.key} ${JSON.stringify(values)} on ${target}`);
              }
            }
          }
        }
      }
      expect(wrong).toEqual([]);
    },
  );

  it('starts with few differences between records that both sides have', async () => {
    const { rows: accounts } = await crm.query<{
      key: string;
      credit: string;
      points: number;
      since: string;
    }>(
      `select substr(company_no, 3) as key, credit_limit as credit, bonus_points as points, customer_since as since
         from accounts where company_no is not null`,
    );
    const byKey = new Map(accounts.map((account) => [account.key, account]));
    const { rows } = await support.query<{ key: string; credit: string; points: number; since: string }>(
      `select org_ref as key, credit_limit as credit, points, to_char(customer_since, 'DD.MM.YYYY') as since
         from organizations where org_ref is not null`,
    );
    const both = rows.filter(({ key }) => byKey.has(key));
    expect(both.filter(({ key, credit }) => byKey.get(key)!.credit !== credit).length).toBeLessThan(6);
    expect(
      both.every(
        ({ key, points, since }) => byKey.get(key)!.points === points && byKey.get(key)!.since === since,
      ),
    ).toBe(true);
  });

  it('names its databases by variables in the connection files and nowhere else', () => {
    const texts = readdirSync(pipelines).map((file) => readFileSync(join(pipelines, file), 'utf8'));
    const named = texts.flatMap((text) => [...text.matchAll(/\$\{(\w+)\}/g)].map((match) => match[1]));
    expect(named.sort()).toEqual(Object.keys(demo.env).sort());
  });
});

describe('the traffic', () => {
  it('makes as many true conflicts as it is told to, each in one field of one record on both sides', async () => {
    const said: string[] = [];
    const before = await everything();
    const world = await openWorld(said);
    await conflictsAtOnce(world, 7);
    await world.close();
    const after = await everything();
    expect(said).toHaveLength(7);
    expect(changed(before.crm, after.crm)).toBe(7);
    expect(changed(before.support, after.support)).toBe(7);
  });

  it('changes nothing but the form when it makes format noise', async () => {
    const compiled = plan('companies');
    const world = await openWorld();
    const read = async () =>
      (await crm.query<Record<string, string>>('select * from accounts order by id')).rows;
    const before = await read();
    for (let i = 0; i < 25; i++) await scenes.formatNoise(world);
    await world.close();
    const after = await read();
    let noisy = 0;
    after.forEach((row, i) => {
      for (const unit of compiled.units.filter(({ key }) => ['company_name', 'phone_number'].includes(key))) {
        const column = unit.members[0]!.A!;
        if (row[column] !== before[i]![column]) noisy++;
        expect(
          unit.equal(unit.get('A', row[column] ?? null), unit.get('A', before[i]![column] ?? null)),
        ).toBe(true);
      }
    });
    expect(noisy).toBeGreaterThan(5);
  });

  it('says who made a change inside the transaction that makes it', async () => {
    await crm.query(`create table seen (actor text);
      create function remember() returns trigger language plpgsql as
        $$ begin insert into seen values (current_setting('accord.actor', true)); return null; end $$;
      create trigger remember after update on accounts for each row execute function remember();`);
    const world = await openWorld();
    await scenes.bulkStatement(world);
    await scenes.formatNoise(world);
    await world.close();
    const actors = (await crm.query<{ actor: string }>('select distinct actor from seen')).rows.map(
      ({ actor }) => actor,
    );
    expect(actors).toContain('import:territory plan');
    expect(actors.every((actor) => actor.length > 0)).toBe(true);
    await crm.query('drop trigger remember on accounts; drop function remember; drop table seen');
  });

  it('does the same things again from the same seed', async () => {
    const [first, second]: [string[], string[]] = [[], []];
    for (const said of [first, second]) {
      const world = await openWorld(said);
      for (let i = 0; i < 5; i++) await scenes.singleEdit(world);
      await world.close();
    }
    expect(second).toEqual(first);
  });

  it('opens the demo once', async () => {
    const said = await openingTraffic({ adminUrl: server.url, pauseMs: 0 });
    expect(said.filter((sentence) => sentence.startsWith('conflict'))).toHaveLength(6);
    expect(await openingTraffic({ adminUrl: server.url, pauseMs: 0 })).toEqual([]);
  });

  it('runs every scene', async () => {
    const said: string[] = [];
    const world = await openWorld(said);
    for (const scene of Object.values(scenes)) await scene(world);
    await openingScenes(world, 0);
    await world.close();
    expect(said.length).toBeGreaterThan(20);
  });
});

/** Rows of both sides as they stand, by table and id. */
async function everything(): Promise<Record<'crm' | 'support', Map<string, string>>> {
  const rows = async (client: pg.Client, tables: readonly string[]) => {
    const all = new Map<string, string>();
    for (const table of tables) {
      const { rows } = await client.query<{ id: string; row: string }>(
        `select id::text, t::text as row from ${table} t`,
      );
      for (const { id, row } of rows) all.set(`${table} ${id}`, row);
    }
    return all;
  };
  return {
    crm: await rows(crm, ['accounts', 'contacts', 'cases']),
    support: await rows(support, ['organizations', 'users', 'tickets']),
  };
}

function changed(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): number {
  return [...after].filter(([key, row]) => before.get(key) !== row).length;
}
