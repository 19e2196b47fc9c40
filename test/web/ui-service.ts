import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Logger, LoggerModule, PinoLogger } from 'nestjs-pino';
import { AccessModule } from '../../src/access/access.module.js';
import { Clock } from '../../src/common/clock.js';
import { Env, loadEnv } from '../../src/common/env.js';
import { httpLogging } from '../../src/common/logging.js';
import { ProblemFilter } from '../../src/common/problem-filter.js';
import { requestValidation } from '../../src/common/validation.js';
import { ConnectionsModule, type ConnectionsOptions } from '../../src/connections/connections.module.js';
import { ConnectionCatalog } from '../../src/connectors/connection-catalog.js';
import { Leases } from '../../src/database/lease.js';
import type { Plan } from '../../src/core/plan.js';
import { PlanStore } from '../../src/database/plan-store.js';
import { HubPools } from '../../src/database/pools.js';
import { Veils } from '../../src/database/veils.js';
import { configureHttp } from '../../src/http.js';
import { LineageModule } from '../../src/lineage/lineage.module.js';
import { NotifyModule } from '../../src/notify/notify.module.js';
import { OpsModule } from '../../src/ops/ops.module.js';
import { ReviewModule } from '../../src/review/review.module.js';
import { HubRecords } from '../support/hub-records.js';
import { reviewPlan } from '../support/review-plan.js';
import { migratedDatabase, runFolder } from '../support/test-database.js';
import { testerOf, type Tester } from '../support/tester.js';

@Module({})
class Hub {}

export interface UiService {
  readonly url: string;
  readonly app: NestExpressApplication;
  readonly pools: HubPools;
  readonly records: HubRecords;
  /** Whoever is signed in in the browsers that `openScreen` opens. */
  readonly tester: Tester;
  close(): Promise<void>;
}

export interface UiOptions {
  readonly undoWindow?: string;
  readonly demo?: boolean;
  readonly connections?: ConnectionsOptions;
  readonly variables?: Readonly<Record<string, string>>;
  /** More of the pipeline's file. */
  readonly spec?: { readonly review?: object; readonly [part: string]: unknown };
  /** Instead of the usual one. */
  readonly plan?: Plan;
}

/** The built screen with the real API behind it, one running pipeline and no engine: what changes is what a test changes. */
export async function startUiService({
  undoWindow = '60s',
  demo = false,
  connections = { catalog: new ConnectionCatalog(), pipelines: [] },
  variables = {},
  spec = {},
  plan = reviewPlan(),
}: UiOptions = {}): Promise<UiService> {
  const web = join(runFolder(), 'web');
  await buildWeb(web);
  const database = await migratedDatabase();
  const pools = new HubPools(database.url);
  const records = await HubRecords.create(pools.general, plan, undoWindow, spec);
  const env = loadEnv({ LOG_LEVEL: 'silent', DATABASE_URL: database.url, ...variables });
  const plans: PlanStore = { planOf: () => Promise.resolve(plan) };
  const hub: DynamicModule = {
    module: Hub,
    global: true,
    providers: [
      Clock,
      { provide: Env, useValue: env },
      { provide: Leases, useValue: new Leases(pools.general) },
      { provide: HubPools, useValue: pools },
      { provide: Veils, useValue: new Veils(pools, new Clock(), plans) },
      { provide: PlanStore, useValue: plans },
    ],
    exports: [Clock, Env, Leases, HubPools, PlanStore, Veils],
  };
  const access = AccessModule.forRoot({ env, demo });
  @Module({
    imports: [
      LoggerModule.forRoot(httpLogging(env)),
      hub,
      access,
      ConnectionsModule.forRoot(connections),
      OpsModule,
      ReviewModule,
      LineageModule,
      NotifyModule,
    ],
  })
  class App {}
  const app = await NestFactory.create<NestExpressApplication>(App, {
    bufferLogs: true,
    forceCloseConnections: true,
  });
  app.useLogger(app.get(Logger));
  app.useGlobalPipes(requestValidation());
  app.useGlobalFilters(new ProblemFilter(await app.resolve(PinoLogger)));
  configureHttp(app, env, web);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return {
    url,
    app,
    pools,
    records,
    tester: await testerOf(url, pools),
    close: async () => {
      await app.close();
      await pools.close();
      await database.drop();
    },
  };
}

/**
 * Built once in a run, whoever asks first: suites run side by side, and none may see the files of another replaced.
 * Vite reads its own modules and native code: outside of Jest's module registry.
 */
async function buildWeb(outDir: string): Promise<void> {
  if (existsSync(outDir)) return;
  const own = await mkdtemp(`${outDir}-`);
  await viteBuild(own);
  await rename(own, outDir).catch((error: unknown) => {
    if (!existsSync(outDir)) throw error;
  });
}

function viteBuild(outDir: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const vite = join('node_modules', 'vite', 'bin', 'vite.js');
    const child = spawn(process.execPath, [vite, 'build', 'web', '--outDir', outDir, '--logLevel', 'error'], {
      stdio: 'inherit',
      // Jest's own would make Vite bundle what is for developers.
      env: { ...process.env, NODE_ENV: 'production' },
    });
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`vite build ended with ${String(code)}`));
    });
  });
}
