import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DemoPeople } from './access/demo-people.js';
import { linkAddress } from './common/one-time-secret.js';
import { OneTimeLinks } from './access/one-time-links.js';
import { demoTokenFile } from './common/demo-token.js';
import type { Env } from './common/env.js';
import type { AuditActor } from './database/audit.js';

const service: AuditActor = {
  kind: 'service',
  id: null,
  personId: null,
  name: 'start of the service',
  address: null,
  requestId: null,
};

/**
 * What must be there before anybody can come in: the people of the demo, or a link for the first admin.
 *
 * @param url where the service answers
 * @returns the address for the first admin, to be printed; `null` when there is an admin
 */
export async function startAccess(
  app: NestExpressApplication,
  env: Env,
  url: string,
): Promise<string | null> {
  const demo = app.get(DemoPeople, { strict: false });
  await demo.ensure();
  await keepDemoToken(demo, demoTokenFile(env));
  const secret = await app.get(OneTimeLinks, { strict: false }).forFirstAdmin(service);
  return secret === null ? null : linkAddress(env.PUBLIC_URL ?? url, secret);
}

/** With it, the command line works in the demo at once. Outside of the demo the file is removed, as its token is nobody's. */
async function keepDemoToken(demo: DemoPeople, file: string): Promise<void> {
  const present = await readFile(file, 'utf8').catch(() => '');
  const token = await demo.token(present.trim(), service);
  if (token === null) {
    if (present !== '') await rm(file, { force: true });
    return;
  }
  if (token === present.trim()) return;
  // Where the folder cannot be written, commands need ACCORD_TOKEN as they do outside of the demo.
  await mkdir(dirname(file), { recursive: true })
    .then(() => writeFile(file, `${token}\n`, { mode: 0o600 }))
    .then(() => chmod(file, 0o600))
    .catch(() => undefined);
}
