import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root } from './root.mjs';

/**
 * Runs a command in the checkout, with the installed programs (and their Node) first on PATH.
 *
 * @param {{ capture?: boolean, env?: Record<string, string> }} [options] capture: collect the output instead of showing it
 * @returns {Promise<{ code: number, output: string }>} code 127 when there is no such program
 */
export function run(command, args, { capture = false, env = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: capture ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
        ...env,
      },
    });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: 127, output: String(error) }));
    child.on('close', (code, signal) => resolve({ code: code ?? (signal ? 130 : 1), output }));
    const pass = (signal) => child.kill(signal);
    process.on('SIGTERM', pass).on('SIGINT', pass);
    child.on('close', () => process.off('SIGTERM', pass).off('SIGINT', pass));
  });
}

/** npm as it runs us now, else the one on PATH. */
export function npm(args, options) {
  const { npm_execpath: script } = process.env;
  return script && existsSync(script)
    ? run(process.execPath, [script, ...args], options)
    : run('npm', args, options);
}
