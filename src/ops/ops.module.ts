import { type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { ConflictFlowController } from './conflict-flow.controller.js';
import { CountsCache } from './counts-cache.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { Draining } from './draining.js';
import { GuardsController } from './guards.controller.js';
import { GuardsService } from './guards.service.js';
import { HealthController } from './health.controller.js';
import { LagHistoryController } from './lag-history.controller.js';
import { LagJob } from './lag-job.js';
import { LoadController } from './load.controller.js';
import { MetricsController } from './metrics.controller.js';
import { MetricsService } from './metrics.service.js';
import { PipelinesController } from './pipelines.controller.js';
import { PipelinesService } from './pipelines.service.js';
import { Readiness } from './readiness.js';
import { RequestTiming } from './request-timing.js';
import { VerificationsController } from './verifications.controller.js';
import { VerificationsService } from './verifications.service.js';

/** What operators need: health, metrics, pipelines, first loads, dead letters. */
@Module({
  controllers: [
    HealthController,
    MetricsController,
    LoadController,
    DeadLettersController,
    GuardsController,
    PipelinesController,
    VerificationsController,
    ConflictFlowController,
    LagHistoryController,
  ],
  providers: [
    Draining,
    Readiness,
    CountsCache,
    PipelinesService,
    GuardsService,
    VerificationsService,
    MetricsService,
    LagJob,
  ],
  exports: [Draining],
})
export class OpsModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(RequestTiming).forRoutes('{*path}');
  }
}
