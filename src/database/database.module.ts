import { MikroOrmModule } from '@mikro-orm/nestjs';
import { type DynamicModule, Module } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { Leases } from './lease.js';
import { mikroOrmConfig } from './mikro-orm-config.js';
import { PlanStore } from './plan-store.js';
import { RevisionPlans } from './revision-plans.js';
import { PartitionJob } from './partition-job.js';
import { HubPools } from './pools.js';
import { Veils } from './veils.js';

/**
 * Accord's own database, for every module: `EntityManager` (MikroORM; forked per request), `HubPools` (plain SQL),
 * `Leases`, `PlanStore` and `Veils`. The database must be migrated before.
 */
@Module({})
export class DatabaseModule {
  static async forRoot(url: string): Promise<DynamicModule> {
    return {
      module: DatabaseModule,
      global: true,
      imports: [await MikroOrmModule.forRoot(mikroOrmConfig(url))],
      providers: [
        Clock,
        { provide: HubPools, useFactory: () => new HubPools(url) },
        { provide: Leases, useFactory: (pools: HubPools) => new Leases(pools.general), inject: [HubPools] },
        { provide: PlanStore, useFactory: (pools: HubPools) => new RevisionPlans(pools), inject: [HubPools] },
        {
          provide: Veils,
          useFactory: (pools: HubPools, clock: Clock, plans: PlanStore) => new Veils(pools, clock, plans),
          inject: [HubPools, Clock, PlanStore],
        },
        PartitionJob,
      ],
      exports: [HubPools, Leases, PlanStore, Clock, Veils],
    };
  }
}
