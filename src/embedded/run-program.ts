import { spawn } from 'node:child_process';
import type { Account } from './account.js';

export interface ProgramResult {
  /** Exit code; undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly output: string;
}

/**
 * Runs one of the server's programs to its end, as the given account.
 *
 * @param capture false where the program leaves a server behind: it would keep our pipe open for ever
 * @throws the system's error when the program cannot be started
 */
export function runProgram(
  file: string,
  args: readonly string[],
  { account, cwd, capture = true }: { account: Account | undefined; cwd: string; capture?: boolean },
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      stdio: ['ignore', capture ? 'pipe' : 'ignore', capture ? 'pipe' : 'ignore'],
      windowsHide: true,
      ...(account === undefined ? {} : { uid: account.uid, gid: account.gid }),
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? undefined, output: output.trim() }));
  });
}
