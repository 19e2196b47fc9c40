import {
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  Injectable,
  Inject,
} from '@nestjs/common';
import type { Logger } from 'pino';
import { Clock } from '../common/clock.js';
import type { ConnectionCatalog } from '../connectors/connection-catalog.js';
import { Leases } from '../database/lease.js';
import { HubPools } from '../database/pools.js';
import type { DeclaredPipeline } from './declared-pipeline.js';
import { SyncEngine } from './engine.js';

const DECLARATIONS = Symbol('declared pipelines');

export interface SyncModuleOptions {
  readonly pipelines: readonly DeclaredPipeline[];
  readonly catalog: ConnectionCatalog;
  readonly logger: Logger;
}

/** Starts the engine with the service and stops it before connections close. */
@Injectable()
class SyncLifecycle implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    private readonly engine: SyncEngine,
    @Inject(DECLARATIONS) private readonly pipelines: readonly DeclaredPipeline[],
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.engine.start(this.pipelines);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.engine.stop();
  }
}

@Module({})
export class SyncModule {
  static forRoot({ pipelines, catalog, logger }: SyncModuleOptions): DynamicModule {
    return {
      module: SyncModule,
      providers: [
        SyncLifecycle,
        { provide: DECLARATIONS, useValue: pipelines },
        {
          provide: SyncEngine,
          inject: [HubPools, Leases, Clock],
          useFactory: (pools: HubPools, leases: Leases, clock: Clock) =>
            new SyncEngine(pools, leases, catalog, clock, logger),
        },
      ],
      exports: [SyncEngine],
    };
  }
}
