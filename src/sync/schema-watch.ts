import type { Clock } from '../common/clock.js';
import { AppError } from '../common/errors.js';
import { SIDES, type Side } from '../core/clock.js';
import type { RunningPipeline } from './running-pipeline.js';
import type { SideRuntime } from './side-runtime.js';

/** How often the schema of a side is looked at while all goes well: one small query. */
const QUIET_MS = 5000;
/** And while the side refuses something: a changed table is the first suspect. */
const TROUBLED_MS = 500;

/** Notices that an object was altered under a running pipeline, before a value is lost by it. */
export class SchemaWatch {
  #lookedAt: number;

  constructor(
    private readonly pipeline: RunningPipeline,
    private readonly clock: Clock,
  ) {
    this.#lookedAt = clock.now();
  }

  /** True when fields that the pipeline uses have changed: it must be opened anew. */
  async hasMoved(sides: Readonly<Record<Side, SideRuntime>>): Promise<boolean> {
    const now = this.clock.now();
    const troubled = SIDES.some((side) => sides[side].failing || !sides[side].writable(now));
    if (now - this.#lookedAt < (troubled ? TROUBLED_MS : QUIET_MS)) return false;
    this.#lookedAt = now;
    const moved = await Promise.all(SIDES.map((side) => this.#moved(side)));
    return moved.includes(true);
  }

  async #moved(side: Side): Promise<boolean> {
    try {
      const drift = await this.pipeline.ends[side].endpoint.drift();
      return drift !== null && Object.keys(drift.fields).length > 0;
    } catch (error) {
      // A side that cannot be asked is somebody else's concern; an object that is gone is not.
      return error instanceof AppError && error.code === 'object-unknown';
    }
  }
}
