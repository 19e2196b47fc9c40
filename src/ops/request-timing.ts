import { Injectable, Logger, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { Clock } from '../common/clock.js';
import { MetricsService } from './metrics.service.js';

/** Measures every answered request by its route's pattern, never by its path, which names records. */
@Injectable()
export class RequestTiming implements NestMiddleware {
  private readonly logger = new Logger(RequestTiming.name);

  constructor(
    private readonly metrics: MetricsService,
    private readonly clock: Clock,
  ) {}

  use(request: Request, response: Response, next: NextFunction): void {
    const begun = this.clock.monotonic();
    response.once('finish', () => {
      const { route } = request as { route?: { path?: unknown } };
      const pattern = typeof route?.path === 'string' ? route.path : 'none';
      const seconds = (this.clock.monotonic() - begun) / 1000;
      this.metrics
        .observeRequest(request.method, pattern, response.statusCode, seconds)
        .catch((error: unknown) => {
          this.logger.warn({ msg: 'request not measured', err: error });
        });
    });
    next();
  }
}
