import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { Veils } from '../../src/database/veils.js';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Logger, LoggerModule, PinoLogger } from 'nestjs-pino';
import { AccessModule } from '../../src/access/access.module.js';
import { Clock } from '../../src/common/clock.js';
import { loadEnv } from '../../src/common/env.js';
import { httpLogging } from '../../src/common/logging.js';
import { ProblemFilter } from '../../src/common/problem-filter.js';
import { requestValidation } from '../../src/common/validation.js';
import type { Plan } from '../../src/core/plan.js';
import { PlanStore } from '../../src/database/plan-store.js';
import { HubPools } from '../../src/database/pools.js';
import { testerOf, type Tester } from './tester.js';
import { migratedDatabase, type TestDatabase } from './test-database.js';
import { HubRecords } from './hub-records.js';
import { reviewPlan } from './review-plan.js';

@Module({})
class Hub {}

export interface ApiApp {
  readonly app: NestExpressApplication;
  readonly database: TestDatabase;
  readonly pools: HubPools;
  readonly records: HubRecords;
  /** With `/api/v1`. */
  readonly url: string;
  /** Whoever makes the calls. */
  readonly tester: Tester;
  call(path: string, init?: RequestInit): Promise<Response>;
  json<T>(path: string, init?: RequestInit): Promise<T>;
  close(): Promise<void>;
}

/** A real HTTP service with one feature on a database of its own, with one running pipeline whose plan is given. */
export async function apiApp(feature: Type, plan: Plan = reviewPlan(), undoWindow?: string): Promise<ApiApp> {
  const database = await migratedDatabase();
  const pools = new HubPools(database.url);
  const records = await HubRecords.create(pools.general, plan, undoWindow);
  const env = loadEnv({ LOG_LEVEL: 'silent' });
  const plans: PlanStore = { planOf: () => Promise.resolve(plan) };
  const providers = [
    Clock,
    { provide: HubPools, useValue: pools },
    { provide: Veils, useValue: new Veils(pools, new Clock(), plans) },
    { provide: PlanStore, useValue: plans },
  ];
  const hub: DynamicModule = {
    module: Hub,
    global: true,
    providers,
    exports: providers.map((one) => ('provide' in one ? one.provide : one)),
  };
  @Module({
    imports: [
      LoggerModule.forRoot(httpLogging(env)),
      hub,
      AccessModule.forRoot({ env, demo: false }),
      feature,
    ],
  })
  class App {}
  const app = await NestFactory.create<NestExpressApplication>(App, { bufferLogs: true });
  app.useLogger(app.get(Logger));
  app.useGlobalPipes(requestValidation());
  app.useGlobalFilters(new ProblemFilter(await app.resolve(PinoLogger)));
  app.setGlobalPrefix('api/v1');
  await app.listen(0, '127.0.0.1');
  const tester = await testerOf(await app.getUrl(), pools);
  const url = `${await app.getUrl()}/api/v1`;
  const call = (path: string, init?: RequestInit): Promise<Response> =>
    fetch(url + path, {
      ...init,
      headers: { ...tester.headers, ...(init?.headers as Record<string, string>) },
    });
  return {
    app,
    database,
    pools,
    records,
    url,
    tester,
    call,
    json: async <T>(path: string, init?: RequestInit) => (await call(path, init)).json() as Promise<T>,
    close: async () => {
      await app.close();
      await pools.close();
      await database.drop();
    },
  };
}
