import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Logger } from 'pino';
import type { Env } from './common/env.js';
import { openOwnDatabase, type OwnDatabase } from './embedded/own-database.js';
import type { OpenProject } from './project.js';

/** The service while it runs. */
export interface Service {
  /** Where it answers. */
  readonly url: string;
  readonly database: OwnDatabase;
  readonly project: OpenProject;
  readonly app: NestExpressApplication;
  /** To be printed where the service was started, and nowhere else; `null` when there is an admin. */
  readonly firstAdminAddress: string | null;
  /**
   * Stops in order: no new work, what was begun is finished, leases are let go, connections closed, and last of all the
   * embedded server. Safe to call twice.
   */
  stop(): Promise<void>;
}

/**
 * Starts everything: database, migrations, engine, HTTP. When it throws, nothing is left running.
 *
 * @throws AppError that says in words what is missing
 */
export async function startService(env: Env, logger: Logger): Promise<Service> {
  // Reading the modules takes the processor and lets nothing else come up, starting a database server mostly waits: together they take
  // as long as one, if the server begins first.
  const opening = beginning((begun) => openOwnDatabase(env, begun));
  await opening.begun;
  const [
    database,
    { migrate },
    { openProject },
    { startApplication, listeningAt },
    { startAccess },
    { Draining },
    { KeyStore },
  ] = await Promise.all([
    opening.done,
    import('./database/migrate.js'),
    import('./project.js'),
    import('./application.js'),
    import('./start-access.js'),
    import('./ops/draining.js'),
    import('./database/secrets/key-store.js'),
  ]);
  try {
    new KeyStore(env).makeFirst();
    const [project] = await Promise.all([openProject(env, database), migrate(database.url)]);
    const app = await startApplication(env, database.url, { ...project, logger });
    const url = listeningAt(app, env);
    let stopping: Promise<void> | undefined;
    const stop = async (): Promise<void> => {
      app.get(Draining, { strict: false }).begin(new Date());
      try {
        await app.close();
      } finally {
        await database.close();
      }
    };
    try {
      const firstAdminAddress = await startAccess(app, env, url);
      return { url, database, project, app, firstAdminAddress, stop: () => (stopping ??= stop()) };
    } catch (error) {
      await app.close();
      throw error;
    }
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Work that says when it goes on by itself; or is done, or has failed, without having said so. */
function beginning<T>(work: (begun: () => void) => Promise<T>): {
  readonly begun: Promise<unknown>;
  readonly done: Promise<T>;
} {
  const { promise: begun, resolve } = Promise.withResolvers<undefined>();
  const done = work(() => {
    resolve(undefined);
  });
  done.then(
    () => {
      resolve(undefined);
    },
    () => {
      resolve(undefined);
    },
  );
  return { begun, done };
}
