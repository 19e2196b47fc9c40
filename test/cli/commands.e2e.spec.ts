import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ReviewModule } from '../../src/review/review.module.js';
import { blockUnit, runningPipeline, type Pair } from '../ops/fixtures.js';
import { startTestService, type TestService } from '../ops/service.js';
import { apiApp, type ApiApp } from '../support/review-app.js';
import { makeToken } from '../support/tester.js';
import { PERMISSIONS } from '../../src/common/permissions.js';
import { createTestDatabase } from '../support/test-database.js';
import { accord, type Ended } from './child.js';

// Every command is a process of its own.
jest.setTimeout(90_000);

/** The one JSON object that a command prints with --json. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- assertions say what it should be
function printed({ out }: Ended): any {
  expect(out.trim().split('\n')).toHaveLength(1);
  return JSON.parse(out);
}

describe('the command line', () => {
  it('lists its commands, and refuses what it does not know with code 2', async () => {
    const help = await accord(['--help']);
    expect(help.code).toBe(0);
    for (const command of ['start', 'status', 'conflicts', 'decide', 'pause', 'resume', 'load', 'db']) {
      expect(help.out).toMatch(new RegExp(`^ +${command}\\b`, 'm'));
    }
    const unknown = await accord(['decid', 'cf_1']);
    expect(unknown).toMatchObject({ code: 2, out: '', err: expect.stringContaining('Did you mean decide?') });
    expect(await accord(['decide', 'cf_1', '--take', 'both'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('Allowed choices are a, b, base'),
    });
  });

  it('says how to start the service when it does not run, in words and as JSON, with code 3', async () => {
    const env = { ACCORD_URL: 'http://127.0.0.1:1' };
    const words = await accord(['status'], env);
    expect(words).toMatchObject({ code: 3, out: '' });
    expect(words.err).toContain('No Accord answers at http://127.0.0.1:1. Start it with: npm start');
    const json = await accord(['status', '--json'], env);
    expect(json.code).toBe(3);
    expect(printed(json)).toMatchObject({ error: { code: 'service-unreachable' } });
  });

  it('names every fault of the environment, with code 2', async () => {
    const { code, err } = await accord(['status'], { ACCORD_URL: 'localhost:3000', PORT: 'high' });
    expect(code).toBe(2);
    expect(err).toMatch(/ACCORD_URL must be an address/);
    expect(err).toMatch(/PORT must be a whole number/);
  });

  describe('over pipelines', () => {
    let service: TestService;
    let pair: Pair;
    let env: Record<string, string>;
    beforeAll(async () => {
      service = await startTestService();
      pair = await runningPipeline(service.pools);
      env = { ACCORD_URL: service.url, ACCORD_TOKEN: service.tester.token };
    });
    afterAll(() => service.close());

    it('shows how they are, and tells scripts whether one needs attention', async () => {
      const fine = await accord(['status'], env);
      expect(fine.code).toBe(0);
      expect(fine.out).toContain('● companies revision 1, running');
      expect(fine.out).toContain('In sync: all 3 records agree.');
      expect(fine.out).toMatch(/A {2}CRM {6}public\.companies {2}up to date/);

      await blockUnit(service.pools, pair, pair.links[0]!);
      await new Promise((resolve) => setTimeout(resolve, 2_100));
      const blocked = await accord(['--json', 'status', 'companies'], env);
      expect(blocked.code).toBe(6);
      expect(printed(blocked).items).toMatchObject([
        { name: 'companies', health: 'attention', counts: { blocked: 1 } },
      ]);
    });

    it('does not find a pipeline that is not there, with code 4', async () => {
      expect(await accord(['status', 'nothing'], env)).toMatchObject({
        code: 4,
        err: expect.stringContaining('there are: companies'),
      });
    });

    it('pauses one side with a reason, and resumes it', async () => {
      expect(await accord(['pause', 'companies'], env)).toMatchObject({
        code: 2,
        err: expect.stringContaining('--reason'),
      });
      const paused = await accord(
        ['pause', 'companies', '--side', 'b', '--reason', 'maintenance', '--json'],
        env,
      );
      expect(paused.code).toBe(0);
      expect(printed(paused).sides.B.paused).toMatchObject({ reason: 'maintenance' });
      expect(printed(await accord(['resume', 'companies', '--json'], env)).sides.B.paused).toMatchObject({
        reason: 'maintenance',
      });
      expect(
        printed(await accord(['resume', 'companies', '--side', 'B', '--json'], env)).sides.B.paused,
      ).toBeNull();
    });

    it('shows the report of a first load and accepts it once', async () => {
      await service.pools.general.query(`update pipeline set state = 'report'`);
      await service.pools.general.query(
        `insert into load_report (pipeline_id, revision, linked, only_a, only_b, ambiguous, samples) values ($1, 1, 12000, 8, 2, 1, '[]')`,
        [pair.pipeline],
      );
      const report = await accord(['load', 'companies'], env);
      expect(report.out).toMatch(/12,000 {2}linked by a key/);
      expect(report.out).toContain('accord load companies --accept');
      const accepted = await accord(['load', 'companies', '--accept', '--json'], env);
      expect(printed(accepted)).toMatchObject({ acceptedBy: 'Ann Tester (token tests)', linked: 12_000 });
      expect(await accord(['load', 'companies', '--accept'], env)).toMatchObject({ code: 5 });
    });
  });

  describe('over conflicts', () => {
    let api: ApiApp;
    let env: Record<string, string>;
    let link: number;
    beforeAll(async () => {
      api = await apiApp(ReviewModule, undefined, '10m');
      // Personal data that has nothing to do with what is decided here.
      await api.pools.general.query(
        `update pipeline_revision set spec = jsonb_set(spec, '{spec,fields,notes}', '{"pii": true}')`,
      );
      const url = api.url.replace('/api/v1', '');
      const scopes = PERMISSIONS.filter((one) => one !== 'personal:read');
      env = { ACCORD_URL: url, ACCORD_TOKEN: await makeToken(url, api.tester, scopes) };
      link = await api.records.agreed(
        { a: '17', b: 'x-1' },
        { name: 'Ann', email: 'ann@x.com', address: { street: 'High St 1', city: 'York' } },
      );
      await api.records.edit(
        link,
        { unit: 'email', side: 'A', value: 'ann@a.com' },
        { unit: 'email', side: 'B', value: 'ann\u001b[2J\u202e@b.com' },
      );
    });
    afterAll(() => api.close());

    const only = async (): Promise<string> => {
      const { items } = printed(await accord(['conflicts', '--json'], env));
      expect(items).toHaveLength(1);
      return items[0].id as string;
    };

    it('lists what waits, with values that cannot do anything to the terminal', async () => {
      const { code, out } = await accord(['conflicts'], env);
      expect(code).toBe(0);
      expect(out).toContain('Record 1  email');
      expect(out).toContain('"ann@a.com"');
      expect(out).not.toContain('\u001b');
      expect(out).not.toContain('\u202e');
      expect(out).toContain('\\u{202e}');
      expect((await accord(['conflicts', '--unit', 'notes'], env)).out).toContain('Nothing waits');
    });

    it('shows one in full, with what each choice would write', async () => {
      const { code, out } = await accord(['conflicts', await only()], env);
      expect(code).toBe(0);
      expect(out).toMatch(/--take a/);
      expect(out).toMatch(/--take base/);
    });

    it('decides with a typed value, after showing what it would do, and takes it back', async () => {
      const id = await only();
      const dry = await accord(
        ['decide', id, '--take', 'value', '--value', 'ann@c.com', '--dry-run', '--json'],
        env,
      );
      expect(printed(dry)).toMatchObject({ decision: { take: 'value', value: 'ann@c.com' } });
      expect((await accord(['conflicts', '--state', 'held'], env)).out).toContain('Nothing waits');

      const decided = await accord(
        ['decide', id, '--take', 'value', '--value', 'ann@c.com', '--note', 'asked her', '--json'],
        env,
      );
      expect(decided.code).toBe(0);
      const decision = printed(decided);
      expect(decision).toMatchObject({
        conflict: id,
        value: 'ann@c.com',
        outcome: 'held',
        note: 'asked her',
      });

      const undone = await accord(['undo', decision.id as string, '--json'], env);
      expect(printed(undone)).toMatchObject({ outcome: 'undone' });
      expect(await only()).toBe(id);
    });

    it('takes a side', async () => {
      const { code, out } = await accord(['decide', await only(), '--take', 'a'], env);
      expect(code).toBe(0);
      expect(out).toMatch(/✓ Record 1, email: "ann@a\.com"/);
      expect(out).toContain('accord undo dec_');
    });

    it('wants JSON where the values are not text', async () => {
      await api.records.edit(
        link,
        { unit: 'address', side: 'A', value: { street: 'Low Rd 2', city: 'York' } },
        { unit: 'address', side: 'B', value: { street: 'Mid Ln 3', city: 'Hull' } },
      );
      const { items } = printed(await accord(['conflicts', '--unit', 'address', '--json'], env));
      const id = items[0].id as string;
      expect(await accord(['decide', id, '--take', 'value', '--value', 'Low Rd 2'], env)).toMatchObject({
        code: 2,
        err: expect.stringContaining('--value must be JSON here'),
      });
      const half = await accord(
        ['decide', id, '--take', 'value', '--value', '{"street":"Low Rd 2"}', '--json'],
        env,
      );
      expect(half.code).toBe(2);
      expect(printed(half).error).toMatchObject({ code: 'invalid', faults: [{ pointer: '/value/city' }] });
      const whole = await accord(
        ['decide', id, '--take', 'value', '--value', '{"street":"Low Rd 2","city":"Hull"}'],
        env,
      );
      expect(whole.code).toBe(0);
    });

    it('shows personal data of one conflict alone', async () => {
      expect(await accord(['conflicts', '--reveal'], env)).toMatchObject({
        code: 2,
        err: expect.stringContaining('--reveal needs the id of one conflict'),
      });
    });

    it('refuses an id of something else, with code 4', async () => {
      expect(await accord(['conflicts', 'cf_nothing'], env)).toMatchObject({ code: 4 });
    });
  });

  describe('over people and the audit log', () => {
    let service: TestService;
    let env: Record<string, string>;
    beforeAll(async () => {
      service = await startTestService();
      env = { DATABASE_URL: service.database.url, ACCORD_URL: service.url };
    });
    afterAll(() => service.close());

    it('says how to get a token when it has none, or one that does not suffice, with code 7', async () => {
      const none = await accord(['status'], env);
      expect(none).toMatchObject({ code: 7, out: '' });
      expect(none.err).toMatch(/Settings, Tokens .*accord token create <e-mail>.* ACCORD_TOKEN/);
      expect((await accord(['status'], { ...env, ACCORD_TOKEN: 'accord_x' })).err).toContain(
        'has expired or was revoked',
      );
      const created = await accord(
        ['token', 'create', 'Tester@Example.org', '--scope', 'pipelines:read', '--days', '2', '--json'],
        env,
      );
      expect(created.code).toBe(0);
      const ACCORD_TOKEN = printed(created).token as string;
      expect((await accord(['status'], { ...env, ACCORD_TOKEN })).code).toBe(0);
      const refused = await accord(['pause', 'x', '--reason', 'y', '--json'], { ...env, ACCORD_TOKEN });
      expect(refused.code).toBe(7);
      expect(printed(refused).error).toMatchObject({
        code: 'forbidden',
        message: 'The token has no scope ops:run.',
      });
      expect(await accord(['token', 'create', 'nobody@example.org'], env)).toMatchObject({ code: 4 });
    });

    it('makes one-time links: for the first admin while there is none, else for somebody', async () => {
      const first = await accord(['people', 'link'], env);
      expect(first).toMatchObject({ code: 1, err: expect.stringContaining('There is an admin') });
      const link = await accord(['people', 'link', 'tester@example.org'], env);
      expect(link.out).toMatch(/\/welcome#[\w-]{43}\nIt can be used once, until /);
      expect(await accord(['people', 'link', 'nobody@example.org'], env)).toMatchObject({ code: 4 });
      await service.pools.general.query(`delete from person_grant where role = 'admin'`);
      expect(printed(await accord(['people', 'link', '--json'], env)).address).toMatch(/\/welcome#/);
    });

    it('verifies the audit log, finds what was changed, and holds it to a head that was kept', async () => {
      const whole = await accord(['audit', 'verify', '--json'], env);
      expect(whole.code).toBe(0);
      const { head, rows } = printed(whole);
      expect(rows).toBeGreaterThan(2);
      expect((await accord(['audit', 'verify', '--expect', head as string], env)).code).toBe(0);
      const other = `${rows as number}:${'0'.repeat(64)}`;
      expect(await accord(['audit', 'verify', '--expect', other], env)).toMatchObject({
        code: 6,
        out: expect.stringContaining('does not go through the head that was kept'),
      });
      expect(await accord(['audit', 'verify', '--expect', 'x'], env)).toMatchObject({ code: 2 });
      await service.pools.general.query(
        `alter table audit disable trigger user; update audit set actor_name = 'Eve' where seq = 2; alter table audit enable trigger user`,
      );
      expect(await accord(['audit', 'verify'], env)).toMatchObject({
        code: 6,
        out: expect.stringMatching(/row 2 changed: its content does not fit/),
      });
    });
  });

  describe('over the database', () => {
    it('migrates it, after saying what it would do', async () => {
      const database = await createTestDatabase();
      const env = { DATABASE_URL: database.url };
      expect(printed(await accord(['db', 'migrate', '--plan', '--json'], env))).toMatchObject({
        applied: [],
        pending: expect.arrayContaining(['0001_initial']),
      });
      const ran = await accord(['db', 'migrate'], env);
      expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('Ran 0001_initial') });
      expect(await accord(['db', 'migrate'], env)).toMatchObject({
        code: 0,
        out: expect.stringContaining('Nothing to do'),
      });
      await database.drop();
    });

    it('says when it cannot be reached, with code 3', async () => {
      for (const plan of [[], ['--plan']]) {
        expect(
          await accord(['db', 'migrate', ...plan], { DATABASE_URL: 'postgresql://x@127.0.0.1:1/x' }),
        ).toMatchObject({ code: 3 });
      }
    });
  });
});
