import { createHash, randomBytes } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import pg from 'pg';
import pino from 'pino';
import { AppModule } from '../../src/app.module.js';
import { loadEnv } from '../../src/common/env.js';
import { KeptInDatabase } from '../../src/connections/kept-connections.js';
import { ConnectionCatalog } from '../../src/connectors/connection-catalog.js';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { HubPools } from '../../src/database/pools.js';
import { KeyStore } from '../../src/database/secrets/key-store.js';
import { configureHttp } from '../../src/http.js';
import type { Answer } from '../ops/service.js';
import type { TestDatabase } from './test-database.js';
import { testerOf, type Tester } from './tester.js';

export const newMasterKey = (): string => randomBytes(32).toString('base64');

const review = { strategy: 'review' } as const;

/** A table `t` on each side, whose columns are called alike; the first load is accepted by itself. */
export function plainSpec(name: string, refs: { readonly a: string; readonly b: string }): PipelineSpec {
  return {
    apiVersion: 'accord/v1',
    kind: 'Pipeline',
    metadata: { name },
    connections: { a: { ref: refs.a, object: 'public.t' }, b: { ref: refs.b, object: 'public.t' } },
    match: [
      { id: 'by-key', by: ['key'], action: 'link' },
      { id: 'none', action: 'create' },
    ],
    fields: {
      key: { a: 'key', b: 'key', policy: review },
      x: { a: 'x', b: 'x', policy: { strategy: 'newest', tie: 'review' } },
    },
    load: { accept: 'automatic' },
  };
}

export const plainTable = `create table t (key text primary key, x text); insert into t values ('k1', 'one'), ('k2', 'two');`;

/** The whole service in this process, with its engine, over connections that are declared or kept by hand. */
export class ConnectedService {
  private constructor(
    readonly url: string,
    readonly app: NestExpressApplication,
    readonly pools: HubPools,
    readonly tester: Tester,
  ) {}

  static async start(
    hub: TestDatabase,
    pipelines: readonly PipelineSpec[],
    {
      declared = {},
      variables,
    }: {
      readonly declared?: Readonly<Record<string, string>>;
      readonly variables: Readonly<Record<string, string>>;
    },
  ): Promise<ConnectedService> {
    const env = loadEnv({ LOG_LEVEL: 'silent', PORT: '0', DATABASE_URL: hub.url, ...variables });
    const catalog = new ConnectionCatalog(new KeptInDatabase(hub.url, new KeyStore(env)));
    for (const [name, url] of Object.entries(declared))
      catalog.declare({
        connector: 'postgres',
        config: { name, label: name, url, tls: null, clientName: 'accord' },
      });
    const logger = pino({ level: process.env.ACCORD_TEST_LOG ?? 'silent' }, pino.destination(2));
    const work = { pipelines: pipelines.map(declaration), catalog, logger };
    const app = await NestFactory.create<NestExpressApplication>(
      await AppModule.forRoot({ env, databaseUrl: hub.url, work }),
      { bufferLogs: true, forceCloseConnections: true, logger: false },
    );
    configureHttp(app, env);
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    const pools = app.get(HubPools);
    return new ConnectedService(url, app, pools, await testerOf(url, pools));
  }

  call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...this.tester.headers, ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  /** What is wrong with a side of a pipeline; `null` when nothing is. */
  async sideError(pipeline: string, side: 'A' | 'B'): Promise<{ code: string; detail: string } | null> {
    const { sides } = await (await this.call('GET', `/pipelines/${pipeline}`)).json();
    return sides[side].error;
  }

  async close(): Promise<void> {
    await this.app.close();
  }
}

/** Every row of a database's tables as text: to look for what must not be there. */
export async function everythingIn(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema')`,
    );
    const texts: string[] = [];
    for (const { name } of rows) {
      const found = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
      texts.push(...found.rows.map(({ row }) => row));
    }
    return texts.join('\n');
  } finally {
    await client.end();
  }
}

function declaration(spec: PipelineSpec): { spec: PipelineSpec; file: string; text: string; hash: string } {
  const text = JSON.stringify(spec);
  return { spec, file: 'test.yaml', text, hash: createHash('sha256').update(text).digest('hex') };
}
