import type { Logger } from 'pino';
import type { Env } from './common/env.js';
import { AppError } from './common/errors.js';
import { createLogger } from './common/logging.js';
import { startService, type Service } from './service.js';

/** Whoever has not stopped after this long is ended: an orchestrator would kill it next. Milliseconds. */
const patienceMs = 30_000;

/**
 * Runs the service in this process until it is told to stop (SIGTERM, SIGINT; a second signal ends it at once).
 *
 * @returns the exit code
 */
export async function runService(readEnv: () => Env): Promise<number> {
  let service: Service;
  let log: Logger;
  const stopped = stopSignal();
  try {
    const env = readEnv();
    log = createLogger(env);
    service = await startService(env, log);
  } catch (error) {
    return explain(error);
  }
  const { user, system } = process.cpuUsage();
  log.info(
    {
      address: service.url,
      tookMs: Math.round(performance.now()),
      cpuMs: Math.round((user + system) / 1000),
    },
    'service started',
  );
  const { banner } = await import('./banner.js');
  process.stderr.write(await banner(service, { colour: process.stderr.isTTY }));

  const opening = new AbortController();
  const opened = service.project.demo ? playOpening(service, log, opening.signal) : Promise.resolve();
  const signal = await stopped;
  log.info({ signal }, 'service stopping');
  const watchdog = setTimeout(() => {
    log.fatal({ patienceMs }, 'service did not stop in time');
    process.exit(1);
  }, patienceMs);
  try {
    opening.abort();
    await opened;
    await service.stop();
    log.info('service stopped');
    return 0;
  } catch (error) {
    log.error({ err: error }, 'service did not stop in order');
    return 1;
  } finally {
    clearTimeout(watchdog);
  }
}

/** The demo is nothing to look at before people have worked with it. */
async function playOpening({ app, database }: Service, log: Logger, signal: AbortSignal): Promise<void> {
  const [{ openDemo }, { PipelinesService }] = await Promise.all([
    import('./demo.js'),
    import('./ops/pipelines.service.js'),
  ]);
  const pipelines = app.get(PipelinesService, { strict: false });
  const allRun = async (): Promise<boolean> =>
    (await pipelines.list()).every(({ state }) => state === 'running');
  await openDemo(database.url, allRun, signal).catch((error: unknown) => {
    log.warn({ err: error }, 'the opening of the demo was cut short');
  });
}

/** Listens from the first moment on, so that a stop during the start is not missed: it is done when the start is. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let at: number | undefined;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        // The terminal sends Ctrl+C to npm as well, which passes it on: two at once are one.
        if (at !== undefined && performance.now() - at > 1_000) process.exit(130);
        at ??= performance.now();
        resolve(signal);
      });
    }
  });
}

/** What is foreseen is said in words; anything else is a fault of ours and comes with its stack. */
function explain(error: unknown): number {
  const text =
    error instanceof AppError
      ? `${error.title}: ${error.message} (${error.code})`
      : error instanceof Error
        ? error.stack
        : String(error);
  process.stderr.write(`\n  Accord did not start. ${text ?? ''}\n\n`);
  return 1;
}
