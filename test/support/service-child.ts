import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { compiledSource } from './compiled-source.js';
import type { SyncProcessInput } from './sync-process.js';

/** A process of the engine that a test started, and means to end. */
export class ServiceChild {
  readonly said: string[] = [];

  private constructor(
    private readonly child: ChildProcess,
    /** The signal or the code with which the process ended. */
    readonly ended: Promise<string>,
  ) {
    createInterface({ input: child.stdout! }).on('line', (line) => this.said.push(line));
  }

  /** @param failpoints where it is to end by itself (src/common/failpoint.ts) */
  static async start(input: SyncProcessInput, failpoints = ''): Promise<ServiceChild> {
    const out = await compiledSource();
    const child = spawn(
      process.execPath,
      [join(out, 'test/support/sync-process.js'), JSON.stringify(input)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, NODE_ENV: 'test', ACCORD_TEST_FAILPOINTS: failpoints },
      },
    );
    const ended = once(child, 'close').then(([code, signal]) => String(signal ?? code));
    return new ServiceChild(child, ended);
  }

  /** Waits until the process ends by itself. @returns whether it did */
  async endsWithin(ms: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), ms);
    });
    const how = await Promise.race([this.ended, late]);
    clearTimeout(timer);
    if (how !== null && how !== 'SIGKILL') throw new Error(`the service ended with ${how}`);
    return how !== null;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** Lets it finish what is on its way. */
  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.ended;
  }
}
