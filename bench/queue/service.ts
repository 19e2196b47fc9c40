import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../sync/arrival.js';
import { withClient } from '../sync/databases.js';
import { firstAdmin } from '../sync/first-admin.js';
import { freePort } from '../sync/free-port.js';
import { benchPipeline } from '../sync/pipeline-files.js';

export interface RunningService {
  readonly origin: string;
  /** Of a steward who is signed in. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The built service on a database, in a process of its own, with no system to keep in agreement: nothing but the API and its jobs. */
export async function withService<T>(
  hubUrl: string,
  main: string,
  work: (service: RunningService) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-queue-'));
  const pipelines = join(folder, 'pipelines');
  await mkdir(pipelines);
  for (const [name, text] of Object.entries(benchPipeline())) await writeFile(join(pipelines, name), text);
  const port = await freePort();
  const service = spawn(process.execPath, ['--enable-source-maps', main], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: hubUrl,
      ACCORD_PIPELINES: pipelines,
      ACCORD_DATA_DIR: join(folder, 'data'),
      ACCORD_DEMO: 'off',
      // A service wants a pipeline; this one has nothing to do, for nobody is there.
      BENCH_A_URL: 'postgres://nobody@127.0.0.1:9/a',
      BENCH_B_URL: 'postgres://nobody@127.0.0.1:9/b',
      PORT: String(port),
      LOG_LEVEL: 'warn',
      LOG_FORMAT: 'json',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  service.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  try {
    const link = /\/welcome#(\S+)\s/;
    await until(
      () => {
        if (service.exitCode !== null) throw new Error(`the service ended: ${said}`);
        return Promise.resolve(link.test(said));
      },
      { everyMs: 20, timeoutMs: 60_000 },
    );
    const origin = `http://127.0.0.1:${String(port)}`;
    // The link is said before the service listens.
    await until(
      () =>
        fetch(`${origin}/health/live`).then(
          ({ ok }) => ok,
          () => false,
        ),
      {
        everyMs: 20,
        timeoutMs: 60_000,
      },
    );
    const headers = await firstAdmin(origin, link.exec(said)?.[1] ?? '');
    // Who manages people does not decide by virtue of that.
    await withClient(hubUrl, (client) =>
      client.query(`insert into person_grant select id, 'steward', '*', 'people' from person`),
    );
    return await work({ origin, headers });
  } finally {
    if (service.exitCode === null) {
      service.kill('SIGTERM');
      await once(service, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  }
}
