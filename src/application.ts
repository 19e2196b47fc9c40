import { readFile } from 'node:fs/promises';
import type { NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Logger } from 'nestjs-pino';
import { AppModule, type Work } from './app.module.js';
import type { Env } from './common/env.js';
import { AppError, messageOf } from './common/errors.js';
import { configureHttp } from './http.js';
import { quiet } from './quiet-logger.js';

/**
 * The application on its port, with a database that is migrated. When it throws, nothing is left running.
 *
 * @throws AppError `listen-refused`
 */
export async function startApplication(
  env: Env,
  databaseUrl: string,
  work: Work & { readonly demo: boolean },
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(
    await AppModule.forRoot({ env, databaseUrl, work, demo: work.demo }),
    {
      bufferLogs: true,
      ...(await tlsOf(env)),
      abortOnError: false,
      // Connections that are kept alive, and event streams, would hold the stop up for as long as their clients like.
      forceCloseConnections: true,
      routeConflictPolicy: { duplicate: 'error' },
    },
  );
  try {
    app.useLogger(quiet(app.get(Logger)));
    configureHttp(app, env);
    await app.listen(env.PORT, env.HOST);
    return app;
  } catch (error) {
    await app.close();
    throw refused(error, env);
  }
}

async function tlsOf({
  TLS_CERT_FILE,
  TLS_KEY_FILE,
}: Env): Promise<Pick<NestApplicationOptions, 'httpsOptions'>> {
  if (TLS_CERT_FILE === undefined || TLS_KEY_FILE === undefined) return {};
  const read = (variable: string, file: string): Promise<Buffer> =>
    readFile(file).catch((cause: unknown) => {
      throw new AppError('listen-refused', `${variable} cannot be read: ${messageOf(cause)}`, { cause });
    });
  // In turn: the same fault is told at every start.
  const cert = await read('TLS_CERT_FILE', TLS_CERT_FILE);
  return { httpsOptions: { cert, key: await read('TLS_KEY_FILE', TLS_KEY_FILE) } };
}

/** Where the application answers. */
export function listeningAt(app: NestExpressApplication, env: Env): string {
  const address = app.getHttpServer().address() as { readonly port: number };
  const host = env.HOST.includes(':') ? `[${env.HOST}]` : env.HOST;
  return `${env.scheme}://${host}:${address.port}`;
}

function refused(error: unknown, { HOST, PORT }: Env): unknown {
  const why = {
    EADDRINUSE: `Port ${PORT} of ${HOST} is in use by another program. Say PORT=${PORT + 1} to use another, or stop that one.`,
    EACCES: `Port ${PORT} needs more rights than this account has. Say PORT=3000, or any above 1023.`,
    EADDRNOTAVAIL: `${HOST} is not an address of this machine.`,
    ENOTFOUND: `${HOST} is not an address of this machine.`,
  }[(error as { code?: string }).code ?? ''];
  return why === undefined ? error : new AppError('listen-refused', why, { cause: error });
}
