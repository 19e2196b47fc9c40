import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compiledSource } from '../support/compiled-source.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const compiled = await compiledSource();

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Child {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Waits until standard output or standard error matches. */
  said(pattern: RegExp, withinMs?: number): Promise<RegExpExecArray>;
  kill(signal: NodeJS.Signals): void;
}

/** Runs a file of `src`, as it is compiled for this test run, in a process of its own, with this environment and nothing else of ours. */
export function runSource(file: string, args: readonly string[], env: Record<string, string>): Child {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(ACCORD_(?!TEST_RUN)|DATABASE_URL|PORT|HOST|NODE_OPTIONS|SMTP|JEST)/.test(name),
    ),
  );
  const child = spawn(
    process.execPath,
    ['--no-warnings', join(compiled, file.replace(/\.ts$/, '.js')), ...args],
    {
      cwd: root,
      env: { ...inherited, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let out = '';
  let err = '';
  const listeners = new Set<() => void>();
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    listeners.forEach((listener) => listener());
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
    listeners.forEach((listener) => listener());
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => resolve({ code, out, err }));
  });
  return {
    pid: child.pid!,
    ended,
    kill: (signal) => child.kill(signal),
    said: (pattern, withinMs = 60_000) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`did not say ${pattern} in time, but:\n${out}${err}`)),
          withinMs,
        );
        const look = (): void => {
          const match = pattern.exec(out) ?? pattern.exec(err);
          if (match === null) return;
          clearTimeout(timer);
          listeners.delete(look);
          resolve(match);
        };
        listeners.add(look);
        void ended.then(({ code }) => {
          clearTimeout(timer);
          reject(new Error(`ended with ${String(code)}:\n${out}${err}`));
        });
        look();
      }),
  };
}

/** The command line, run to its end. */
export function accord(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return runSource('src/cli.ts', args, env).ended;
}
