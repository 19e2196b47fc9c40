import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { LoggerModule } from 'nestjs-pino';
import type { Logger } from 'pino';
import { AccessModule } from './access/access.module.js';
import { Env } from './common/env.js';
import { httpLogging } from './common/logging.js';
import { ProblemFilter } from './common/problem-filter.js';
import { requestValidation } from './common/validation.js';
import { ConnectionsModule } from './connections/connections.module.js';
import { ConnectionCatalog } from './connectors/connection-catalog.js';
import { DatabaseModule } from './database/database.module.js';
import { LineageModule } from './lineage/lineage.module.js';
import { NotifyModule } from './notify/notify.module.js';
import { OpsModule } from './ops/ops.module.js';
import { ReviewModule } from './review/review.module.js';
import type { DeclaredPipeline } from './sync/declared-pipeline.js';
import { SyncModule } from './sync/sync.module.js';

export interface AppOptions {
  readonly env: Env;
  /** Accord's own database, migrated. */
  readonly databaseUrl: string;
  /** Without it nothing runs by itself, neither jobs nor the engine: for tests of the API. */
  readonly work?: Work;
  /** The people of the demo may come in. */
  readonly demo?: boolean;
}

/** What the service does by itself. */
export interface Work {
  readonly pipelines: readonly DeclaredPipeline[];
  readonly catalog: ConnectionCatalog;
  readonly logger: Logger;
}

/** The whole service. Features know only the database and the common parts, and are put together here. */
@Module({})
export class AppModule {
  static async forRoot({ env, databaseUrl, work, demo = false }: AppOptions): Promise<DynamicModule> {
    return {
      module: AppModule,
      imports: [
        { module: EnvModule, global: true, providers: [{ provide: Env, useValue: env }], exports: [Env] },
        LoggerModule.forRoot(httpLogging(env)),
        await DatabaseModule.forRoot(databaseUrl),
        AccessModule.forRoot({ env, demo }),
        ConnectionsModule.forRoot({
          catalog: work?.catalog ?? new ConnectionCatalog(),
          pipelines: work?.pipelines.map(({ spec }) => spec) ?? [],
        }),
        OpsModule,
        ReviewModule,
        LineageModule,
        NotifyModule,
        ...(work === undefined ? [] : [ScheduleModule.forRoot(), SyncModule.forRoot(work)]),
      ],
      providers: [
        { provide: APP_PIPE, useFactory: requestValidation },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
  }
}

/** The environment, for every module. */
@Module({})
class EnvModule {}
