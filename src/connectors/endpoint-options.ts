import type { EndpointOptions } from './connector.js';
import type { Side } from '../core/clock.js';
import { durationMs } from '../core/pipeline/duration.js';
import type { PipelineSpec } from '../core/pipeline/spec.js';
import { columnsOf, endOf } from '../core/pipeline/ends.js';

/** How a pipeline opens its object on a side; the same wherever it is opened, or capture would be kept for someone else. */
export function endpointOptions(pipelineId: number, spec: PipelineSpec, side: Side): EndpointOptions {
  const { object, capture, actor } = endOf(spec, side);
  return {
    consumer: `${String(pipelineId)}:${side}`,
    object,
    columns: columnsOf(spec, side),
    capture: {
      mode: capture?.mode ?? 'log',
      ...(capture?.updatedAt !== undefined && { updatedAt: capture.updatedAt }),
      ...(capture?.overlap !== undefined && { overlapMs: durationMs(capture.overlap) }),
    },
    ...(actor !== undefined && { actorColumn: actor }),
  };
}
