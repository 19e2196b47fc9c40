import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from '../../src/app.module.js';
import { loadEnv } from '../../src/common/env.js';
import { HubPools } from '../../src/database/pools.js';
import { configureHttp } from '../../src/http.js';
import { migratedDatabase, type TestDatabase } from '../support/test-database.js';
import { testerOf, type Tester } from '../support/tester.js';

/** An answer whose JSON is looked at member by member. */
export interface Answer extends Omit<Response, 'json'> {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- assertions say what it should be
  json(): Promise<any>;
}

export interface TestService {
  readonly url: string;
  readonly app: NestExpressApplication;
  readonly pools: HubPools;
  readonly database: TestDatabase;
  /** Whoever makes the calls of `get` and `post`. */
  readonly tester: Tester;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

/** The API on a real port, with a database of its own; no job and no engine runs. */
export async function startTestService(
  variables: Record<string, string> = {},
  web?: string,
  demo = false,
  on?: TestDatabase,
): Promise<TestService> {
  const database = on ?? (await migratedDatabase());
  const env = loadEnv({ LOG_LEVEL: 'silent', PORT: '0', ...variables });
  const app = await NestFactory.create<NestExpressApplication>(
    await AppModule.forRoot({ env, databaseUrl: database.url, demo }),
    { bufferLogs: true, forceCloseConnections: true, logger: false },
  );
  configureHttp(app, env, web);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const tester = await testerOf(url, app.get(HubPools));
  return {
    url,
    app,
    pools: app.get(HubPools),
    database,
    tester,
    get: (path, headers = {}) => fetch(url + path, { headers: { ...tester.headers, ...headers } }),
    post: (path, body = {}, headers = {}) =>
      fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...tester.headers, ...headers },
        body: JSON.stringify(body),
      }),
    close: async () => {
      await app.close();
      await database.drop();
    },
  };
}
