import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '../arrival.js';
import { freshDatabase, withClient } from '../databases.js';
import type { Side } from '../edits.js';
import { freePort } from '../free-port.js';
import { processesNamed } from '../memory.js';
import { table } from '../records.js';
import type { SystemUnderTest } from '../system.js';
import type { OpenConflict } from '../verdict.js';

const needed = [
  '/usr/bin/bucardo',
  '/usr/lib/postgresql/15/bin/postgres',
  '/usr/lib/postgresql/15/lib/plperl.so',
];

/** Why the peer cannot run here, or undefined when it can. */
export function whyNoBucardo(): string | undefined {
  if (process.getuid?.() !== 0) return 'root is needed, to run its server under another account';
  const missing = needed.filter((file) => !existsSync(file));
  if (missing.length === 0) return undefined;
  return `missing: ${missing.join(', ')} (apt-get install bucardo postgresql-15 postgresql-plperl-15)`;
}

/** Bucardo 5 between two databases of a cluster of its own, at its default settings. */
export class Bucardo implements SystemUnderTest {
  readonly name = 'Bucardo';
  private kicked = true;
  private awake = false;

  private constructor(
    private readonly scripts: string,
    private readonly folder: string,
    private readonly port: number,
    readonly urls: Readonly<Record<Side, string>>,
  ) {}

  /** @param scripts folder of cluster.sh and bucardo.sh */
  static async make(scripts: string): Promise<Bucardo> {
    // Bucardo turns the paths in its settings into small letters, so a random name will not do.
    const folder = join(tmpdir(), `bench-peer-${process.pid}`);
    const port = await freePort();
    await promisify(execFile)('sh', [join(scripts, 'cluster.sh'), 'up', folder, String(port)]);
    const admin = `postgresql://postgres@127.0.0.1:${port}/postgres`;
    const urls = { A: await freshDatabase(admin, 'bench_a'), B: await freshDatabase(admin, 'bench_b') };
    return new Bucardo(scripts, folder, port, urls);
  }

  private async run(command: string, ...args: string[]): Promise<string> {
    const script = join(this.scripts, 'bucardo.sh');
    const { stdout } = await promisify(execFile)('sh', [
      script,
      command,
      this.folder,
      String(this.port),
      ...args,
    ]);
    return stdout;
  }

  async firstLoad(): Promise<{ began: number; ended: number }> {
    await this.run('install');
    await this.run('load');
    const began = performance.now();
    const kicked = this.kick('load');
    const full = `select (select count(*) from ${table}) > 0 as full`;
    const ended = await withClient(this.urls.B, (client) =>
      until(async () => (await client.query<{ full: boolean }>(full)).rows[0]?.full === true, {
        everyMs: 20,
        timeoutMs: 600_000,
      }),
    );
    if (ended === undefined) throw new Error(`Bucardo loaded nothing; see ${this.folder}/log`);
    // The copy is one transaction: what is there is all of it.
    await kicked;
    await this.run('sync');
    await this.kick('both');
    return { began, ended };
  }

  hold(): Promise<void> {
    this.kicked = false;
    return Promise.resolve();
  }

  async release(): Promise<void> {
    await this.kick('both');
    this.kicked = true;
  }

  /** From now on its triggers wake it. */
  async wake(): Promise<void> {
    if (this.awake) return;
    await this.run('autokick');
    this.awake = true;
    await this.kick('both');
  }

  private async kick(sync: 'load' | 'both'): Promise<void> {
    const said = await this.run('kick', sync);
    if (!said.includes('DONE')) throw new Error(`Bucardo: ${said}`);
  }

  /** A kick that has returned has done everything up to it. */
  askAnew(): void {
    return;
  }

  quiet(): Promise<boolean> {
    return Promise.resolve(this.kicked);
  }

  /** It asks nobody: a row that both sides changed goes to the later change as a whole. */
  openConflicts(): Promise<readonly OpenConflict[]> {
    return Promise.resolve([]);
  }

  countOpenConflicts(): Promise<number> {
    return Promise.resolve(0);
  }

  processes(): Promise<readonly number[]> {
    return processesNamed('Bucardo ');
  }

  async stop(): Promise<void> {
    await this.run('stop').catch(() => undefined);
    await promisify(execFile)('sh', [join(this.scripts, 'cluster.sh'), 'down', this.folder]);
  }
}
