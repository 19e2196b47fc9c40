import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { until } from './arrival.js';
import { dropDatabase, freshDatabase, withClient } from './databases.js';
import type { Side } from './edits.js';
import { firstAdmin } from './first-admin.js';
import { freePort } from './free-port.js';
import { benchPipeline } from './pipeline-files.js';
import { columns, table } from './records.js';
import type { SystemUnderTest } from './system.js';
import { existence, type OpenConflict } from './verdict.js';

export interface AccordOptions {
  readonly adminUrl: string;
  /** What Node runs as the service: options of Node, then the file. */
  readonly program: readonly string[];
  /** Environment of the service besides what the bench sets. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly records: number;
  /** Folder for a CPU profile of the service. */
  readonly cpuProfile: string | undefined;
}

interface PipelineAnswer {
  readonly state: string;
  readonly paused: unknown;
  readonly sides: Readonly<Record<Side, { readonly backlog: number }>>;
}

export interface Verification {
  readonly state: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly error: string | null;
  readonly differences: Readonly<Record<string, number>>;
  readonly certificate: {
    readonly sides: Readonly<Record<Side, { readonly records: number; readonly fields: number }>>;
  };
}

const unasked = { lookedAt: Number.NEGATIVE_INFINITY, since: null, was: false } as const;

/** The built service in a process of its own, its state in a database beside the two sides. */
export class Accord implements SystemUnderTest {
  readonly name = 'Accord';
  private service: ChildProcess | undefined;
  private hub: pg.Client | undefined;
  private port = 0;
  private folder = '';
  /** What the service has said to people. */
  private said = '';
  private signedIn: Promise<Readonly<Record<string, string>>> | undefined;
  private quietness: { lookedAt: number; since: Date | null; was: boolean } = unasked;

  private constructor(
    private readonly options: AccordOptions,
    private readonly hubUrl: string,
    readonly urls: Readonly<Record<Side, string>>,
  ) {}

  static async make(options: AccordOptions): Promise<Accord> {
    const { adminUrl } = options;
    const hubUrl = await freshDatabase(adminUrl, 'bench_hub');
    const urls = { A: await freshDatabase(adminUrl, 'bench_a'), B: await freshDatabase(adminUrl, 'bench_b') };
    return new Accord(options, hubUrl, urls);
  }

  async firstLoad(): Promise<{ began: number; ended: number }> {
    const { records } = this.options;
    await this.start();
    this.hub = new pg.Client({ connectionString: this.hubUrl });
    this.hub.on('error', () => undefined);
    await this.hub.connect();
    const ended = await withClient(this.urls.B, (b) =>
      until(
        async () => {
          this.mustRun();
          // Counting costs the server more than asking: only when the load says that it is over.
          if ((await this.state()) !== 'running') return false;
          const { rows } = await b.query<{ n: string }>(`select count(*) as n from ${table}`);
          return Number(rows[0]?.n) === records;
        },
        { everyMs: 25, timeoutMs: 600_000 },
      ),
    );
    if (ended === undefined) throw new Error(`the first load did not end; the log is ${this.logFile}`);
    // The pipeline's row is made when the service takes it up: what came before is the start-up of the program.
    const { rows } = await this.hub.query<{ age: number }>(
      `select 1000 * extract(epoch from clock_timestamp() - created_at)::float8 as age from pipeline`,
    );
    return { began: performance.now() - (rows[0]?.age ?? 0), ended };
  }

  private get logFile(): string {
    return join(this.folder, 'service.log');
  }

