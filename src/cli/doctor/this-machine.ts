import { mkdir, statfs } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Env } from '../../common/env.js';
import { messageOf } from '../../common/errors.js';
import { fault, ok, skipped, warning, type Finding } from './finding.js';

const gigabyte = 1024 ** 3;

export function nodeVersion(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  // argon2 is part of Node since then.
  return major > 24 || (major === 24 && minor >= 7)
    ? ok('Node', process.version)
    : fault(
        'Node',
        `${process.version}; 24.7 or newer is needed`,
        'Start it by an npm script (npm start, npm run accord): they bring the right Node',
      );
}

/** Room for the embedded server's data: it writes a log ahead before it writes anything else. */
export async function disk({ ACCORD_DATA_DIR, DATABASE_URL }: Env): Promise<Finding> {
  if (DATABASE_URL !== undefined) return skipped('disk', 'the database is elsewhere');
  const folder = resolve(ACCORD_DATA_DIR);
  try {
    await mkdir(folder, { recursive: true });
    const { bavail, bsize } = await statfs(folder);
    const free = (bavail * bsize) / gigabyte;
    const said = `${free.toFixed(1)} GB free at ${folder}`;
    if (free < 1) return fault('disk', said, 'Make room, or say ACCORD_DATA_DIR=<folder on another disk>');
    return free < 5
      ? warning('disk', said, 'The embedded server may need up to 4 GB for its write-ahead log')
      : ok('disk', said);
  } catch (error) {
    return fault(
      'disk',
      `${folder} cannot be used: ${messageOf(error)}`,
      'Say ACCORD_DATA_DIR=<a folder that this account may write>',
    );
  }
}

export async function mail({ SMTP_URL, MAIL_TO }: Env): Promise<Finding> {
  if (SMTP_URL === undefined) return skipped('mail', 'SMTP_URL is not set: no mail is sent');
  const { createTransport } = await import('nodemailer');
  const timeout = 10_000;
  const transport = createTransport({
    url: SMTP_URL,
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
  });
  try {
    await transport.verify();
  } catch (error) {
    return fault(
      'mail',
      `the mail server refuses: ${messageOf(error)}`,
      'Check host, port, account and password in SMTP_URL',
    );
  } finally {
    transport.close();
  }
  const shared = MAIL_TO === undefined ? '' : `, and ${MAIL_TO.join(', ')}`;
  return ok('mail', `the server answers; people are told as they wish${shared}`);
}

export async function runningService(url: string): Promise<Finding> {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(3_000) });
    if (response.ok) return ok('service', `runs at ${url}`);
    return warning(
      'service',
      `runs at ${url} but is not ready (${response.status})`,
      `curl ${url}/health/ready says why`,
    );
  } catch {
    return skipped('service', `does not run at ${url}`);
  }
}
