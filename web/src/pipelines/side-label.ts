import type { Pipeline, Side } from '../api/types';
import { strings } from '../strings';

/** The system's name, or the side's letter where the pipeline never started. */
export function sideLabel(pipeline: Pipeline, side: Side): string {
  return pipeline.sides[side]?.label ?? strings.pipeline.sideUnknown(side);
}
