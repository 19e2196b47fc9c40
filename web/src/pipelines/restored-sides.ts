import type { Pipeline } from '../api/types';

/** The systems of a halted pipeline that were restored or replaced. */
export function restoredSides(pipeline: Pipeline): readonly ('A' | 'B')[] {
  if (pipeline.state !== 'halted') return [];
  return (['A', 'B'] as const).filter((side) => pipeline.sides[side]?.restored === true);
}
