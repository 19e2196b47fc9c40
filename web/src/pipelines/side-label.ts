import type { Pipeline, Side } from '../api/types';
import { strings } from '../strings';

/** The name of the system on the other side. */
export function otherLabel(pipeline: Pipeline, side: Side): string {
  return sideLabel(pipeline, side === 'A' ? 'B' : 'A');
}

/** The system's name, or the side's letter where the pipeline never started. */
export function sideLabel(pipeline: Pipeline, side: Side): string {
  return pipeline.sides[side]?.label ?? strings.pipeline.sideUnknown(side);
}