  private async start(): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), 'bench-accord-'));
    const pipelines = join(this.folder, 'pipelines');
    await mkdir(pipelines);
    for (const [name, text] of Object.entries(benchPipeline())) await writeFile(join(pipelines, name), text);
    this.port = await freePort();
    const { cpuProfile, program } = this.options;
    const profiling = cpuProfile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${cpuProfile}`];
    const log = createWriteStream(this.logFile);
    this.service = spawn(process.execPath, [...profiling, ...program], {
      cwd: this.folder,
      env: {
        PATH: process.env.PATH,
        ...this.options.environment,
        DATABASE_URL: this.hubUrl,
        ACCORD_PIPELINES: pipelines,
        ACCORD_DATA_DIR: join(this.folder, 'data'),
        ACCORD_DEMO: 'off',
        BENCH_A_URL: this.urls.A,
        BENCH_B_URL: this.urls.B,
        PORT: String(this.port),
        LOG_LEVEL: 'warn',
        LOG_FORMAT: 'json',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.service.stdout?.pipe(log);
    this.service.stderr?.pipe(log);
    this.said = '';
    this.signedIn = undefined;
    this.service.stderr?.on('data', (chunk: Buffer) => (this.said += chunk.toString()));
    const alive = await until(
      async () => {
        this.mustRun();
        return await fetch(`http://127.0.0.1:${this.port}/health/live`).then(
          (answer) => answer.ok,
          () => false,
        );
      },
      { everyMs: 20, timeoutMs: 60_000 },
    );
    if (alive === undefined) throw new Error(`the service does not answer; the log is ${this.logFile}`);
  }

  private mustRun(): void {
    if (this.service?.exitCode !== null) throw new Error(`the service ended; the log is ${this.logFile}`);
  }

  private async api<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
    this.signedIn ??= this.signIn();
    const answer = await fetch(`http://127.0.0.1:${this.port}/api/v1/pipelines/bench${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(await this.signedIn) },
      body: body === undefined ? null : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  private async signIn(): Promise<Readonly<Record<string, string>>> {
    const link = /\/welcome#(\S+)\s/;
    await until(() => Promise.resolve(link.test(this.said)), { everyMs: 20, timeoutMs: 60_000 });
    return firstAdmin(`http://127.0.0.1:${this.port}`, link.exec(this.said)?.[1] ?? '');
  }

  private async state(): Promise<string | undefined> {
    return (await this.hub?.query<{ state: string }>('select state from pipeline'))?.rows[0]?.state;
  }

  async hold(): Promise<void> {
    await this.api('POST', '/pause', { reason: 'bench' });
    // The engine looks at its state every second when nothing wakes it.
    await sleep(2_000);
  }

  async release(): Promise<void> {
    this.askAnew();
    await this.api('POST', '/resume', {});
  }

  wake(): Promise<void> {
    return Promise.resolve();
  }

  /** Compares both sides with what is held of them, as a person would ask for it. */
  async verify(): Promise<Verification> {
    const { id } = await this.api<{ readonly id: string }>('POST', '/verifications', {});
    for (;;) {
      this.mustRun();
      const now = await this.api<Verification>('GET', `/verifications/${id}`);
      if (now.state === 'finished' || now.state === 'failed') return now;
      await sleep(100);
    }
  }

  askAnew(): void {
    this.quietness = unasked;
  }

  /** No backlog, and both logs were read to the end after the question was first put. */
  async quiet(): Promise<boolean> {
    if (performance.now() - this.quietness.lookedAt < 250) return this.quietness.was;
    const { rows } = await this.hubClient().query<{ now: Date; caughtUp: Date | null }>(
      `select clock_timestamp() as now, min(caught_up_at) as "caughtUp" from side_state`,
    );
    const [row] = rows;
    const since = this.quietness.since ?? row?.now ?? null;
    const { sides, paused, state } = await this.api<PipelineAnswer>('GET', '');
    const idle = paused === null && state === 'running' && sides.A.backlog === 0 && sides.B.backlog === 0;
    const was = idle && since !== null && (row?.caughtUp ?? since) > since;
    this.quietness = { lookedAt: performance.now(), since, was };
    return was;
  }

  async openConflicts(): Promise<readonly OpenConflict[]> {
    const { rows } = await this.hubClient().query<{
      id: string;
      unit: string;
      candidates: { value: string }[];
    }>(
      `select coalesce(l.a_id, l.b_id) as id, c.unit, c.candidates
         from conflict c join link l on l.id = c.link_id where c.state = 'open'`,
    );
    return rows.map(({ id, unit, candidates }) => ({
      id: Number(id),
      column:
        unit === '$life' ? existence : (columns as readonly string[]).includes(unit) ? unit : `? ${unit}`,
      values: candidates.map(({ value }) => value),
    }));
  }

  async countOpenConflicts(): Promise<number> {
    const { rows } = await this.hubClient().query<{ n: string }>({
      name: 'count',
      text: `select count(*) as n from conflict where state = 'open'`,
    });
    return Number(rows[0]?.n);
  }

  /** Where the service is, and what a browser sends along in which somebody who decides is signed in. */
  async steward(): Promise<{ readonly origin: string; readonly headers: Readonly<Record<string, string>> }> {
    this.signedIn ??= this.signIn();
    const headers = await this.signedIn;
    // Who manages people does not decide by virtue of that.
    await this.hubClient().query(
      `insert into person_grant select id, 'steward', '*', 'people' from person on conflict do nothing`,
    );
    return { origin: `http://127.0.0.1:${this.port}`, headers };
  }

  /** Conflicts that are not over: to be decided, or decided and not written yet. */
  async undecided(): Promise<number> {
    const { rows } = await this.hubClient().query<{ n: string }>(
      `select count(*) as n from conflict where state <> 'closed'`,
    );
    return Number(rows[0]?.n);
  }

  private hubClient(): pg.Client {
    if (this.hub === undefined) throw new Error('not started');
    return this.hub;
  }

  processes(): Promise<readonly number[]> {
    return Promise.resolve(this.service?.pid === undefined ? [] : [this.service.pid]);
  }

  async stop(): Promise<void> {
    const { service } = this;
    if (service?.exitCode === null) {
      const ended = once(service, 'exit');
      const impatience = setTimeout(() => service.kill('SIGKILL'), 20_000);
      service.kill('SIGTERM');
      await ended;
      clearTimeout(impatience);
    }
    await this.hub?.end();
    for (const name of ['bench_hub', 'bench_a', 'bench_b']) await dropDatabase(this.options.adminUrl, name);
    // After a crash the log is what is left to read.
    const crashed = service?.exitCode !== 0;
    if (this.folder !== '' && !crashed) await rm(this.folder, { recursive: true, force: true });
  }
}
