import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Env } from './common/env.js';
import { AppError, messageOf } from './common/errors.js';
import { isLocalOnly, type Listening } from './common/listening.js';
import type { OwnDatabase } from './embedded/own-database.js';

/** What `examples/demo` offers. The service does not depend on it: a deployment may leave the examples out. */
interface DemoSetUp {
  setUpDemo(options: {
    readonly adminUrl: string;
  }): Promise<{ readonly env: Readonly<Record<string, string>> }>;
}

interface DemoOpening {
  readonly openingTraffic: (options: { readonly adminUrl: string }) => Promise<readonly string[]>;
}

export interface Demo {
  /** Its pipeline files. */
  readonly folder: string;
  /** What its connection files name. */
  readonly variables: Readonly<Record<string, string>>;
}

const pollMs = 500;

/** `auto`: for whoever starts the service to see what it does, without anything of their own. */
export function wantsDemo(
  env: Listening & Pick<Env, 'ACCORD_PIPELINES'>,
  database: Pick<OwnDatabase, 'embedded'>,
): boolean {
  // Its people have passwords that everybody knows: it is for this machine alone.
  if (env.ACCORD_PIPELINES !== undefined || env.ACCORD_DEMO === 'off' || !isLocalOnly(env)) return false;
  return env.ACCORD_DEMO === 'on' || (database.embedded !== undefined && moduleOf('set-up-demo') !== null);
}

/**
 * Makes the databases of the demo beside Accord's own, on the same server; nothing when they are there.
 *
 * @throws AppError `demo-failed`
 */
export async function setUpDemo(adminUrl: string): Promise<Demo> {
  try {
    const demo = (await importFrom('set-up-demo')) as DemoSetUp;
    const { env } = await demo.setUpDemo({ adminUrl });
    return { folder: fileURLToPath(new URL('../examples/demo/pipelines', import.meta.url)), variables: env };
  } catch (cause) {
    throw new AppError(
      'demo-failed',
      `The demo was not set up: ${messageOf(cause)}. Say ACCORD_DEMO=off to start without it.`,
      { cause },
    );
  }
}

/** Once every pipeline runs, people of the demo do a few minutes' worth of work, the first time only. */
export async function openDemo(
  adminUrl: string,
  allRun: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted && !(await allRun()))
    await sleep(pollMs, undefined, { signal }).catch(() => undefined);
  if (signal.aborted) return;
  const { openingTraffic } = (await importFrom('opening-traffic')) as DemoOpening;
  await openingTraffic({ adminUrl });
}

async function importFrom(name: string): Promise<unknown> {
  const url = moduleOf(name);
  if (url === null) throw new Error('examples/demo is not built; run npm run build');
  return import(url);
}

/** Built beside the service; or, where the service runs from its sources, the source. */
function moduleOf(name: string): string | null {
  const places = [`./examples/demo/${name}.js`, `../examples/demo/${name}.ts`].map(
    (path) => new URL(path, import.meta.url),
  );
  const here = import.meta.url.endsWith('.ts') ? places.slice(1) : places.slice(0, 1);
  return here.find((place) => existsSync(place))?.href ?? null;
}
