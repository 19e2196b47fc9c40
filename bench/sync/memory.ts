import { readFile, readdir } from 'node:fs/promises';

/** Peak resident memory of a process and its children, sampled from /proc; 0 where the system has none. */
export class MemoryWatch {
  private peak = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly pids: () => Promise<readonly number[]>) {
    this.timer = setInterval(() => void this.sample(), 100);
  }

  private async sample(): Promise<void> {
    const each = await Promise.all((await this.pids()).map(residentBytes));
    this.peak = Math.max(
      this.peak,
      each.reduce((sum, one) => sum + one, 0),
    );
  }

  /** The peak since the last call, in bytes. */
  take(): number {
    const { peak } = this;
    this.peak = 0;
    return peak;
  }

  stop(): void {
    clearInterval(this.timer);
  }
}

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}

/** Processes whose command line contains a text. */
export async function processesNamed(text: string): Promise<number[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return pids.filter((_, i) => lines[i]?.includes(text)).map(Number);
}
