import { join } from 'node:path';
import type { Env } from './env.js';

/** Where the service leaves the command line's token, in the demo only. */
export function demoTokenFile({ ACCORD_DATA_DIR }: Pick<Env, 'ACCORD_DATA_DIR'>): string {
  return join(ACCORD_DATA_DIR, 'demo-token');
}
