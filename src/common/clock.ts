import { Injectable } from '@nestjs/common';

/**
 * Where the time comes from. Injected wherever time matters, so that a test can say what time it is.
 * `now` is wall time in milliseconds since 1970; `monotonic` never runs backwards and measures durations, in milliseconds.
 */
@Injectable()
export class Clock {
  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }

  date(): Date {
    return new Date(this.now());
  }
}
